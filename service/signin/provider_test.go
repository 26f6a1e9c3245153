package signin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/service/secret"
	"ziyara/service/signin/devissuer"
)

// clock stands still until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// ministry is an identity provider that a test can take down.
type ministry struct {
	*devissuer.Issuer

	clock *clock
	down  atomic.Bool
	asked atomic.Int64 // requests that arrived
	// instead answers a path differently; nil for none.
	instead map[string]http.HandlerFunc
}

const clientID = "ziyara"

// noura runs a department.
func noura() devissuer.Person {
	return devissuer.Person{Staff: access.Staff{
		ID: "noura", Name: "نورة القحطاني", Roles: []access.Role{access.Coordinator}, Departments: []string{"revenues"}, Branches: []string{},
	}}
}

func newMinistry(t testing.TB) *ministry {
	t.Helper()
	m := &ministry{clock: &clock{now: time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)}, instead: map[string]http.HandlerFunc{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.asked.Add(1)
		if m.down.Load() {
			panic(http.ErrAbortHandler) // the connection breaks
		}
		if answer := m.instead[r.URL.Path]; answer != nil {
			answer(w, r)
			return
		}
		m.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	var err error
	if m.Issuer, err = devissuer.New(devissuer.Config{
		URL: server.URL + "/realm", ClientID: clientID, Now: m.clock.Now, People: []devissuer.Person{noura()},
		Redirects: []string{"http://127.0.0.1/staff/callback", "http://127.0.0.1/staff/signed-out"},
	}); err != nil {
		t.Fatal(err)
	}
	return m
}

// signIn is a service that trusts the ministry.
func (m *ministry) signIn(t testing.TB, change ...func(*Config)) (*SignIn, *bytes.Buffer) {
	t.Helper()
	keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c := Config{
		Issuer: m.URL, ClientID: clientID, Origin: "http://127.0.0.1", Keys: keys, Now: m.clock.Now,
		Log: slog.New(slog.NewTextHandler(&log, nil)), Record: unrecorded,
		Sessions: &memory{}, NewID: uuid.NewString, Zone: func() *time.Location { return time.UTC }, Seen: func(context.Context, access.Staff) {},
	}
	for _, f := range change {
		f(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, &log
}

func (m *ministry) token(t testing.TB, change func(claims map[string]any)) string {
	t.Helper()
	now := m.clock.Now()
	claims := map[string]any{
		"iss": m.URL, "aud": clientID, "sub": "noura", "name": "نورة القحطاني", "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"roles": []string{"coordinator"}, "departments": []string{"revenues"},
	}
	if change != nil {
		change(claims)
	}
	token, err := m.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Nothing is asked of the provider before somebody needs it, and then once.
func TestProviderIsAskedWhenNeeded(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, _ := m.signIn(t)
	if n := m.asked.Load(); n != 0 {
		t.Errorf("asked %d times before anybody came", n)
	}
	for range 5 {
		if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
			t.Fatal(err)
		}
	}
	if n := m.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want for its description and its keys", n)
	}
}

// A provider that is down when the service starts is asked again, but not by
// everybody; when it is back staff are.
func TestProviderIsDownAtFirst(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, _ := m.signIn(t)
	m.down.Store(true)
	for range 10 {
		if _, err := s.Bearer(t.Context(), m.token(t, nil)); !errors.Is(err, access.ErrUnavailable) {
			t.Fatalf("got %v, want access.ErrUnavailable", err)
		}
	}
	if n := m.asked.Load(); n > 2 { // the client itself tries a broken connection twice
		t.Errorf("asked %d times within one pause", n)
	}
	m.down.Store(false)
	m.clock.Add(pause)
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
		t.Errorf("when it is back: %v", err)
	}
}

// Keys are kept while the provider is down, for a day.
func TestKeysAreKeptMeanwhile(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, log := m.signIn(t)
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
		t.Fatal(err)
	}
	m.down.Store(true)
	for range 23 {
		m.clock.Add(time.Hour)
		if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
			t.Fatalf("at %v: %v", m.clock.Now(), err)
		}
	}
	if !strings.Contains(log.String(), "the identity provider can't be reached") {
		t.Error("the log does not say that it is down")
	}
	m.clock.Add(time.Hour)
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); !errors.Is(err, access.ErrUnavailable) {
		t.Errorf("after a day: %v, want access.ErrUnavailable", err)
	}
}

// A key that nobody knows yet is asked for, at most once in a pause: the next
// tokens with keys that don't exist cost no question.
func TestUnknownKeys(t *testing.T) {
	t.Parallel()
	m, others := newMinistry(t), newMinistry(t)
	s, _ := m.signIn(t)
	forged := func() string { return others.token(t, func(c map[string]any) { c["iss"] = m.URL }) }
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
		t.Fatal(err)
	}
	m.clock.Add(pause)
	asked := m.asked.Load()
	for range 1000 {
		if _, err := s.Bearer(t.Context(), forged()); !errors.Is(err, access.ErrSignIn) {
			t.Fatalf("got %v, want access.ErrSignIn", err)
		}
	}
	if n := m.asked.Load() - asked; n != 2 {
		t.Errorf("a thousand forged tokens cost %d questions, want 2", n)
	}
	// The provider changes its key; the first who has the new one is let in.
	if err := m.Rotate(); err != nil {
		t.Fatal(err)
	}
	m.clock.Add(pause)
	if _, err := s.Bearer(t.Context(), m.token(t, nil)); err != nil {
		t.Errorf("with the new key: %v", err)
	}
	// What is not known can't be told while the provider is down.
	m.down.Store(true)
	m.clock.Add(pause)
	for range 2 {
		if _, err := s.Bearer(t.Context(), forged()); !errors.Is(err, access.ErrUnavailable) {
			t.Errorf("while it is down: %v, want access.ErrUnavailable", err)
		}
	}
}

// Two who come at once with a new key ask once.
func TestOneAsksForAll(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, _ := m.signIn(t)
	token := m.token(t, nil)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := s.Bearer(context.Background(), token); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := m.asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2", n)
	}
}

// A key that was withdrawn is not used for longer than ten minutes.
func TestWithdrawnKeys(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	s, _ := m.signIn(t)
	old := m.token(t, nil)
	if _, err := s.Bearer(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the issuer publishes the one before, too
		if err := m.Rotate(); err != nil {
			t.Fatal(err)
		}
	}
	m.clock.Add(freshFor - time.Second)
	if _, err := s.Bearer(t.Context(), old); err != nil {
		t.Errorf("before anybody looked: %v", err)
	}
	m.clock.Add(time.Second)
	if _, err := s.Bearer(t.Context(), old); !errors.Is(err, access.ErrSignIn) {
		t.Errorf("got %v, want access.ErrSignIn", err)
	}
}

// A provider that sends nonsense is one that can't be used.
func TestProviderThatSendsNonsense(t *testing.T) {
	t.Parallel()
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for _, test := range []struct {
		name, path string
		answer     http.HandlerFunc
	}{
		{"no JSON", "/realm/.well-known/openid-configuration", text(http.StatusOK, "<html>")},
		{
			"another issuer", "/realm/.well-known/openid-configuration",
			text(http.StatusOK, `{"issuer":"https://other.example","jwks_uri":"https://other.example/keys"}`),
		},
		{"a fault", "/realm/.well-known/openid-configuration", text(http.StatusInternalServerError, "{}")},
		{"a redirect", "/realm/keys", text(http.StatusFound, "{}")},
		{"no keys", "/realm/keys", text(http.StatusOK, `{"keys":[]}`)},
		{"keys of unknown kinds", "/realm/keys", text(http.StatusOK, `{"keys":[{"kty":"new"},17]}`)},
		{"a shared secret for a key", "/realm/keys", text(http.StatusOK, `{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}`)},
		{"keys without end", "/realm/keys", text(http.StatusOK, `{"keys":[`+strings.Repeat(" ", 2*askMost)+`]}`)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMinistry(t)
			m.instead[test.path] = test.answer
			s, _ := m.signIn(t)
			if _, err := s.Bearer(t.Context(), m.token(t, nil)); !errors.Is(err, access.ErrUnavailable) {
				t.Errorf("got %v, want access.ErrUnavailable", err)
			}
		})
	}
}

// Addresses that others could listen in on are refused.
func TestConfig(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	for _, test := range []struct {
		name   string
		change func(*Config)
		ok     bool
	}{
		{"https", func(c *Config) {
			c.Issuer, c.Origin = "https://id.example.gov.sa/realms/mof", "https://staff.example.gov.sa"
		}, true},
		{"no pages", func(c *Config) { c.Origin = "" }, true},
		{"issuer over http", func(c *Config) { c.Issuer = "http://id.example.gov.sa" }, false},
		{"no issuer", func(c *Config) { c.Issuer = "" }, false},
		{"issuer with a query", func(c *Config) { c.Issuer = "https://id.example.gov.sa?a=b" }, false},
		{"pages over http", func(c *Config) { c.Origin = "http://staff.example.gov.sa" }, false},
		{"pages below a path", func(c *Config) { c.Origin = "https://example.gov.sa/staff" }, false},
		{"no client", func(c *Config) { c.ClientID = "" }, false},
		{"a session of no time", func(c *Config) { c.SessionIdle = time.Second }, false},
		{"a session that ends before it is idle", func(c *Config) { c.SessionLife = time.Minute }, false},
		{"no keys", func(c *Config) { c.Keys = nil }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, _ := m.signIn(t)
			c := s.Config
			test.change(&c)
			if _, err := New(c); (err == nil) != test.ok || err != nil && !errors.Is(err, ErrConfig) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A provider on https has no endpoints that can be listened in on; one on this
// machine may have them there.
func TestTrustedEndpoints(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		endpoint string
		loopback bool
		ok       bool
	}{
		{"https://id.example.gov.sa/keys", false, true},
		{"http://id.example.gov.sa/keys", false, false},
		{"http://127.0.0.1:8080/keys", false, false},
		{"http://127.0.0.1:8080/keys", true, true},
		{"http://id.example.gov.sa/keys", true, false},
		{"https://id.example.gov.sa/keys", true, true},
		{"file:///etc/passwd", true, false},
		{"/keys", false, false},
		{"", false, false},
	} {
		p := &provider{loopback: test.loopback}
		if err := p.trusted(test.endpoint); (err == nil) != test.ok {
			t.Errorf("%q, from this machine %t: %v", test.endpoint, test.loopback, err)
		}
	}
}

// What a provider says of itself is not believed when it leads elsewhere.
func TestProviderWithUntrustedEndpoints(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "jwks_uri"} {
		m := newMinistry(t)
		m.instead["/realm/.well-known/openid-configuration"] = func(w http.ResponseWriter, _ *http.Request) {
			said := map[string]string{
				"issuer": m.URL, "authorization_endpoint": m.URL + "/authorize", "token_endpoint": m.URL + "/token", "jwks_uri": m.URL + "/keys",
			}
			said[name] = "http://id.example.gov.sa/"
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(said)
		}
		s, log := m.signIn(t)
		_, err := s.Bearer(t.Context(), m.token(t, nil))
		if !errors.Is(err, access.ErrUnavailable) || !strings.Contains(log.String(), "is not https") {
			t.Errorf("%s: %v, %s", name, err, log)
		}
	}
}

// unrecorded is a log that keeps nothing.
func unrecorded(context.Context, audit.Entry) error { return nil }
