// Package signin lets staff in by the ministry's identity provider (OpenID
// Connect). Programs bring a bearer token; people come by pages, by the code
// flow with PKCE, and then have a session in a cookie. Either way the claims of
// the provider say what they may do.
//
// Nothing is asked of the provider before somebody needs it, and what is known
// of it is kept when it can't be reached.
package signin

import (
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/loopback"
	"ziyara/service/secret"
)

// ErrConfig is returned for a configuration that can't work.
var ErrConfig = errors.New("signin: configuration")

// Config is how staff sign in.
type Config struct {
	// Issuer is what the identity provider calls itself: https, or http on
	// this machine.
	Issuer       string
	ClientID     string // what the provider calls this service
	ClientSecret string // "" for a public client
	Audience     string // whom bearer tokens are meant for; ClientID when ""
	// Origin is where the pages for staff are: https, or http on this machine,
	// and nothing but a host. Without it there are none.
	Origin string
	Claims Claims
	// Where says in words where somebody works; nil for no words.
	Where func(access.Staff) catalog.Text

	SessionLife time.Duration // of a session, whatever happens; 8 hours, a working day
	SessionIdle time.Duration // without a request; 1 hour

	Keys *secret.Keys
	Now  func() time.Time
	Log  *slog.Logger
}

// SignIn says who of the staff asks; the errors that say why not are those of
// package access. It is safe for concurrent use.
type SignIn struct {
	Config

	origin   *url.URL // nil for no pages
	provider *provider
	pages    *template.Template
	outside  chan struct{} // bounds what is asked of the provider at once
}

// maxOutside is how many codes are exchanged at once.
const maxOutside = 16

// New returns how staff sign in. It asks nothing of the provider yet. It
// returns ErrConfig for what can't work.
func New(c Config) (*SignIn, error) {
	if c.Keys == nil || c.Now == nil || c.Log == nil {
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
		return nil, fmt.Errorf("%w: a session lasts at least %v without a request, and in all at least as long as that", ErrConfig, 2*renewAfter)
	}
	c.Claims = c.Claims.defaults()
	issuer, err := address(c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: issuer: %w", ErrConfig, err)
	}
	s := &SignIn{Config: c, outside: make(chan struct{}, maxOutside)}
	s.provider = newProvider(c.Issuer, issuer.Scheme == "http", c.Now, c.Log)
	if s.pages, err = parse(); err != nil {
		return nil, err
	}
	if c.Origin == "" {
		return s, nil
	}
	if s.origin, err = address(c.Origin); err != nil {
		return nil, fmt.Errorf("%w: address of pages: %w", ErrConfig, err)
	}
	if strings.Trim(s.origin.Path, "/") != "" {
		return nil, fmt.Errorf("%w: address of pages: %q: want a host and nothing else", ErrConfig, c.Origin)
	}
	s.origin = &url.URL{Scheme: s.origin.Scheme, Host: s.origin.Host}
	return s, nil
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
