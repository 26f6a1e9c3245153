// Package service puts the parts together: it builds the domain over the
// database and the API over the domain, runs the periodic jobs, and stops
// everything in order.
package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ziyara/access"
	"ziyara/loopback"
	"ziyara/notify"
)

// Config is what a service runs with. The zero values of the optional fields
// are replaced by their defaults.
type Config struct {
	DatabaseURL string // postgres://…
	Secret      []byte // at least 32 bytes; the same in every replica
	Listen      string // host:port; port 0 chooses a free one

	// SMS is the way out for messages: "sandbox" keeps them in memory, and
	// anything else is the path of a gateway file (docs/OPERATIONS.md).
	SMS string
	// SMTP is the mail server, as email.ParseURL reads it; empty for none.
	SMTP string
	// RateLimit is how many changes one address may ask for in a minute; 0
	// for any number, which is accepted on a loopback address only.
	RateLimit int
	// HoldsPerAddress is how many holds of one address may stand at once; 0
	// for any number, which is accepted on a loopback address only. A centre's
	// hall, or a mobile network, is one address.
	HoldsPerAddress int
	HoldsPerMobile  int // and how many that are bound to one mobile; 3
	// PublicURL is the ministry's own address in links to visits, such as
	// https://visit.example.gov.sa; without it messages have no links.
	PublicURL string
	// CallCentre is the telephone number on pages for who can't go on.
	CallCentre string
	// WebhookAllow are networks, in CIDR notation, that webhooks may reach
	// although they are not public.
	WebhookAllow []string
	// TrustedProxies are the networks whose X-Real-IP is believed.
	TrustedProxies []string
	// OIDC is how staff sign in.
	OIDC OIDC

	KeepTexts      time.Duration    // how long the texts of messages are kept; 90 days
	Hold           time.Duration    // how long a hold stands; 10 minutes
	MaxConnections int              // to the database; 20
	QueueLimit     int              // holds, and bookings, that may wait for the database; 4,096
	Now            func() time.Time // the clock; time.Now
	Log            *slog.Logger     // slog.Default()
	Sender         notify.Sender    // instead of SMS, for tests
	Postman        notify.Postman   // instead of SMTP, for tests
	// WebhookPatience is how long the job that serves webhooks waits for slow
	// receivers before they are served beside it; 1 second.
	WebhookPatience time.Duration
	// Jobs is which periodic jobs run by themselves: all, but in tests.
	Jobs JobMode
	// LazyStatements prepares statements at their first use, for tests: a story
	// uses few, and to prepare them all takes longer than many a story.
	LazyStatements bool
	// SignIn vouches for staff instead of the identity provider, for tests.
	SignIn func(ctx context.Context, bearer string) (access.Staff, error)
}

// defaults fills what was left out and refuses what can't work.
func (c Config) defaults() (Config, error) {
	if c.Hold == 0 {
		c.Hold = 10 * time.Minute
	}
	if c.KeepTexts == 0 {
		c.KeepTexts = 90 * 24 * time.Hour
	}
	if c.HoldsPerMobile == 0 {
		c.HoldsPerMobile = 3
	}
	if c.MaxConnections == 0 {
		c.MaxConnections = 20
	}
	if c.Now == nil {
		// Whole seconds: what visitors are told and what is stored agree.
		c.Now = func() time.Time { return time.Now().UTC().Truncate(time.Second) }
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.SMS == "" {
		c.SMS = SandboxSMS
	}
	switch {
	case c.DatabaseURL == "":
		return c, errors.New("service: DATABASE_URL is needed, for example postgres://ziyara@localhost/ziyara")
	case c.KeepTexts < 0:
		return c, errors.New("service: ZIYARA_KEEP_TEXTS is negative")
	case c.QueueLimit < 0:
		return c, errors.New("service: ZIYARA_QUEUE_LIMIT is negative")
	case c.RateLimit < 0:
		return c, errors.New("service: ZIYARA_RATE_LIMIT is negative")
	case c.RateLimit == 0 && !loopback.Is(c.Listen):
		return c, errors.New("service: ZIYARA_RATE_LIMIT=off is for a loopback address only")
	case c.HoldsPerAddress < 0 || c.HoldsPerMobile < 0:
		return c, errors.New("service: ZIYARA_HOLDS_PER_ADDRESS or ZIYARA_HOLDS_PER_MOBILE is negative")
	case c.HoldsPerAddress > maxHolds || c.HoldsPerMobile > maxHolds:
		return c, fmt.Errorf("service: ZIYARA_HOLDS_PER_ADDRESS and ZIYARA_HOLDS_PER_MOBILE are at most %d", maxHolds)
	case c.HoldsPerAddress == 0 && !loopback.Is(c.Listen):
		return c, errors.New("service: ZIYARA_HOLDS_PER_ADDRESS=off is for a loopback address only")
	}
	return c, nil
}

// maxHolds bounds the limits of standing holds: each hold looks through the
// numbers of its address.
const maxHolds = 10_000

// SandboxSMS is the value of Config.SMS that sends nothing out of the house.
const SandboxSMS = "sandbox"
