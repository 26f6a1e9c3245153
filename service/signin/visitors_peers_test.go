//go:build peers

package signin

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/notify"
	"ziyara/service/secret"
	"ziyara/slots"
)

// A provider of others signs visitors in, with claims in the ID token and at the user
// information: with PKCE, state, nonce and the issuer's check. A visitor can cancel there; a code
// is good once; it asks again who it is although somebody is signed in; and it signs out.
func TestPeerProviderOfVisitors(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, secret string
		short        bool
	}{
		{"claims in the ID token, confidential client", "a secret of at least 32 characters!", false},
		{"claims at the user information, public client", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			origin := "http://" + listener.Addr().String()
			issuer, _ := startProvider(t, origin, test.secret, test.short)
			keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
			if err != nil {
				t.Fatal(err)
			}
			v, err := NewVisitors(VisitorsConfig{
				Issuer: issuer, ClientID: "ziyara", ClientSecret: test.secret, Scopes: []string{"openid", "profile", "phone"},
				ClaimID: "national_id", ClaimName: "name", Origin: origin, Path: "/sign-in", Callback: "/sign-in/back", SignedOut: "/sign-in/ended",
				Countries: notify.Gulf(), Keys: keys, Now: time.Now, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
			app.Get("/sign-in", func(c *fiber.Ctx) error { return v.Begin(c, "/visits", "") })
			app.Get("/sign-in/back", func(c *fiber.Ctx) error {
				who, to, err := v.Finish(c)
				return c.SendString(fmt.Sprintf("%+v %s %s %t", who, to, outcome(err), c.Query("iss") == issuer))
			})
			app.Get("/sign-in/ended", func(c *fiber.Ctx) error { return c.SendString("ended") })
			go func() { _ = app.Listener(listener) }()
			t.Cleanup(func() { _ = app.Shutdown() })

			b := newPeerBrowser(t)
			b.send(http.MethodGet, origin+"/sign-in", nil)
			cancel := regexp.MustCompile(`href="([^"]*/abort)"`).FindStringSubmatch(b.page)
			if cancel == nil {
				t.Fatalf("nothing to cancel with at %s:\n%s", b.at, b.page)
			}
			to, err := b.at.Parse(cancel[1])
			if err != nil {
				t.Fatal(err)
			}
			b.send(http.MethodGet, to.String(), nil)
			b.wants(slots.Proved{}, "/visits denied true")

			who := slots.Proved{
				Identity: slots.Identity{Kind: slots.NationalID, Number: "1076543212"}, Name: "Noura", Mobile: "+966500000071",
			}
			b.signsIn(origin + "/sign-in")
			b.wants(who, "/visits  true")
			b.send(http.MethodGet, origin+"/sign-in", nil)
			b.submits(url.Values{"login": {"noura"}, "password": {"any"}}) // asked again, although somebody is signed in there
			b.wants(who, "/visits  true")
			code := b.at.Query().Get("code")
			b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			b.send(http.MethodGet, b.at.String(), nil)
			b.wants(slots.Proved{}, " attempt true") // used
			asked := b.asked(origin + "/sign-in")
			b.send(http.MethodGet, origin+"/sign-in/back?"+url.Values{"state": {asked.Get("state")}, "code": {code}}.Encode(), nil)
			b.wants(slots.Proved{}, "/visits denied false") // another attempt, with a code that was redeemed
			b.client.CheckRedirect = nil

			b.send(http.MethodGet, v.SignOutAt(), nil)
			b.submits(url.Values{"logout": {"yes"}})
			if b.page != "ended" || v.Target() != issuer {
				t.Errorf("signed out at %s; forms lead to %s", b.at, v.Target())
			}
		})
	}
}

// outcome names an error of Finish.
func outcome(err error) string {
	switch {
	case errors.Is(err, access.ErrDenied):
		return "denied"
	case errors.Is(err, access.ErrAttempt):
		return "attempt"
	case err != nil:
		return err.Error()
	}
	return ""
}

// wants fails the test unless the page says who has signed in, and what came of it.
func (b *peerBrowser) wants(who slots.Proved, rest string) {
	b.t.Helper()
	if want := fmt.Sprintf("%+v %s", who, rest); b.page != want {
		b.t.Fatalf("%s: %q, want %q", b.at, b.page, want)
	}
}

// asked returns what the provider is asked by an address that leads there.
func (b *peerBrowser) asked(address string) url.Values {
	b.t.Helper()
	answer, err := b.client.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // only its header counts
	location, err := url.Parse(answer.Header.Get("Location"))
	if err != nil || !strings.Contains(location.Path, "auth") {
		b.t.Fatalf("leads to %v: %v", location, err)
	}
	return location.Query()
}
