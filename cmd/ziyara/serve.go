package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"ziyara/service"
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
}

func (t tuning) config() (service.Config, error) {
	c := service.Config{
		PublicURL: t.PublicURL, CallCentre: t.CallCentre, TrustedProxies: t.TrustedProxies, WebhookAllow: t.WebhookAllow, Hold: t.Hold, MaxConnections: t.MaxConnections, QueueLimit: t.QueueLimit, SMS: t.SMS, SMTP: t.SMTPURL,
		KeepTexts: t.KeepTexts, HoldsPerMobile: t.HoldsPerMobile,
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
