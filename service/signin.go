package service

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/service/api"
	"ziyara/service/demo"
	"ziyara/service/postgres"
	"ziyara/service/secret"
	"ziyara/service/signin"
	"ziyara/service/signin/devissuer"
	"ziyara/service/web"
	"ziyara/texts"
)

// OIDC configures the identity provider that staff sign in with (OpenID Connect).
type OIDC struct {
	Issuer       string // of the provider; "" for none: then staff can't sign in
	ClientID     string // of this service; default "ziyara"
	ClientSecret string // "" for a public client
	Audience     string // of bearer tokens; default the client id
	Claims       signin.Claims

	SessionLife time.Duration // of a session in a browser; default 8 hours
	SessionIdle time.Duration // of a session without a request; default 1 hour

	// StaffURL is the base of the pages for staff, such as
	// https://staff.example.gov.sa; default PublicURL.
	StaffURL string

	// Demo uses a built-in provider with made-up staff and no passwords instead
	// of Issuer. It needs Config.Dev.
	Demo bool
}

// Paths of the demo's provider.
const (
	devIssuerPath = "/dev/issuer"
	devTokenPath  = "/dev/token"
	demoClient    = "ziyara"
)

// staffSignIn signs staff in.
type staffSignIn struct {
	instead func(context.Context, string) (access.Staff, error) // of signIn, for tests
	signIn  *signin.SignIn                                      // nil when staff can't sign in
	issuer  *devissuer.Issuer                                   // nil except in the demo
}

// newSignIn sets up the sign-in of staff for a service that listens at address.
func newSignIn(
	config Config, address string, centre func() *centre.Snapshot, keys *secret.Keys, record func(context.Context, audit.Entry) error,
	sessions signin.Sessions, seen func(context.Context, access.Staff),
) (s staffSignIn, err error) {
	s.instead = config.SignIn
	c := config.OIDC
	if c.Demo {
		c.StaffURL = "http://" + address
		c.Issuer, c.ClientID, c.ClientSecret, c.Audience, c.Claims = c.StaffURL+devIssuerPath, demoClient, "", "", signin.Claims{}
	}
	if c.Issuer == "" {
		if s.instead == nil {
			config.Log.Warn("staff can't sign in: ZIYARA_OIDC_ISSUER is not set")
		}
		return s, nil
	}
	if c.ClientID == "" {
		c.ClientID = "ziyara"
	}
	if c.StaffURL == "" {
		c.StaffURL = config.PublicURL
	}
	where := func(staff access.Staff) catalog.Text { return worksAt(centre(), staff) }
	if s.signIn, err = signin.New(signin.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Audience: c.Audience, Origin: c.StaffURL,
		Claims: c.Claims, Where: where, SessionLife: c.SessionLife, SessionIdle: c.SessionIdle,
		Site: config.site(), Keys: keys, Now: config.Now, Log: config.Log, Record: record,
		Sessions: sessions, Seen: seen, NewID: newID, Zone: func() *time.Location { return centre().Zone("") },
	}); err != nil {
		return s, fmt.Errorf("service: ZIYARA_OIDC: %w", err)
	}
	if c.Demo {
		s.issuer, err = demoIssuer(c, s.signIn.Redirects(), centre(), config)
	}
	return s, err
}

// demoIssuer returns the provider with made-up staff of the centre.
func demoIssuer(c OIDC, redirects []string, snapshot *centre.Snapshot, config Config) (*devissuer.Issuer, error) {
	var departments, branches []string
	for _, d := range snapshot.Departments {
		departments = append(departments, d.Slug)
	}
	for _, b := range snapshot.Branches {
		branches = append(branches, b.Slug)
	}
	var people []devissuer.Person
	for _, staff := range demo.Staff(departments, branches) {
		people = append(people, devissuer.Person{Staff: staff, About: worksAt(snapshot, staff)})
	}
	return devissuer.New(devissuer.Config{
		URL: c.Issuer, ClientID: c.ClientID, Redirects: redirects, People: people, Site: config.site(), Now: config.Now,
	})
}

// worksAt returns where a member of staff works, as a text.
func worksAt(snapshot *centre.Snapshot, staff access.Staff) catalog.Text {
	var out catalog.Text
	add := func(name catalog.Text) {
		if out.EN != "" {
			out.AR, out.EN = out.AR+" · ", out.EN+" · "
		}
		out.AR, out.EN = out.AR+name.AR, out.EN+name.EN
	}
	for _, slug := range staff.Departments {
		for _, d := range snapshot.Departments {
			if d.Slug == slug {
				add(d.Name)
			}
		}
	}
	for _, slug := range staff.Branches {
		if b, ok := snapshot.Branch(slug); ok {
			add(b.Name)
		}
	}
	if out.EN == "" {
		return texts.Staff("sign_in.everywhere")
	}
	return out
}

// mount adds the pages for staff, and the demo's provider.
func (s staffSignIn) mount(app fiber.Router, limit fiber.Handler) {
	if s.signIn != nil {
		s.signIn.Mount(app, limit)
	}
	if s.issuer != nil {
		app.Use(devIssuerPath, limit, web.Adapt(s.issuer))
		app.Post(devTokenPath, limit, web.Adapt(http.HandlerFunc(s.issuer.ServeToken)))
	}
}

// bearer returns the function that identifies staff by a bearer token; nil when
// staff can't sign in.
func (s staffSignIn) bearer() func(context.Context, string) (access.Staff, error) {
	switch {
	case s.instead != nil:
		return s.instead
	case s.signIn == nil:
		return nil
	}
	return s.signIn.Bearer
}

// session returns the function that identifies staff by a session; nil when staff
// can't sign in.
func (s staffSignIn) session() func(*fiber.Ctx) (access.Staff, error) {
	if s.signIn == nil {
		return nil
	}
	return s.signIn.Session
}

// keeps returns the cookie in which the console keeps what was typed.
func (s staffSignIn) keeps() web.SealedCookie {
	if s.signIn == nil {
		return web.SealedCookie{}
	}
	return s.signIn.Keeps("ziyara_console", "console")
}

// mostSessions is how many sessions an answer lists.
const mostSessions = 100

// sessions returns the function that lists the sessions of staff.
func (s staffSignIn) sessions(c Config, store *postgres.Sessions) func(context.Context, string) ([]access.Session, error) {
	if s.signIn != nil {
		return s.signIn.List
	}
	return func(ctx context.Context, staff string) ([]access.Session, error) {
		now := c.Now()
		return store.List(ctx, staff, now, now.Add(-time.Hour), mostSessions)
	}
}

// sessionJobs removes sessions a day after they are over; the log has them.
func sessionJobs(c Config, store *postgres.Sessions) []job {
	return []job{{name: "purge-sessions", spec: "30 3 * * *", run: func(ctx context.Context) error {
		return inBatches(ctx, func() (int, error) { return store.Purge(ctx, c.Now().Add(-24*time.Hour), batch) })
	}}}
}

// guests returns one member of the demo staff for each role, and the link that signs
// them in; nil without the demo's provider.
func (s staffSignIn) guests() []api.Guest {
	if s.issuer == nil {
		return nil
	}
	var list []api.Guest
	for _, role := range access.Roles() {
		for _, p := range s.issuer.People {
			if slices.Equal(p.Roles, []access.Role{role}) {
				list = append(list, api.Guest{
					Title: texts.Staff("trial.role_" + string(role)), About: p.About, SignIn: s.signIn.LinkFor(p.ID),
				})
				break
			}
		}
	}
	return list
}
