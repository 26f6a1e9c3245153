// Package email sends messages by e-mail: the text in two forms and an
// invitation that puts the visit into the visitor's calendar and keeps it up to
// date.
package email

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ziyara/loopback"
)

// Security says how the connection to the mail server is protected.
type Security string

// The kinds of security.
const (
	Implicit Security = "implicit" // TLS from the start (RFC 8314), usually port 465
	StartTLS Security = "starttls" // TLS before anything else is sent (RFC 3207), usually port 587
	None     Security = "none"     // only to this machine
)

// Config defines the mail server and the sender.
type Config struct {
	Host     string
	Port     int
	Security Security
	User     string // empty if the server needs no login
	Password string
	From     mail.Address
	RootCAs  *x509.CertPool // authorities to trust; nil for those of the system
	Timeout  time.Duration  // for one message; 0 for 20 s
	Now      func() time.Time
}

// ParseURL parses smtp://user:password@host:port?from=…, or smtps:// for TLS
// from the start. smtp means STARTTLS; with security=none it means no
// protection, which is allowed only on a loopback address. The default ports
// are 587 and 465; from is an address, or a name with an address in angle
// brackets. Errors don't contain the URL, which includes a password.
func ParseURL(s string) (Config, error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return Config{}, errors.New("email: not a URL such as smtps://user:password@mail.example.sa?from=visits@example.sa")
	}
	c := Config{Host: u.Hostname(), User: u.User.Username(), Security: StartTLS, Port: 587}
	c.Password, _ = u.User.Password()
	switch u.Scheme {
	case "smtp":
	case "smtps":
		c.Security, c.Port = Implicit, 465
	default:
		return Config{}, fmt.Errorf("email: scheme %q: want smtp or smtps", u.Scheme)
	}
	if p := u.Port(); p != "" {
		if c.Port, err = strconv.Atoi(p); err != nil || c.Port < 1 || c.Port > 65535 {
			return Config{}, errors.New("email: port out of range")
		}
	}
	if u.Path != "" && u.Path != "/" {
		return Config{}, errors.New("email: the URL has a path")
	}
	query := u.Query()
	if query.Get("security") == string(None) && u.Scheme == "smtp" {
		c.Security = None
	} else if query.Has("security") {
		return Config{}, errors.New("email: security: only none is allowed, and only with smtp")
	}
	from, err := mail.ParseAddress(query.Get("from"))
	if err != nil {
		return Config{}, errors.New("email: from: want an address, or a name and <an address>")
	}
	c.From = *from
	for name := range query {
		if name != "from" && name != "security" {
			return Config{}, fmt.Errorf("email: unknown parameter %q", name)
		}
	}
	return c, c.check()
}

func (c Config) check() error {
	switch {
	case c.Host == "" || c.Port <= 0 || c.Port > 65535:
		return errors.New("email: host and port are required")
	case c.Security != Implicit && c.Security != StartTLS && c.Security != None:
		return fmt.Errorf("email: unknown security %q", c.Security)
	case c.Security == None && !loopback.Is(c.Host):
		return errors.New("email: security=none is allowed only on a loopback address")
	case !strings.Contains(c.From.Address, "@"):
		return errors.New("email: a sender is required")
	case c.Timeout < 0:
		return errors.New("email: negative timeout")
	}
	return nil
}
