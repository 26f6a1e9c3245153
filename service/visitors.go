package service

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/service/api"
	"ziyara/service/demo"
	"ziyara/service/portal"
	"ziyara/service/secret"
	"ziyara/service/signin"
	"ziyara/service/signin/devissuer"
	"ziyara/service/web"
	"ziyara/slots"
)

// VisitorOIDC configures the identity provider that visitors can sign in with (OpenID
// Connect), such as a national sign-in.
type VisitorOIDC struct {
	Issuer       string   // of the provider; "" for none: then visitors prove a mobile only
	ClientID     string   // of this service; default "ziyara"
	ClientSecret string   // "" for a public client
	Audience     string   // of the ID tokens that programs bring; default the client id
	Scopes       []string // default openid, profile and phone
	ClaimID      string   // claim with the identity number; default "national_id"
	ClaimName    string   // claim with the name; default "name"

	// Demo uses a built-in provider with made-up visitors and no passwords instead of
	// Issuer. It needs Config.Dev.
	Demo bool
}

// Paths of the demo's provider.
const (
	devVisitorIssuerPath = "/dev/visitors"
	devVisitorTokenPath  = "/dev/visitor-token"
)

// visitorSignIn signs visitors in.
type visitorSignIn struct {
	signIn *signin.Visitors  // nil when visitors can't sign in
	issuer *devissuer.Issuer // nil except in the demo
}

// newVisitorSignIn sets up the sign-in of visitors for a service that listens at address.
func newVisitorSignIn(config Config, address string, keys *secret.Keys) (v visitorSignIn, err error) {
	c, origin := config.VisitorOIDC, config.PublicURL
	if c.Demo {
		origin = "http://" + address
		c.Issuer, c.ClientID, c.ClientSecret, c.Audience = origin+devVisitorIssuerPath, demoClient, "", ""
		c.ClaimID, c.ClaimName = "", ""
	}
	if c.Issuer == "" {
		return v, nil
	}
	if c.ClientID == "" {
		c.ClientID = "ziyara"
	}
	if c.ClaimID == "" {
		c.ClaimID = "national_id"
	}
	if c.ClaimName == "" {
		c.ClaimName = "name"
	}
	if c.Scopes == nil {
		c.Scopes = []string{"openid", "profile", "phone"}
	}
	if v.signIn, err = signin.NewVisitors(signin.VisitorsConfig{
		Issuer: c.Issuer, ClientID: c.ClientID, ClientSecret: c.ClientSecret, Audience: c.Audience, Scopes: c.Scopes,
		ClaimID: c.ClaimID, ClaimName: c.ClaimName, Origin: origin, Path: portal.SignInPath, Callback: portal.CallbackPath,
		SignedOut: portal.SignedOutPath, Countries: config.Countries, Keys: keys, Now: config.Now, Log: config.Log,
	}); err != nil {
		return v, fmt.Errorf("service: ZIYARA_VISITOR_OIDC: %w", err)
	}
	if c.Demo {
		v.issuer, err = demoVisitors(c, v.signIn.Redirects(), config)
	}
	return v, err
}

// demoVisitors returns the provider with made-up visitors.
func demoVisitors(c VisitorOIDC, redirects []string, config Config) (*devissuer.Issuer, error) {
	var people []devissuer.Person
	for _, v := range demo.Visitors() {
		claims := map[string]any{c.ClaimID: v.Number}
		if v.Mobile != "" {
			claims["phone_number"], claims["phone_number_verified"] = v.Mobile, true
		}
		people = append(people, devissuer.Person{Staff: access.Staff{ID: v.ID, Name: v.Name}, About: v.About, Claims: claims})
	}
	return devissuer.New(devissuer.Config{
		URL: c.Issuer, ClientID: c.ClientID, Redirects: redirects, People: people, Visitors: true, Site: config.site(), Now: config.Now,
	})
}

// mount adds the demo's provider.
func (v visitorSignIn) mount(app fiber.Router, limit fiber.Handler) {
	if v.issuer != nil {
		app.Use(devVisitorIssuerPath, limit, web.Adapt(v.issuer))
		app.Post(devVisitorTokenPath, limit, web.Adapt(http.HandlerFunc(v.issuer.ServeToken)))
	}
}

// pages returns what the pages ask to sign visitors in; nil when they can't.
func (v visitorSignIn) pages() portal.SignIn {
	if v.signIn == nil {
		return nil
	}
	return v.signIn
}

// guests returns the made-up visitors, and the links that sign them in; nil without the
// demo's provider.
func (v visitorSignIn) guests() []api.Guest {
	if v.issuer == nil {
		return nil
	}
	var list []api.Guest
	for _, p := range v.issuer.People {
		list = append(list, api.Guest{
			Title: catalog.Text{AR: p.Name, EN: p.Name}, About: p.About, SignIn: portal.SignInLink(web.VisitsPath, p.ID),
		})
	}
	return list
}

// prove returns the function that tells who a visitor is by an ID token; nil when visitors
// can't sign in.
func (v visitorSignIn) prove() func(context.Context, string) (slots.Proved, error) {
	if v.signIn == nil {
		return nil
	}
	return v.signIn.Prove
}
