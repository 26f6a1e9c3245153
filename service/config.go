// Package service assembles the program: it builds the domain on the database and
// the API on the domain, runs the periodic jobs, and stops everything in order.
package service

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/limits"
	"ziyara/loopback"
	"ziyara/notify"
	"ziyara/notify/verify"
	"ziyara/privacy"
	"ziyara/service/secret"
	"ziyara/service/web"
)

type (
	// Ministry is who messages and pages speak for.
	Ministry = catalog.Ministry
	// Text is a text in both languages.
	Text = catalog.Text
)

// Config configures a replica. Zero values of optional fields mean their defaults.
type Config struct {
	DatabaseURL string // postgres://…
	Keys        []byte // the ring of keys, as ziyara keys makes it; the same in every replica
	Secret      []byte // without Keys: the one key, at least 32 bytes
	Listen      string // host:port; port 0 chooses a free one
	Operations  string // host:port of the listener for operators, which has the metrics; "" for none

	// Dev is for trying the service out on this machine: messages go to a sandbox,
	// which shows them at /dev, unless there is a gateway. It is accepted on a
	// loopback address only, and then only requests that come to a loopback name,
	// through no proxy, are answered.
	Dev bool
	// SMS is how messages are sent: the path of a gateway file
	// (docs/OPERATIONS.md), or NoSMS. It is needed, except with Dev.
	SMS string
	// Countries are those whose mobiles are sent text messages; default
	// notify.Gulf().
	Countries notify.Countries
	// Codes limits codes, and its Messages what text messages cost and how many one
	// number gets; default what Limits say.
	Codes verify.Policy
	// SMTP is the mail server, as email.ParseURL reads it; empty for none.
	SMTP string
	// Limits bound what one caller may request, and codes and text messages unless Codes
	// says otherwise; default limits.Default(). NoLimits bounds no requests,
	// which is accepted on a loopback address only.
	Limits limits.Table
	// HoldsPerAddress is how many holds one network address may have at once; 0
	// for no limit, which is accepted on a loopback address only. A hall or a
	// mobile network is one address.
	HoldsPerAddress int
	HoldsPerMobile  int // holds bound to one mobile number at once; default 3
	// VisitsPerMobile is how many upcoming visits visitors can book with one mobile
	// number, and how many entries of the waitlist they can have with it; default 6.
	VisitsPerMobile int
	// UnprovedShare is how much of a day of a desk group may be held without a proof
	// of a mobile, in percent; default 25, 100 for all of it.
	UnprovedShare int
	// PublicURL is the base of links to visits, such as
	// https://visit.example.gov.sa; without it messages have no links.
	PublicURL string
	// Ministry is who messages and pages speak for, and where visitors get help
	// and book; what is missing is neutral.
	Ministry Ministry
	// Registration is the number of the site in the register of official sites; ""
	// if it has none.
	Registration string
	// Brand is how the pages are called and look; what is missing is neutral.
	Brand Brand
	// OpenLicence is the address of the licence under which free places of published services
	// are; default that of CC BY 4.0.
	OpenLicence string
	// TextHosts are the hosts to which departments' own texts may link.
	TextHosts []string
	// WebhookAllow has the private networks, in CIDR notation, that webhooks may
	// reach.
	WebhookAllow []string
	// TrustedProxies has the networks of proxies whose header X-Forwarded-For is trusted.
	TrustedProxies []string
	// OIDC configures how staff sign in.
	OIDC OIDC
	// VisitorOIDC configures how visitors sign in.
	VisitorOIDC VisitorOIDC

	Keep           privacy.Periods  // how long data of people is kept; default privacy.Default()
	Hold           time.Duration    // how long a hold lasts; default 10 minutes
	MaxConnections int              // to the database; default 20
	QueueLimit     int              // holds, and bookings, waiting for the database; default 4,096
	Now            func() time.Time // the clock; default time.Now
	Log            *slog.Logger     // default slog.Default()
	Sender         notify.Sender    // instead of SMS, for tests
	Postman        notify.Postman   // instead of SMTP, for tests
	// WebhookPatience is how long the job for webhooks waits for slow receivers
	// before it goes on without them; default 1 second.
	WebhookPatience time.Duration
	// Jobs says which periodic jobs run by themselves; all of them except in tests.
	Jobs JobMode
	// LazyStatements prepares statements at their first use, for tests: a test
	// uses few, and preparing all takes longer than many a test.
	LazyStatements bool
	// Patience is how long a statement may take; a request may take twice as long.
	// The default is 5 seconds. The machine of a test may be busy.
	Patience time.Duration
	// Alone spares a replica that has no others, in a test, the connection on which
	// it would hear of their changes, and telling them its own.
	Alone bool
	// Connect makes what connects to DatabaseURL, for tests, which keep connections
	// for one another; nil for the driver.
	Connect func(url string) (driver.Connector, error)
	// ServingRole is the role of the database that serves, if the program is to serve as
	// no other one.
	ServingRole string
	// SignIn identifies staff instead of the identity provider, for tests.
	SignIn func(ctx context.Context, bearer string) (access.Staff, error)

	brand web.Brand    // Brand, checked
	hosts notify.Hosts // TextHosts, checked
	trial *trialClock  // nil unless messages go to the sandbox
}

// keys returns the keys of the ring.
func (c Config) keys() (*secret.Keys, error) {
	if len(c.Keys) == 0 {
		return secret.New(c.Secret)
	}
	ring, err := secret.ParseRing(c.Keys)
	if err != nil {
		return nil, err
	}
	return ring.Keys()
}

// Brand is how the pages of a centre are called and look.
type Brand struct {
	Product Text   // name of the service, such as Visits
	Mark    string // path of an SVG file, the sign at the top of each page
	Colour  string // of buttons, as #rrggbb: white on it must be readable
	Email   string // for questions of visitors
	X       string // account on X
}

// checked returns the brand as pages have it. It returns an error that says what to
// change.
func (b Brand) checked() (web.Brand, error) {
	look := catalog.Look{Product: b.Product, Colour: b.Colour, Email: b.Email, X: b.X}
	if b.Mark != "" {
		var err error
		if look.Mark, err = os.ReadFile(b.Mark); err != nil {
			return web.Brand{}, fmt.Errorf("service: ZIYARA_MARK: %w", err)
		}
	}
	checked, err := web.NewBrand(look)
	if wrong, ok := errors.AsType[*catalog.LookError](err); ok {
		err = fmt.Errorf("service: ZIYARA_%s %s", strings.ToUpper(wrong.Part), wrong.Text)
	}
	return checked, err
}

// defaults returns the configuration with its defaults, or an error for an invalid
// one.
func (c Config) defaults() (Config, error) {
	if c.Hold == 0 {
		c.Hold = 10 * time.Minute
	}
	if c.Patience == 0 {
		c.Patience = statementTimeout
	}
	c.Keep = c.Keep.Filled()
	if c.HoldsPerMobile == 0 {
		c.HoldsPerMobile = 3
	}
	if c.VisitsPerMobile == 0 {
		c.VisitsPerMobile = 6
	}
	if c.UnprovedShare == 0 {
		c.UnprovedShare = 25
	}
	if c.OpenLicence == "" {
		c.OpenLicence = "https://creativecommons.org/licenses/by/4.0/"
	}
	if c.Countries == nil {
		c.Countries = notify.Gulf()
	}
	if c.Limits == nil {
		c.Limits = limits.Default()
	}
	if c.Codes.Window == 0 {
		c.Codes = verify.PolicyOf(c.Limits)
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = 20
	}
	if c.Now == nil {
		// Whole seconds: what visitors are told and what is stored agree.
		c.Now = func() time.Time { return time.Now().UTC().Truncate(time.Second) }
	}
	if c.sandboxed() {
		c.trial = &trialClock{now: c.Now}
		c.Now = c.trial.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	var err error
	if c.Ministry, err = c.Ministry.Complete(); err != nil {
		return c, fmt.Errorf("service: ZIYARA_MINISTRY_AR, ZIYARA_MINISTRY_EN, ZIYARA_CALL_CENTRE or ZIYARA_BOOKING_URL: %w", err)
	}
	if c.brand, err = c.Brand.checked(); err != nil {
		return c, err
	}
	if _, err = web.NewProxies(c.TrustedProxies); err != nil {
		return c, fmt.Errorf("service: ZIYARA_TRUSTED_PROXIES: %w", err)
	}
	if c.hosts, err = notify.ParseHosts(c.TextHosts); err != nil {
		return c, fmt.Errorf("service: ZIYARA_TEXT_HOSTS: %w", err)
	}
	if err = c.Keep.Check(); err != nil {
		return c, fmt.Errorf("service: %w", err)
	}
	if err = c.Countries.Check(); err != nil {
		return c, fmt.Errorf("service: ZIYARA_SMS_COUNTRIES: %w", err)
	}
	switch {
	case c.DatabaseURL == "":
		return c, errors.New("service: DATABASE_URL is needed, for example postgres://ziyara@localhost/ziyara")
	case c.QueueLimit < 0:
		return c, errors.New("service: ZIYARA_QUEUE_LIMIT is negative")
	case !bounded(c.Limits) && !loopback.Is(c.Listen):
		return c, errors.New("service: ZIYARA_LIMITS=off is for a loopback address only")
	case c.HoldsPerAddress < 0 || c.HoldsPerMobile < 0:
		return c, errors.New("service: ZIYARA_HOLDS_PER_ADDRESS or ZIYARA_HOLDS_PER_MOBILE is negative")
	case c.HoldsPerAddress > maxHolds || c.HoldsPerMobile > maxHolds:
		return c, fmt.Errorf("service: ZIYARA_HOLDS_PER_ADDRESS and ZIYARA_HOLDS_PER_MOBILE are at most %d", maxHolds)
	case c.VisitsPerMobile < 0 || c.VisitsPerMobile > maxVisits:
		return c, fmt.Errorf("service: ZIYARA_VISITS_PER_MOBILE is not between 1 and %d", maxVisits)
	case c.UnprovedShare < 0 || c.UnprovedShare > 100:
		return c, errors.New("service: ZIYARA_UNPROVED_SHARE is not between 1 and 100")
	case c.HoldsPerAddress == 0 && !loopback.Is(c.Listen):
		return c, errors.New("service: ZIYARA_HOLDS_PER_ADDRESS=off is for a loopback address only")
	case c.Dev && !loopback.Is(c.Listen):
		return c, fmt.Errorf("%w: ZIYARA_LISTEN is %s", ErrDev, c.Listen)
	case (c.OIDC.Demo || c.VisitorOIDC.Demo) && !c.Dev:
		return c, fmt.Errorf("%w: the demo staff, and the demo visitors", ErrDev)
	case c.SMS == "" && c.Sender == nil && !c.Dev:
		return c, ErrNoWayOut
	}
	return c, nil
}

// sandboxed reports whether messages go to the sandbox phone.
func (c Config) sandboxed() bool { return c.Dev && c.Sender == nil && c.SMS == "" }

// site returns what pages say about the centre.
func (c Config) site() web.Site {
	return web.Site{
		Ministry: c.Ministry, Registration: c.Registration, Portal: c.PublicURL != "", Origin: strings.TrimRight(c.PublicURL, "/"),
		Brand: c.brand, Trial: c.sandboxed(),
	}
}

// https reports whether browsers come by https, of visitors or of staff.
func (c Config) https() bool {
	return strings.HasPrefix(c.PublicURL, "https://") || strings.HasPrefix(c.OIDC.StaffURL, "https://")
}

// maxHolds is the greatest limit of open holds: each new hold looks at all holds of
// its address.
const maxHolds = 10_000

// maxVisits is the greatest limit of visits of a mobile: each new one looks for a number
// that is left.
const maxVisits = 1000

// NoSMS is the value of Config.SMS that sends no text messages: no code reaches a
// visitor, so only staff can book.
const NoSMS = "none"

var (
	// ErrDev is returned for what only Config.Dev allows, on an address that others
	// can reach or without Dev.
	ErrDev = errors.New("service: only ziyara dev has this, on a loopback address")
	// ErrServingRole is returned when the program would serve as a role of the database
	// that is not the one of Config.ServingRole, or that can change the log of staff.
	ErrServingRole = errors.New("service: ZIYARA_SERVING_ROLE")
	// ErrNoWayOut is returned when it was not said how messages are sent.
	ErrNoWayOut = errors.New("service: messages have no way out: set ZIYARA_SMS to a gateway file (docs/OPERATIONS.md), and " +
		"ZIYARA_SMTP_URL for e-mail; ZIYARA_SMS=" + NoSMS + " sends no text messages at all, " +
		"not even codes. To try Ziyara out, run ziyara dev")
)

// NoLimits is a table that bounds no requests, only codes and text messages.
func NoLimits() limits.Table {
	return slices.DeleteFunc(limits.Default(), func(l limits.Limit) bool { return !l.Class.InDatabase() })
}

// bounded reports whether a table bounds requests.
func bounded(t limits.Table) bool {
	return slices.ContainsFunc(t, func(l limits.Limit) bool { return !l.Class.InDatabase() })
}
