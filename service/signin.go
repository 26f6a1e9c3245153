package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/service/demo"
	"ziyara/service/secret"
	"ziyara/service/signin"
	"ziyara/service/signin/devissuer"
	"ziyara/texts"
)

// OIDC is the identity provider that staff sign in with (OpenID Connect).
type OIDC struct {
	Issuer       string // what it calls itself; "" for none: then nobody of the staff can sign in
	ClientID     string // what it calls this service; "ziyara"
	ClientSecret string // "" for a public client
	Audience     string // whom bearer tokens are meant for; the client id
	Claims       signin.Claims

	SessionLife time.Duration // of a session in a browser; 8 hours
	SessionIdle time.Duration // without a request; 1 hour

	// StaffURL is where the pages for staff are, such as
	// https://staff.example.gov.sa; PublicURL when empty.
	StaffURL string

	// Demo brings a provider that lists made-up staff and asks for no
	// password, instead of Issuer. It is accepted on a loopback address only.
	Demo bool
}

// Where the demo's provider is.
const (
	devIssuerPath = "/dev/issuer"
	devTokenPath  = "/dev/token"
	demoClient    = "ziyara"
)

// ErrDemoStaff is returned for made-up staff where others could reach them.
var ErrDemoStaff = errors.New("service: the demo staff can be signed in on a loopback address only")

// startSignIn sets up how staff sign in. The service listens already.
func (s *Service) startSignIn(keys *secret.Keys) (err error) {
	c := s.config.OIDC
	if c.Demo {
		if !loopback(s.listener.Addr().String()) {
			return ErrDemoStaff
		}
		c.Issuer, c.ClientID, c.ClientSecret, c.Audience, c.Claims = s.URL()+devIssuerPath, demoClient, "", "", signin.Claims{}
		c.StaffURL = s.URL()
	}
	if c.Issuer == "" {
		if s.config.SignIn == nil {
			s.config.Log.Warn("staff can't sign in: ZIYARA_OIDC_ISSUER is not set")
		}
		return nil
	}
	if c.ClientID == "" {
		c.ClientID = "ziyara"
	}
	if c.StaffURL == "" {
		c.StaffURL = s.config.PublicURL
	}
	if s.staff, err = signin.New(signin.Config{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Audience: c.Audience, Origin: c.StaffURL, Claims: c.Claims, Where: s.where,
		SessionLife: c.SessionLife, SessionIdle: c.SessionIdle,
		Keys: keys, Now: s.config.Now, Log: s.config.Log,
	}); err != nil {
		return fmt.Errorf("service: ZIYARA_OIDC: %w", err)
	}
	if c.Demo {
		s.issuer, err = s.demoIssuer(c)
	}
	return err
}

// demoIssuer returns the provider of made-up staff.
func (s *Service) demoIssuer(c OIDC) (*devissuer.Issuer, error) {
	var people []devissuer.Person
	for _, staff := range demo.Staff() {
		people = append(people, devissuer.Person{Staff: staff, About: s.where(staff)})
	}
	return devissuer.New(devissuer.Config{
		URL: c.Issuer, ClientID: c.ClientID, Redirects: s.staff.Redirects(), People: people, Now: s.config.Now,
	})
}

// where says where somebody works.
func (s *Service) where(staff access.Staff) catalog.Text {
	var out catalog.Text
	add := func(name catalog.Text) {
		if out.EN != "" {
			out.AR, out.EN = out.AR+" · ", out.EN+" · "
		}
		out.AR, out.EN = out.AR+name.AR, out.EN+name.EN
	}
	centre := s.centre.Load()
	for _, slug := range staff.Departments {
		for _, d := range centre.Departments {
			if d.Slug == slug {
				add(d.Name)
			}
		}
	}
	for _, slug := range staff.Branches {
		if b, ok := centre.Branch(slug); ok {
			add(b.Name)
		}
	}
	if out.EN == "" {
		return texts.Staff("sign_in.everywhere")
	}
	return out
}

// mountSignIn adds the pages for staff, and the demo's provider.
func (s *Service) mountSignIn(app fiber.Router, limit fiber.Handler) {
	if s.staff != nil {
		s.staff.Mount(app, limit)
	}
	if s.issuer != nil {
		app.Use(devIssuerPath, limit, adaptor.HTTPHandler(s.issuer))
		app.Post(devTokenPath, limit, adaptor.HTTPHandlerFunc(s.issuer.ServeToken))
	}
}

// bearer returns what finds out whom a bearer token vouches for; nil when staff
// can't sign in.
func (s *Service) bearer() func(context.Context, string) (access.Staff, error) {
	switch {
	case s.config.SignIn != nil:
		return s.config.SignIn
	case s.staff == nil:
		return nil
	}
	return s.staff.Bearer
}

// session returns what finds out whose session a browser has; nil when staff
// can't sign in.
func (s *Service) session() func(*fiber.Ctx) (access.Staff, error) {
	if s.staff == nil {
		return nil
	}
	return s.staff.Session
}
