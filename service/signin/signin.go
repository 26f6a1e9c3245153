// Package signin signs staff in with the ministry's identity provider (OpenID
// Connect). Programs send a bearer token. People use pages: they sign in by the
// code flow with PKCE, and then have a session in a cookie. Either way the claims
// of the provider decide what they may do.
//
// The provider is asked only when needed, and its keys are kept while it can't be
// reached.
package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/loopback"
	"ziyara/service/secret"
	"ziyara/service/web"
)

// ErrConfig is returned for an invalid configuration.
var ErrConfig = errors.New("signin: configuration")

// Config configures how staff sign in.
type Config struct {
	// Issuer is the issuer of the identity provider: https, or http on
	// this machine.
	Issuer       string
	ClientID     string // client id of this service at the provider
	ClientSecret string // "" for a public client
	Audience     string // audience of bearer tokens; ClientID when ""
	// Origin is the origin of the pages for staff: https, or http on this
	// machine. "" for no pages.
	Origin string
	Claims Claims
	// Where returns where a member of staff works, as a text; nil for no text.
	Where func(access.Staff) catalog.Text

	SessionLife time.Duration // of a session in all; default 8 hours
	SessionIdle time.Duration // of a session without a request; default 1 hour

	Site web.Site              // what pages say about the centre
	Zone func() *time.Location // in which pages tell times

	Sessions Sessions
	// Record adds an entry to the log of staff: whose sign-in was refused.
	Record func(context.Context, audit.Entry) error

	// Seen is told what a member of staff may do, when they sign in and when that changes.
	Seen func(context.Context, access.Staff)

	Keys  *secret.Keys
	NewID func() string // a new UUID
	Now   func() time.Time
	Log   *slog.Logger
}

// SignIn identifies the staff who make requests. Its errors are those of package
// access. It is safe for concurrent use.
type SignIn struct {
	Config
	*party

	origin *url.URL // nil for no pages
}

// New returns a SignIn. It does not contact the provider yet. It returns an error
// that wraps ErrConfig for an invalid configuration.
func New(c Config) (*SignIn, error) {
	if c.Keys == nil || c.Now == nil || c.Log == nil || c.Record == nil || c.Sessions == nil || c.NewID == nil || c.Zone == nil ||
		c.Seen == nil {
		return nil, fmt.Errorf("%w: incomplete", ErrConfig)
	}
	if c.ClientID == "" {
		return nil, fmt.Errorf("%w: the client id is needed", ErrConfig)
	}
	if c.Audience == "" {
		c.Audience = c.ClientID
	}
	if c.SessionLife == 0 {
		c.SessionLife = 8 * time.Hour
	}
	if c.SessionIdle == 0 {
		c.SessionIdle = time.Hour
	}
	if c.SessionIdle < 2*renewAfter || c.SessionLife < c.SessionIdle {
		return nil, fmt.Errorf("%w: the idle time of a session must be at least %v, and its life at least as long", ErrConfig, 2*renewAfter)
	}
	c.Claims = c.Claims.defaults()
	issuer, err := address(c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: issuer: %w", ErrConfig, err)
	}
	s := &SignIn{Config: c, party: &party{
		issuer: c.Issuer, id: c.ClientID, secret: c.ClientSecret, now: c.Now,
		provider: newProvider(c.Issuer, issuer.Scheme == "http", c.Now, c.Log), outside: make(chan struct{}, maxOutside),
	}}
	if c.Origin == "" {
		return s, nil
	}
	if s.origin, err = originOf(c.Origin); err != nil {
		return nil, err
	}
	s.returns, s.attempts = s.at(pathCallback), s.cookie(attemptName, "staff sign-in")
	return s, nil
}

// originOf reads the address of pages.
func originOf(text string) (*url.URL, error) {
	u, err := address(text)
	if err != nil {
		return nil, fmt.Errorf("%w: address of pages: %w", ErrConfig, err)
	}
	if strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("%w: address of pages: %q: want a host and nothing else", ErrConfig, text)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// address reads an address that is https, or http on this machine.
func address(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, err
	case !loopback.Secure(u):
		return nil, fmt.Errorf("%q is not https", text)
	case u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("%q is not a plain address", text)
	}
	return u, nil
}
