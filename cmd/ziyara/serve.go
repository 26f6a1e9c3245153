package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"ziyara/limits"
	"ziyara/privacy"
	"ziyara/service"
	"ziyara/service/signin"
)

// database is the flag of every command that needs a database.
type database struct {
	URL string `name:"database-url" env:"DATABASE_URL" required:"" placeholder:"URL" help:"${database_url}"`
}

// tuning has the settings that dev and serve share.
type tuning struct {
	HoldsPerAddress string   `env:"ZIYARA_HOLDS_PER_ADDRESS" default:"250" placeholder:"N" help:"${holds_per_address}"`
	HoldsPerMobile  int      `env:"ZIYARA_HOLDS_PER_MOBILE" default:"3" help:"Maximum holds at a time for one mobile."`
	VisitsPerMobile int      `env:"ZIYARA_VISITS_PER_MOBILE" default:"6" help:"Maximum upcoming visits booked with one mobile."`
	UnprovedShare   int      `env:"ZIYARA_UNPROVED_SHARE" default:"25" help:"${unproved_share}"`
	Limits          []string `env:"ZIYARA_LIMITS" placeholder:"NAME=N/PERIOD" help:"${limits}"`
	TrustedProxies  []string `env:"ZIYARA_TRUSTED_PROXIES" placeholder:"CIDR" help:"${trusted_proxies}"`
	WebhookAllow    []string `env:"ZIYARA_WEBHOOK_ALLOW" placeholder:"CIDR" help:"${webhook_allow}"`
	TextHosts       []string `env:"ZIYARA_TEXT_HOSTS" placeholder:"HOST" help:"${text_hosts}"`
	PublicURL       string   `env:"ZIYARA_PUBLIC_URL" placeholder:"URL" help:"${public_url}"`
	ministry
	keep
	Hold           time.Duration `env:"ZIYARA_HOLD" default:"10m" help:"How long a place is held before it is booked."`
	MaxConnections int           `env:"ZIYARA_DATABASE_CONNECTIONS" default:"20" help:"Maximum connections to the database."`
	QueueLimit     int           `env:"ZIYARA_QUEUE_LIMIT" default:"4096" help:"${queue_limit}"`
	SMS            string        `env:"ZIYARA_SMS" placeholder:"FILE" help:"${sms}"`
	SMSCountries   []string      `name:"sms-countries" env:"ZIYARA_SMS_COUNTRIES" default:"${gulf}" placeholder:"CODE" help:"${sms_countries}"`
	SMTPURL        string        `name:"smtp-url" env:"ZIYARA_SMTP_URL" placeholder:"URL" help:"${smtp_url}"`
	identity
	Visitors visitorIdentity `embed:"" prefix:"visitor-oidc-" envprefix:"ZIYARA_VISITOR_OIDC_"`
}

// keep has how long data of people is kept.
type keep struct {
	Visits   time.Duration `name:"keep-visits" env:"ZIYARA_KEEP_VISITS" default:"8760h" help:"${keep_visits}"`
	Waitlist time.Duration `name:"keep-waitlist" env:"ZIYARA_KEEP_WAITLIST" default:"2160h" help:"${keep_waitlist}"`
	Texts    time.Duration `name:"keep-texts" env:"ZIYARA_KEEP_TEXTS" default:"2160h" help:"${keep_texts}"`
}

func (k keep) config() privacy.Periods {
	return privacy.Periods{Visits: k.Visits, Waitlist: k.Waitlist, Texts: k.Texts}
}

// ministry has what visitors are told of the ministry.
type ministry struct {
	NameAR     string `name:"ministry-ar" env:"ZIYARA_MINISTRY_AR" placeholder:"NAME" help:"${ministry_ar}"`
	NameEN     string `name:"ministry-en" env:"ZIYARA_MINISTRY_EN" placeholder:"NAME" help:"Its name in English."`
	CallCentre string `env:"ZIYARA_CALL_CENTRE" placeholder:"NUMBER" help:"${call_centre}"`
	BookingURL string `name:"booking-url" env:"ZIYARA_BOOKING_URL" placeholder:"URL" help:"${booking_url}"`

	brand

	Registration string `name:"site-registration" env:"ZIYARA_SITE_REGISTRATION" placeholder:"NUMBER" help:"${registration}"`
	OpenLicence  string `env:"ZIYARA_OPEN_LICENCE" default:"https://creativecommons.org/licenses/by/4.0/" placeholder:"URL" help:"${licence}"`
}

func (m ministry) config() service.Ministry {
	return service.Ministry{Name: service.Text{AR: m.NameAR, EN: m.NameEN}, Phone: m.CallCentre, Booking: m.BookingURL}
}

// brand has how the pages are called and look.
type brand struct {
	ProductAR string `name:"product-ar" env:"ZIYARA_PRODUCT_AR" placeholder:"NAME" help:"${product_ar}"`
	ProductEN string `name:"product-en" env:"ZIYARA_PRODUCT_EN" placeholder:"NAME" help:"Its name in English."`
	Mark      string `env:"ZIYARA_MARK" placeholder:"FILE" help:"${mark}"`
	Colour    string `env:"ZIYARA_COLOUR" placeholder:"#RRGGBB" help:"${colour}"`
	Email     string `env:"ZIYARA_EMAIL" placeholder:"ADDRESS" help:"E-mail address at the bottom of pages, for questions of visitors."`
	X         string `name:"x-account" env:"ZIYARA_X" placeholder:"NAME" help:"Account on X at the bottom of pages."`
}

func (b brand) config() service.Brand {
	return service.Brand{Product: service.Text{AR: b.ProductAR, EN: b.ProductEN}, Mark: b.Mark, Colour: b.Colour, Email: b.Email, X: b.X}
}

// visitorIdentity defines how visitors sign in.
type visitorIdentity struct {
	Issuer       string   `name:"issuer" env:"ISSUER" placeholder:"URL" help:"${visitor_issuer}"`
	ClientID     string   `name:"client-id" env:"CLIENT_ID" default:"ziyara" placeholder:"ID" help:"${oidc_client_id}"`
	ClientSecret string   `name:"client-secret" env:"CLIENT_SECRET" placeholder:"TEXT" help:"${oidc_client_secret}"`
	Audience     string   `name:"audience" env:"AUDIENCE" placeholder:"TEXT" help:"${visitor_audience}"`
	Scopes       []string `name:"scopes" env:"SCOPES" default:"openid,profile,phone" help:"${visitor_scopes}"`
	ClaimID      string   `name:"claim-id" env:"CLAIM_ID" default:"national_id" help:"${visitor_claim}"`
	ClaimName    string   `name:"claim-name" env:"CLAIM_NAME" default:"name" help:"Claim with the visitor's name."`
}

func (i visitorIdentity) config() service.VisitorOIDC {
	return service.VisitorOIDC{
		Issuer: i.Issuer, ClientID: i.ClientID, ClientSecret: i.ClientSecret, Audience: i.Audience, Scopes: i.Scopes,
		ClaimID: i.ClaimID, ClaimName: i.ClaimName,
	}
}

// identity defines how staff sign in.
type identity struct {
	Issuer       string `name:"oidc-issuer" env:"ZIYARA_OIDC_ISSUER" placeholder:"URL" help:"${oidc_issuer}"`
	ClientID     string `name:"oidc-client-id" env:"ZIYARA_OIDC_CLIENT_ID" default:"ziyara" placeholder:"ID" help:"${oidc_client_id}"`
	ClientSecret string `name:"oidc-client-secret" env:"ZIYARA_OIDC_CLIENT_SECRET" placeholder:"TEXT" help:"${oidc_client_secret}"`
	Audience     string `name:"oidc-audience" env:"ZIYARA_OIDC_AUDIENCE" placeholder:"TEXT" help:"${oidc_audience}"`
	StaffURL     string `name:"staff-url" env:"ZIYARA_STAFF_URL" placeholder:"URL" help:"${staff_url}"`

	SessionLife time.Duration `env:"ZIYARA_STAFF_SESSION" default:"8h" help:"How long staff stay signed in with a browser."`
	SessionIdle time.Duration `env:"ZIYARA_STAFF_IDLE" default:"1h" help:"How long staff stay signed in without a request."`

	ClaimID     string `name:"oidc-claim-id" env:"ZIYARA_OIDC_CLAIM_ID" default:"sub" help:"Claim with the person's id for the audit log."`
	ClaimName   string `name:"oidc-claim-name" env:"ZIYARA_OIDC_CLAIM_NAME" default:"name" help:"Claim with the person's name."`
	ClaimRoles  string `name:"oidc-claim-roles" env:"ZIYARA_OIDC_CLAIM_ROLES" default:"roles" help:"${oidc_claim_roles}"`
	RolePrefix  string `name:"oidc-role-prefix" env:"ZIYARA_OIDC_ROLE_PREFIX" placeholder:"TEXT" help:"${oidc_role_prefix}"`
	Departments string `name:"oidc-claim-departments" env:"ZIYARA_OIDC_CLAIM_DEPARTMENTS" default:"departments" help:"${oidc_departments}"`
	Branches    string `name:"oidc-claim-branches" env:"ZIYARA_OIDC_CLAIM_BRANCHES" default:"branches" help:"${oidc_branches}"`
}

func (i identity) config() service.OIDC {
	return service.OIDC{
		Issuer: i.Issuer, ClientID: i.ClientID, ClientSecret: i.ClientSecret, Audience: i.Audience, StaffURL: i.StaffURL,
		SessionLife: i.SessionLife, SessionIdle: i.SessionIdle,
		Claims: signin.Claims{
			ID: i.ClaimID, Name: i.ClaimName, Roles: i.ClaimRoles, RolePrefix: i.RolePrefix,
			Departments: i.Departments, Branches: i.Branches,
		},
	}
}

func (t tuning) config() (service.Config, error) {
	c := service.Config{
		PublicURL: t.PublicURL, Ministry: t.ministry.config(), Registration: t.ministry.Registration,
		OpenLicence: t.ministry.OpenLicence, Brand: t.brand.config(),
		TrustedProxies: t.TrustedProxies, WebhookAllow: t.WebhookAllow, TextHosts: t.TextHosts,
		Hold: t.Hold, MaxConnections: t.MaxConnections, QueueLimit: t.QueueLimit, SMS: t.SMS, Countries: t.SMSCountries, SMTP: t.SMTPURL,
		Keep: t.keep.config(), HoldsPerMobile: t.HoldsPerMobile, VisitsPerMobile: t.VisitsPerMobile,
		UnprovedShare: t.UnprovedShare, OIDC: t.identity.config(), VisitorOIDC: t.Visitors.config(),
	}
	var errs [2]error
	c.Limits, errs[0] = table(t.Limits)
	c.HoldsPerAddress, errs[1] = limit("ZIYARA_HOLDS_PER_ADDRESS", t.HoldsPerAddress)
	return c, errors.Join(errs[:]...)
}

// table reads changes of the limits. It returns one without limits for off.
func table(changes []string) (limits.Table, error) {
	if slices.Equal(changes, []string{"off"}) {
		return service.NoLimits(), nil
	}
	t, err := limits.Default().With(changes)
	if err != nil {
		return nil, fmt.Errorf("ZIYARA_LIMITS: %w", err)
	}
	return t, nil
}

// limit parses a limit, a number from 1 or "off". It returns 0 for off.
func limit(name, value string) (int, error) {
	if value == "off" {
		return 0, nil
	}
	n, err := strconv.Atoi(value)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is %q: want a number from 1, or off", name, value)
	}
	return n, nil
}

type serve struct {
	database
	tuning
	ring
	Listen string `env:"ZIYARA_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on, host:port."`

	Operations string `env:"ZIYARA_OPERATIONS" default:"127.0.0.1:9090" help:"${operations}"`
	servingRole
}

// servingRole names the role of the database that serves.
type servingRole struct {
	ServingRole string `env:"ZIYARA_SERVING_ROLE" placeholder:"NAME" help:"${serving_role}"`
}

// Run migrates the database and serves until ctx ends.
func (s serve) Run(ctx context.Context) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	config.DatabaseURL, config.Listen, config.Log = s.URL, s.Listen, jsonLog()
	if err = s.into(&config); err != nil {
		return err
	}
	config.Operations = s.Operations
	config.ServingRole = s.ServingRole
	if err = service.Prepare(ctx, s.URL); err != nil {
		return err
	}
	replica, err := service.New(ctx, config)
	if err != nil {
		return err
	}
	config.Log.InfoContext(ctx, "serving", "url", replica.URL(), "operations", replica.OperationsURL())
	return replica.Run(ctx)
}

type migrate struct {
	database
	servingRole
}

// Run brings the schema up to date, and gives the role that serves its rights.
func (m migrate) Run(ctx context.Context) error {
	n, err := service.Migrate(ctx, m.URL)
	if err != nil {
		return err
	}
	fmt.Printf("The schema is up to date; %d migrations applied.\n", n)
	if m.ServingRole == "" {
		return nil
	}
	if err = service.Grant(ctx, m.URL, m.ServingRole); err == nil {
		fmt.Printf("%s has the rights to serve.\n", m.ServingRole)
	}
	return err
}

type seed struct{ database }

// Run adds the demo centre to the database.
func (s seed) Run(ctx context.Context) error {
	n, err := service.SeedDemo(ctx, s.URL)
	if err == nil {
		fmt.Printf("The demo centre is in place; %d rows added.\n", n)
	}
	return err
}

type audit struct {
	database
	Head string `placeholder:"NUMBER:HASH" help:"${head}"`
}

// Run compares the ledger with the appointments, and checks the log of staff.
func (a audit) Run(ctx context.Context) error {
	config := service.Config{DatabaseURL: a.URL}
	differences, err := service.Audit(ctx, config, os.Stdout)
	if err != nil {
		return err
	}
	if differences > 0 {
		fmt.Printf("%d differences between the ledger and the appointments.\n", differences)
	} else {
		fmt.Println("The ledger agrees with the appointments.")
	}
	faults, err := service.AuditLog(ctx, config, a.Head, os.Stdout)
	switch {
	case err != nil:
		return err
	case faults > 0:
		fmt.Printf("%d faults of the log: it was changed after it was written.\n", faults)
	}
	if differences+faults > 0 {
		return errDiffers
	}
	return nil
}

type health struct {
	Listen string `env:"ZIYARA_LISTEN" default:"127.0.0.1:8080" help:"Address that the service listens on."`
}

// Run asks the service whether it is alive.
func (h health) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return service.Health(ctx, h.Listen)
}
