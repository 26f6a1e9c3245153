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

// tuning has the settings that dev and serve share.
type tuning struct {
	HoldsPerAddress string        `env:"ZIYARA_HOLDS_PER_ADDRESS" default:"100" placeholder:"N" help:"Most open holds of one network address, up to 10000 (a hall or a mobile network is one address); off on a loopback address only."`
	HoldsPerMobile  int           `env:"ZIYARA_HOLDS_PER_MOBILE" default:"3" help:"Most open holds bound to one mobile number."`
	RateLimit       string        `env:"ZIYARA_RATE_LIMIT" default:"120" placeholder:"N" help:"Most changes a minute from one network address; off on a loopback address only."`
	TrustedProxies  []string      `env:"ZIYARA_TRUSTED_PROXIES" placeholder:"CIDR" help:"Networks of the proxies whose X-Real-IP header is trusted."`
	WebhookAllow    []string      `env:"ZIYARA_WEBHOOK_ALLOW" placeholder:"CIDR" help:"Private networks that webhooks may reach, even without TLS; any other receiver must be public and use https."`
	PublicURL       string        `env:"ZIYARA_PUBLIC_URL" placeholder:"URL" help:"Base address of the links in messages: https and a host of at most 30 characters; without it messages have no links."`
	CallCentre      string        `env:"ZIYARA_CALL_CENTRE" default:"19990" placeholder:"NUMBER" help:"Telephone number shown on pages to visitors who need help."`
	KeepTexts       time.Duration `env:"ZIYARA_KEEP_TEXTS" default:"2160h" help:"How long the texts of messages are kept; the record that they were sent stays."`
	Hold            time.Duration `env:"ZIYARA_HOLD" default:"10m" help:"How long a place is held for a visitor who has not booked it yet."`
	MaxConnections  int           `env:"ZIYARA_DATABASE_CONNECTIONS" default:"20" help:"Most connections to the database."`
	QueueLimit      int           `env:"ZIYARA_QUEUE_LIMIT" default:"4096" help:"Most holds, and most bookings, waiting for the database; further requests get 503 and are asked to retry."`
	SMS             string        `env:"ZIYARA_SMS" default:"sandbox" placeholder:"FILE" help:"How messages are sent: a file of gateways (docs/OPERATIONS.md), or sandbox: kept in memory and, on a loopback address, shown at /dev/phone."`
	SMTPURL         string        `name:"smtp-url" env:"ZIYARA_SMTP_URL" placeholder:"URL" help:"The mail server: smtps://user:password@host?from=address, or smtp:// for STARTTLS."`
	identity
}

// identity has the settings of how staff sign in.
type identity struct {
	Issuer       string        `name:"oidc-issuer" env:"ZIYARA_OIDC_ISSUER" placeholder:"URL" help:"Issuer of the OpenID Connect provider that staff sign in with, exactly as the provider spells it; without it staff can't sign in."`
	ClientID     string        `name:"oidc-client-id" env:"ZIYARA_OIDC_CLIENT_ID" default:"ziyara" placeholder:"ID" help:"Client id of this service at the provider."`
	ClientSecret string        `name:"oidc-client-secret" env:"ZIYARA_OIDC_CLIENT_SECRET" placeholder:"TEXT" help:"Client secret at the provider; empty for a public client."`
	Audience     string        `name:"oidc-audience" env:"ZIYARA_OIDC_AUDIENCE" placeholder:"TEXT" help:"Audience that bearer tokens must name; the client id by default."`
	StaffURL     string        `name:"staff-url" env:"ZIYARA_STAFF_URL" placeholder:"URL" help:"Base address of the pages for staff: https and a host; ZIYARA_PUBLIC_URL by default. Register its /staff/callback and /staff/signed-out with the provider."`
	SessionLife  time.Duration `env:"ZIYARA_STAFF_SESSION" default:"8h" help:"How long a staff session in a browser lasts."`
	SessionIdle  time.Duration `env:"ZIYARA_STAFF_IDLE" default:"1h" help:"How long a staff session lasts without a request."`
	ClaimID      string        `name:"oidc-claim-id" env:"ZIYARA_OIDC_CLAIM_ID" default:"sub" placeholder:"CLAIM" help:"Claim with the id that the audit log records."`
	ClaimName    string        `name:"oidc-claim-name" env:"ZIYARA_OIDC_CLAIM_NAME" default:"name" placeholder:"CLAIM" help:"Claim with the name."`
	ClaimRoles   string        `name:"oidc-claim-roles" env:"ZIYARA_OIDC_CLAIM_ROLES" default:"roles" placeholder:"CLAIM" help:"Claim with the roles (coordinator, receptionist, agent, manager, admin); a dot enters an object, as in realm_access.roles."`
	RolePrefix   string        `name:"oidc-role-prefix" env:"ZIYARA_OIDC_ROLE_PREFIX" placeholder:"TEXT" help:"Prefix of the roles of this service, such as ziyara-."`
	Departments  string        `name:"oidc-claim-departments" env:"ZIYARA_OIDC_CLAIM_DEPARTMENTS" default:"departments" placeholder:"CLAIM" help:"Claim with the departments (slugs) that a coordinator runs."`
	Branches     string        `name:"oidc-claim-branches" env:"ZIYARA_OIDC_CLAIM_BRANCHES" default:"branches" placeholder:"CLAIM" help:"Claim with the branches (slugs) where a receptionist works."`
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
	Secret string `env:"ZIYARA_SECRET" required:"" placeholder:"TEXT" help:"At least 32 random bytes, the same in every replica; tokens and codes are derived from it."`
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

// Run asks the service whether it is alive.
func (h health) Run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	return service.Health(ctx, h.Listen)
}
