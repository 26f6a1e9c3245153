//go:build peers

package signin

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/service/secret"
)

// startProvider starts the provider of testdata/provider.mjs for pages at
// origin. It returns what it calls itself, and what takes the roles of Noura.
func startProvider(t *testing.T, origin, clientSecret string, short bool) (issuer string, roles func(string)) {
	t.Helper()
	modules, err := filepath.Glob("../../.tools/oidc-provider-*/node_modules")
	if err != nil || len(modules) == 0 {
		t.Fatal("oidc-provider is not installed: run make peers")
	}
	dir, err := filepath.Abs(modules[len(modules)-1])
	if err != nil {
		t.Fatal(err)
	}
	node := exec.Command("node", "testdata/provider.mjs") // ends when its standard input does
	node.Env = append(os.Environ(), "MODULES="+dir, "ORIGIN="+origin, "SECRET="+clientSecret, "SHORT="+map[bool]string{true: "true"}[short],
		"NODE_ENV=test")
	in, err := node.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = node.Start(); err != nil {
		t.Fatalf("%v; node is in the Debian package nodejs", err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = node.Wait() })
	var told struct{ Issuer string }
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if json.Unmarshal(lines.Bytes(), &told) == nil && told.Issuer != "" {
			return told.Issuer, func(roles string) {
				_, err := io.WriteString(in, roles)
				for err == nil && lines.Scan() {
					if lines.Text() == "changed" {
						return
					}
				}
				t.Errorf("the provider does not take the roles %s: %v", roles, err)
			}
		}
	}
	t.Fatal("the provider does not start")
	return "", nil
}

// peerBrowser follows redirects and presses buttons.
type peerBrowser struct {
	t      *testing.T
	client *http.Client
	at     *url.URL
	page   string
}

func newPeerBrowser(t *testing.T) *peerBrowser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &peerBrowser{t: t, client: &http.Client{Jar: jar, Timeout: 20 * time.Second}}
}

func (b *peerBrowser) send(method, address string, form url.Values) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.at, b.page = response.Request.URL, string(body)
}

// submits sends the form of the page with what is filled in.
func (b *peerBrowser) submits(fill url.Values) {
	b.t.Helper()
	action := regexp.MustCompile(`<form[^>]* action="([^"]+)"`).FindStringSubmatch(b.page)
	if action == nil {
		b.t.Fatalf("no form at %s:\n%s", b.at, b.page)
	}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(b.page, -1) {
		fill.Set(field[1], html.UnescapeString(field[2]))
	}
	to, err := b.at.Parse(html.UnescapeString(action[1]))
	if err != nil {
		b.t.Fatal(err)
	}
	b.send(http.MethodPost, to.String(), fill)
}

// signsIn says who it is and agrees, at the provider.
func (b *peerBrowser) signsIn(start string) {
	b.t.Helper()
	b.send(http.MethodGet, start, nil)
	b.submits(url.Values{"login": {"noura"}, "password": {"any"}})
	b.submits(url.Values{})
}

// A provider of others signs staff in: with claims in the ID token and with
// claims at the user information, for a confidential client and a public one.
// It signs them out, and its bearer tokens are accepted for their audience.
func TestPeerProvider(t *testing.T) {
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
			issuer, roles := startProvider(t, origin, test.secret, test.short)
			var later atomic.Int64 // how far the clock of the service is ahead
			keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
			if err != nil {
				t.Fatal(err)
			}
			s, err := New(Config{
				Issuer: issuer, ClientID: "ziyara", ClientSecret: test.secret, Audience: "urn:ziyara:api", Origin: origin,
				Keys: keys, Now: func() time.Time { return time.Now().Add(time.Duration(later.Load())) }, Record: unrecorded,
				Sessions: &memory{}, NewID: uuid.NewString, Zone: func() *time.Location { return time.UTC },
				Seen: func(context.Context, access.Staff) {}, Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
			})
			if err != nil {
				t.Fatal(err)
			}
			app := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
			s.Mount(app, func(c *fiber.Ctx) error { return c.Next() })
			go func() { _ = app.Listener(listener) }()
			t.Cleanup(func() { _ = app.Shutdown() })

			b := newPeerBrowser(t)
			b.signsIn(origin + "/staff/sign-in?lang=en")
			if b.at.String() != origin+"/staff" || !strings.Contains(b.page, "Noura") {
				t.Fatalf("signed in at %s:\n%s", b.at, b.page)
			}
			b.send(http.MethodPost, origin+"/staff/sign-out", url.Values{})
			if !strings.HasPrefix(b.at.String(), issuer) {
				t.Fatalf("signing out leads to %s", b.at)
			}
			b.submits(url.Values{"logout": {"yes"}})
			if b.at.String() != origin+"/staff/signed-out" {
				t.Errorf("signed out at %s:\n%s", b.at, b.page)
			}
			b.send(http.MethodGet, origin+"/staff", nil)
			if !strings.HasPrefix(b.at.String(), issuer) {
				t.Errorf("after signing out, at %s", b.at)
			}
			endedByProvider(t, b, origin, issuer)
			bearerOfProvider(t, s, origin)
			askedAgain(t, b, origin, roles, &later)
		})
	}
}

// endedByProvider signs in and then out at the provider, which tells the service.
func endedByProvider(t *testing.T, b *peerBrowser, origin, issuer string) {
	t.Helper()
	b.signsIn(origin + "/staff/sign-in?lang=en")
	if b.at.String() != origin+"/staff" {
		t.Fatalf("signed in again at %s", b.at)
	}
	b.send(http.MethodGet, issuer+"/session/end", nil)
	b.submits(url.Values{"logout": {"yes"}})
	for range 200 { // the provider tells it when it has answered the browser
		if b.send(http.MethodGet, origin+"/staff", nil); strings.HasPrefix(b.at.String(), issuer) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("the session goes on although the provider has ended it")
}

// askedAgain takes a role away: the next time the service asks, the session is another one, and
// then none.
func askedAgain(t *testing.T, b *peerBrowser, origin string, roles func(string), later *atomic.Int64) {
	t.Helper()
	b.signsIn(origin + "/staff/sign-in?lang=en")
	for _, c := range []struct{ roles, want string }{{`["manager"]`, "Centre manager"}, {`["agent"]`, "Call-centre agent"}, {`[]`, ""}} {
		roles(c.roles)
		later.Add(int64(askAgain))
		b.send(http.MethodGet, origin+"/staff?lang=en", nil)
		if is := b.at.String() == origin+"/staff?lang=en"; is != (c.want != "") || !strings.Contains(b.page, c.want) {
			t.Errorf("with the roles %s, at %s:\n%s", c.roles, b.at, b.page)
		}
	}
}

// bearerOfProvider gets an access token as a program does, for the API, and
// tries it.
func bearerOfProvider(t *testing.T, s *SignIn, origin string) {
	t.Helper()
	k, err := s.provider.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	client, verifier := s.client(k), oauth2.GenerateVerifier()
	b := newPeerBrowser(t)
	back := errors.New("back at the client")
	var code string
	b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), origin) {
			code = r.URL.Query().Get("code")
			return back
		}
		return nil
	}
	resource := oauth2.SetAuthURLParam("resource", "urn:ziyara:api")
	b.send(http.MethodGet, client.AuthCodeURL("state", oauth2.S256ChallengeOption(verifier), resource), nil)
	b.submits(url.Values{"login": {"noura"}, "password": {"any"}})
	b.follows(back)
	tokens, err := client.Exchange(oidc.ClientContext(t.Context(), s.provider.client), code, oauth2.VerifierOption(verifier), resource)
	if err != nil {
		t.Fatal(err)
	}
	staff, err := s.Bearer(t.Context(), tokens.AccessToken)
	if err != nil || staff.ID != "noura" || len(staff.Roles) != 1 || staff.Departments[0] != "revenues" {
		t.Errorf("bearer: %+v, %v", staff, err)
	}
	id, _ := tokens.Extra("id_token").(string)
	if _, err = s.Bearer(t.Context(), id); !errors.Is(err, access.ErrSignIn) {
		t.Errorf("an ID token, which is for the pages: %v, want access.ErrSignIn", err)
	}
}

// follows agrees, and goes on until the browser would be back at the client.
func (b *peerBrowser) follows(back error) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.at.String(), strings.NewReader("prompt=consent"))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := b.client.Do(r)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, back) {
		b.t.Fatalf("not sent back: %v", err)
	}
}
