package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"ziyara/service"
	"ziyara/service/signin"
)

// database is the flag of every command that needs one.
type database struct {
	URL string `name:"database-url" env:"DATABASE_URL" required:"" placeholder:"URL" help:"PostgreSQL 15 or newer, as postgres://user:password@host:port/name."`
}

// tuning are the settings that dev and serve share.
type tuning struct {
	HoldsPerAddress string        `env:"ZIYARA_HOLDS_PER_ADDRESS" default:"100" placeholder:"N" help:"Holds of one address that may stand at once, up to 10000; a hall or a mobile network is one address. off is for a loopback address only."`
	HoldsPerMobile  int           `env:"ZIYARA_HOLDS_PER_MOBILE" default:"3" help:"Holds that are bound to one mobile and may stand at once."`
	RateLimit       string        `env:"ZIYARA_RATE_LIMIT" default:"120" placeholder:"N" help:"Changes that one address may ask for in a minute; off is for a loopback address only."`
	TrustedProxies  []string      `env:"ZIYARA_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of the proxies whose X-Real-IP names the client."`
	WebhookAllow    []string      `env:"ZIYARA_WEBHOOK_ALLOW" placeholder:"CIDR" help:"Networks that webhooks may reach although they are not public, without TLS too; all others are https and public."`
	PublicURL       string        `env:"ZIYARA_PUBLIC_URL" placeholder:"URL" help:"The ministry's own address in links to visits, https and a host of at most 30 characters; without it messages have no links."`
	CallCentre      string        `env:"ZIYARA_CALL_CENTRE" default:"19990" placeholder:"NUMBER" help:"Telephone number on pages, for who can't go on."`
	KeepTexts       time.Duration `env:"ZIYARA_KEEP_TEXTS" default:"2160h" help:"How long the texts of messages are kept; that they were sent stays."`
	Hold            time.Duration `env:"ZIYARA_HOLD" default:"10m" help:"How long a place is held before it is booked."`
	MaxConnections  int           `env:"ZIYARA_DATABASE_CONNECTIONS" default:"20" help:"Most connections to the database."`
	QueueLimit      int           `env:"ZIYARA_QUEUE_LIMIT" default:"4096" help:"Holds, and bookings, that may wait for the database; beyond it they are asked to come back."`
	SMS             string        `env:"ZIYARA_SMS" default:"sandbox" placeholder:"FILE" help:"The way out for messages: a file that lists gateways (docs/OPERATIONS.md), or sandbox, which keeps them in memory and, on a loopback address, shows them under /dev/phone."`
	SMTPURL         string        `name:"smtp-url" env:"ZIYARA_SMTP_URL" placeholder:"URL" help:"The mail server, as smtps://user:password@host?from=address; smtp for STARTTLS."`
	identity
}

// identity says how staff sign in.
type identity struct {
	Issuer       string        `name:"oidc-issuer" env:"ZIYARA_OIDC_ISSUER" placeholder:"URL" help:"The identity provider that staff sign in with (OpenID Connect), exactly as it calls itself; without it nobody of the staff can sign in, and operations for staff answer sign-in-needed."`
	ClientID     string        `name:"oidc-client-id" env:"ZIYARA_OIDC_CLIENT_ID" default:"ziyara" placeholder:"ID" help:"What the provider calls this service."`
	ClientSecret string        `name:"oidc-client-secret" env:"ZIYARA_OIDC_CLIENT_SECRET" placeholder:"TEXT" help:"The secret that it has with the provider; none for a public client."`
	Audience     string        `name:"oidc-audience" env:"ZIYARA_OIDC_AUDIENCE" placeholder:"TEXT" help:"Whom bearer tokens have to be meant for; the client id by default."`
	StaffURL     string        `name:"staff-url" env:"ZIYARA_STAFF_URL" placeholder:"URL" help:"Where the pages for staff are, https and a host; ZIYARA_PUBLIC_URL by default. The provider sends people back to /staff/callback and /staff/signed-out there."`
	SessionLife  time.Duration `env:"ZIYARA_STAFF_SESSION" default:"8h" help:"How long staff are signed in with a browser."`
	SessionIdle  time.Duration `env:"ZIYARA_STAFF_IDLE" default:"1h" help:"And how long without a request."`
	ClaimID      string        `name:"oidc-claim-id" env:"ZIYARA_OIDC_CLAIM_ID" default:"sub" placeholder:"CLAIM" help:"Claim with what the audit log calls somebody."`
	ClaimName    string        `name:"oidc-claim-name" env:"ZIYARA_OIDC_CLAIM_NAME" default:"name" placeholder:"CLAIM" help:"Claim with their name."`
	ClaimRoles   string        `name:"oidc-claim-roles" env:"ZIYARA_OIDC_CLAIM_ROLES" default:"roles" placeholder:"CLAIM" help:"Claim with their roles, of coordinator, receptionist, agent, manager, admin; dots lead inside, as in realm_access.roles."`
	RolePrefix   string        `name:"oidc-role-prefix" env:"ZIYARA_OIDC_ROLE_PREFIX" placeholder:"TEXT" help:"What precedes our roles among others, such as ziyara-."`
	Departments  string        `name:"oidc-claim-departments" env:"ZIYARA_OIDC_CLAIM_DEPARTMENTS" default:"departments" placeholder:"CLAIM" help:"Claim with the departments (slugs) of a coordinator."`
	Branches     string        `name:"oidc-claim-branches" env:"ZIYARA_OIDC_CLAIM_BRANCHES" default:"branches" placeholder:"CLAIM" help:"Claim with the branches (slugs) of a receptionist."`
}

func (i identity) config() service.OIDC {
	return service.OIDC{
		Issuer: i.Issuer, ClientID: i.ClientID, ClientSecret: i.ClientSecret, Audience: i.Audience, StaffURL: i.StaffURL,
		SessionLife: i.SessionLife, SessionIdle: i.SessionIdle,
		Claims: signin.Claims{
			ID: i.ClaimID, Name: i.ClaimName, Roles: i.ClaimRoles, RolePrefix: i.RolePrefix, Departments: i.Departments, Branches: i.Branches,
		},
	}
}

func (t tuning) config() (service.Config, error) {
	c := service.Config{
		PublicURL: t.PublicURL, CallCentre: t.CallCentre, TrustedProxies: t.TrustedProxies, WebhookAllow: t.WebhookAllow,
		Hold: t.Hold, MaxConnections: t.MaxConnections, QueueLimit: t.QueueLimit, SMS: t.SMS, SMTP: t.SMTPURL,
		KeepTexts: t.KeepTexts, HoldsPerMobile: t.HoldsPerMobile, OIDC: t.identity.config(),
	}
	var errs [2]error
	c.RateLimit, errs[0] = limit("ZIYARA_RATE_LIMIT", t.RateLimit)
	c.HoldsPerAddress, errs[1] = limit("ZIYARA_HOLDS_PER_ADDRESS", t.HoldsPerAddress)
	return c, errors.Join(errs[:]...)
}

// limit reads a limit that can be off, which is 0.
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
	Secret string `env:"ZIYARA_SECRET" required:"" placeholder:"TEXT" help:"At least 32 random bytes, the same in every replica; tokens and codes follow from it."`
	Listen string `env:"ZIYARA_LISTEN" default:"127.0.0.1:8080" help:"Address to listen on, host:port."`
}

// Run migrates, then serves until the program is told to stop.
func (s serve) Run(ctx context.Context) error {
	config, err := s.config()
	if err != nil {
		return err
	}
	config.DatabaseURL, config.Secret, config.Listen, config.Log = s.URL, []byte(s.Secret), s.Listen, jsonLog()
	if _, err = service.Migrate(ctx, s.URL); err != nil {
		return err
	}
	replica, err := service.New(ctx, config)
	if err != nil {
		return err
	}
	config.Log.InfoContext(ctx, "serving", "url", replica.URL())
	return replica.Run(ctx)
}

type migrate struct{ database }

// Run brings the schema up to date.
func (m migrate) Run(ctx context.Context) error {
	n, err := service.Migrate(ctx, m.URL)
	if err == nil {
		fmt.Printf("The schema is up to date; %d migrations applied.\n", n)
	}
	return err
}

type seed struct{ database }

// Run adds the demo centre.
func (s seed) Run(ctx context.Context) error {
	n, err := service.SeedDemo(ctx, s.URL)
	if err == nil {
		fmt.Printf("The demo centre is there; %d rows added.\n", n)
	}
	return err
}

type audit struct{ database }

// Run compares the ledger with the appointments.
func (a audit) Run(ctx context.Context) error {
	n, err := service.Audit(ctx, a.URL, os.Stdout)
	switch {
	case err != nil:
		return err
	case n > 0:
		fmt.Printf("%d differences between the ledger and the appointments.\n", n)
		return errDiffers
	}
	fmt.Println("The ledger agrees with the appointments.")
	return nil
}

type health struct {
	Listen string `env:"ZIYARA_LISTEN" default:"127.0.0.1:8080" help:"Address that the service listens on."`
}

// Run asks the service whether it lives.
func (h health) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return service.Health(ctx, h.Listen)
}
