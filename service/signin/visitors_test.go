package signin

import (
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/notify"
	"ziyara/service/secret"
	"ziyara/service/signin/devissuer"
	"ziyara/slots"
)

// munira is a visitor at the provider.
func munira() devissuer.Person {
	return devissuer.Person{Staff: access.Staff{ID: "munira", Name: "منيرة الدوسري"}, Claims: map[string]any{
		"national_id": "1076543212", "phone_number": "+966500000071", "phone_number_verified": true,
	}}
}

// door is a service whose visitors sign in, and a browser before it.
type door struct {
	*Visitors

	t   *testing.T
	m   *ministry
	app *fiber.App
	jar *cookiejar.Jar
	who slots.Proved // of the last that finished
	err error
}

func newDoor(t *testing.T) *door {
	t.Helper()
	m := newMinistry(t)
	m.Visitors, m.People = true, []devissuer.Person{munira()}
	m.Redirects = []string{"http://127.0.0.1/sign-in/back", "http://127.0.0.1/sign-in/ended"}
	keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
	if err != nil {
		t.Fatal(err)
	}
	d := &door{t: t, m: m}
	if d.Visitors, err = NewVisitors(VisitorsConfig{
		Issuer: m.URL, ClientID: clientID, Scopes: []string{"openid", "profile", "phone"}, ClaimID: "national_id", ClaimName: "name",
		Origin: "http://127.0.0.1", Path: "/sign-in", Callback: "/sign-in/back", SignedOut: "/sign-in/ended",
		Countries: notify.Gulf(), Keys: keys, Now: m.clock.Now, Log: slog.New(slog.DiscardHandler),
	}); err != nil {
		t.Fatal(err)
	}
	d.app = fiber.New(fiber.Config{Immutable: true, ReadBufferSize: 8 << 10})
	d.app.Get("/sign-in", func(c *fiber.Ctx) error { return d.Begin(c, c.Query("to"), c.Query("user")) })
	d.app.Get("/sign-in/back", func(c *fiber.Ctx) error {
		var to string
		if d.who, to, d.err = d.Finish(c); d.err != nil {
			return c.Status(http.StatusForbidden).SendString(to)
		}
		return c.Redirect(to, http.StatusSeeOther)
	})
	if d.jar, err = cookiejar.New(nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *door) opens(address string) (status int, location *url.URL, body string) {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodGet, address, nil)
	for _, c := range d.jar.Cookies(d.origin) {
		r.AddCookie(c)
	}
	answer, err := d.app.Test(r, 20_000)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.jar.SetCookies(d.origin, answer.Cookies())
	if location, err = url.Parse(answer.Header.Get("Location")); err != nil {
		d.t.Fatal(err)
	}
	return answer.StatusCode, location, string(text)
}

// goes begins to sign in and returns what the provider is asked.
func (d *door) goes(to string) url.Values {
	d.t.Helper()
	status, location, body := d.opens("/sign-in?to=" + url.QueryEscape(to))
	if status != http.StatusFound && status != http.StatusSeeOther {
		d.t.Fatalf("sign-in: %d %s", status, body)
	}
	return location.Query()
}

// back is what the browser comes back with from the provider.
func (d *door) back(asked url.Values) url.Values {
	d.t.Helper()
	asked.Set("user", "munira")
	r := httptest.NewRequest(http.MethodPost, d.m.URL+"/authorize", strings.NewReader(asked.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.m.ServeHTTP(w, r)
	location, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		d.t.Fatal(err)
	}
	return location.Query()
}

// A visitor who comes back is who the provider says, and is where they were. The provider is
// asked to ask who it is, because others use the computer too.
func TestVisitorSignsIn(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	asked := d.goes("/book/one?for=me")
	for name, want := range map[string]string{
		"client_id": clientID, "redirect_uri": "http://127.0.0.1/sign-in/back", "scope": "openid profile phone", "prompt": "login",
		"response_type": "code", "code_challenge_method": "S256", "ui_locales": "ar",
	} {
		if got := asked.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	status, location, _ := d.opens("/sign-in/back?" + d.back(asked).Encode())
	want := slots.Proved{
		Identity: slots.Identity{Kind: slots.NationalID, Number: "1076543212"}, Name: "منيرة الدوسري", Mobile: "+966500000071",
	}
	if status != http.StatusSeeOther || location.String() != "/book/one?for=me" || d.who != want {
		t.Errorf("%d to %s: %+v, %v", status, location, d.who, d.err)
	}
	for _, to := range []string{"https://evil.example", "//evil.example", "/sign-in?to=/", "/sign-in/back", `/\evil.example`, ""} {
		if _, location, _ = d.opens("/sign-in/back?" + d.back(d.goes(to)).Encode()); location.String() != "/" {
			t.Errorf("%q leads to %s", to, location)
		}
	}
}

// Whatever else comes back signs nobody in. Where the browser was going is still known, unless
// it is another browser.
func TestVisitorNotSignedIn(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(d *door, back url.Values)
		want   error
		to     string
	}{
		{"another state", func(_ *door, back url.Values) { back.Set("state", "another") }, access.ErrAttempt, ""},
		{"in another browser", func(d *door, _ url.Values) { d.jar, _ = cookiejar.New(nil) }, access.ErrAttempt, ""},
		{"after ten minutes", func(d *door, _ url.Values) { d.m.clock.Add(attemptLife) }, access.ErrAttempt, ""},
		{"another provider", func(_ *door, back url.Values) { back.Set("iss", "https://other.example") }, access.ErrAttempt, "/visits"},
		{"cancelled", func(_ *door, back url.Values) { back.Set("error", "access_denied") }, access.ErrDenied, "/visits"},
		{"another code", func(_ *door, back url.Values) { back.Set("code", "another") }, access.ErrDenied, "/visits"},
		{"down", func(d *door, _ url.Values) { d.m.down.Store(true) }, access.ErrUnavailable, "/visits"},
		{"another nonce", func(d *door, _ url.Values) {
			d.m.instead["/realm/token"] = (&desk{t: d.t, m: d.m}).answersToken(func(c map[string]any) {
				c["nonce"], c["national_id"] = "another", "1076543212"
			})
		}, access.ErrSignIn, "/visits"},
		{"for another client", func(d *door, _ url.Values) {
			d.m.instead["/realm/token"] = (&desk{t: d.t, m: d.m}).answersToken(func(c map[string]any) { c["aud"] = "another" })
		}, access.ErrSignIn, "/visits"},
		{"no number", func(d *door, back url.Values) {
			d.m.People[0].Claims = nil
			maps.Copy(back, d.back(d.goes("/visits")))
		}, slots.ErrIdentity, "/visits"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t)
			back := d.back(d.goes("/visits"))
			test.change(d, back)
			status, _, to := d.opens("/sign-in/back?" + back.Encode())
			if status != http.StatusForbidden || !errors.Is(d.err, test.want) || to != test.to || d.who != (slots.Proved{}) {
				t.Errorf("%d, %v, %q, %+v", status, d.err, to, d.who)
			}
		})
	}
}

// Nobody has the provider asked again and again, and a code is redeemed once.
func TestProviderOfVisitorsIsAskedOncePerAttempt(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	back := d.back(d.goes("/visits"))
	cookie := d.jar.Cookies(d.origin)[0]
	before := d.m.asked.Load()
	for n := range 20 {
		d.jar.SetCookies(d.origin, []*http.Cookie{cookie})
		d.opens("/sign-in/back?" + back.Encode())
		if (n == 0) != (d.err == nil) {
			t.Errorf("try %d: %v", n, d.err)
		}
	}
	if n := d.m.asked.Load() - before; n != 1 {
		t.Errorf("the provider was asked %d times for one attempt, want once", n)
	}
}

// A mobile counts only if the provider has verified it, and it can be sent messages.
func TestWhatIsProved(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	const number = "1076543212"
	for _, test := range []struct {
		name   string
		claims map[string]any
		id     string
		mobile string
	}{
		{"verified", map[string]any{"national_id": number, "phone_number": "+966500000071", "phone_number_verified": true},
			number, "+966500000071"},
		{"verified, in words", map[string]any{"national_id": number, "phone_number": "0500000071", "phone_number_verified": "true"},
			number, "+966500000071"},
		{"not verified", map[string]any{"national_id": number, "phone_number": "+966500000071", "phone_number_verified": false}, number, ""},
		{"not said", map[string]any{"national_id": number, "phone_number": "+966500000071"}, number, ""},
		{"of a country without messages", map[string]any{"national_id": number, "phone_number": "+447700900123", "phone_number_verified": true},
			number, ""},
		{"a number as a number", map[string]any{"national_id": float64(1076543212)}, number, ""},
		{"a nested claim is none of ours", map[string]any{"other": map[string]any{"national_id": number}}, "", ""},
		{"no number", map[string]any{"sub": number}, "", ""},
		{"a wrong number", map[string]any{"national_id": "1076543213"}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			who, err := d.proved(test.claims)
			if who.Identity.Number != test.id || who.Mobile != test.mobile || (err == nil) != (test.id != "") {
				t.Errorf("%+v, %v", who, err)
			}
		})
	}
}

// FuzzProve: whatever is sent as an ID token, nobody is proved by it, and nothing breaks.
func FuzzProve(f *testing.F) {
	m, others := newMinistry(f), newMinistry(f)
	keys, err := secret.New([]byte("a secret for tests, of at least 32 bytes"))
	if err != nil {
		f.Fatal(err)
	}
	v, err := NewVisitors(VisitorsConfig{
		Issuer: m.URL, ClientID: clientID, ClaimID: "national_id", Path: "/sign-in", Callback: "/sign-in/back", SignedOut: "/sign-in/ended",
		Countries: notify.Gulf(), Keys: keys, Now: m.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(others.token(f, func(c map[string]any) { c["national_id"] = "1076543212" }))
	f.Add(m.token(f, func(c map[string]any) { c["iat"] = m.clock.Now().Add(-time.Hour).Unix() }))
	f.Add("e30.e30.e30")
	f.Add("")
	f.Fuzz(func(t *testing.T, token string) {
		if who, err := v.Prove(t.Context(), token); err == nil {
			t.Errorf("%q proves %s", token, who.Identity.Masked())
		}
	})
}
