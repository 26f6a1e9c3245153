package signin

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"pgregory.net/rapid"

	"ziyara/access"
	"ziyara/service/signin/devissuer"
)

// desk is a service with pages, and a browser before it.
type desk struct {
	*SignIn

	t   *testing.T
	m   *ministry
	app *fiber.App
	jar *cookiejar.Jar
	log interface{ String() string }
}

func newDesk(t *testing.T, m *ministry, change ...func(*Config)) *desk {
	t.Helper()
	s, log := m.signIn(t, change...)
	app := fiber.New(fiber.Config{Immutable: true, ReadBufferSize: 8 << 10})
	s.Mount(app, func(c *fiber.Ctx) error { return c.Next() })
	app.All("/api", func(c *fiber.Ctx) error { // stands for the API
		staff, err := s.Session(c)
		if err != nil {
			return c.Status(http.StatusForbidden).SendString(err.Error())
		}
		return c.SendString(fmt.Sprint(staff.ID, staff.Roles))
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{SignIn: s, t: t, m: m, app: app, jar: jar, log: log}
}

// reply is what the browser gets.
type reply struct {
	status int
	header http.Header
	body   string
}

// location is where the browser is sent.
func (r reply) location() *url.URL {
	u, err := url.Parse(r.header.Get("Location"))
	if err != nil {
		return &url.URL{}
	}
	return u
}

// send asks the service as the browser does.
func (d *desk) send(method, path string, header map[string]string) reply {
	d.t.Helper()
	return d.sends(httptest.NewRequest(method, path, nil), header)
}

// ownPage is what a browser says of a request by a page of this origin.
func ownPage() map[string]string { return map[string]string{"Sec-Fetch-Site": "same-origin"} }

// regexpID finds the id of a session on the page of sessions.
var regexpID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// only returns the one session of a member of staff.
func (d *desk) only(staff string) access.Session {
	d.t.Helper()
	list, err := d.List(d.t.Context(), staff)
	if err != nil || len(list) != 1 {
		d.t.Fatalf("%s has the sessions %v, %v", staff, list, err)
	}
	return list[0]
}

// sends sends a request as the browser does.
func (d *desk) sends(r *http.Request, header map[string]string) reply {
	d.t.Helper()
	r.Host = d.origin.Host
	for name, value := range header {
		r.Header.Set(name, value)
	}
	if host := r.Header.Get("Host"); host != "" {
		r.Host = host
	}
	for _, c := range d.jar.Cookies(d.origin) {
		r.AddCookie(c)
	}
	response, err := d.app.Test(r, 20_000)
	if err != nil {
		d.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	body, err := io.ReadAll(response.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.jar.SetCookies(d.origin, response.Cookies())
	return reply{response.StatusCode, response.Header, string(body)}
}

// goes begins to sign in and returns what the provider is asked.
func (d *desk) goes(to string) url.Values {
	d.t.Helper()
	r := d.send(http.MethodGet, "/staff/sign-in?return="+url.QueryEscape(to), nil)
	if r.status != http.StatusSeeOther || r.location().Path != "/realm/authorize" {
		d.t.Fatalf("sign-in: %d to %v: %s", r.status, r.location(), r.body)
	}
	return r.location().Query()
}

// chooses is noura at the provider: it returns what the browser comes back with.
func (d *desk) chooses(asked url.Values) url.Values {
	d.t.Helper()
	return d.choosesAs("noura", asked)
}

func (d *desk) choosesAs(user string, asked url.Values) url.Values {
	d.t.Helper()
	asked.Set("user", user)
	r := httptest.NewRequest(http.MethodPost, d.m.URL+"/authorize", strings.NewReader(asked.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	d.m.ServeHTTP(w, r)
	location, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != http.StatusSeeOther {
		d.t.Fatalf("chosen: %d %s", w.Code, w.Body)
	}
	return location.Query()
}

func (d *desk) comesBack(with url.Values) reply {
	d.t.Helper()
	return d.send(http.MethodGet, "/staff/callback?"+with.Encode(), nil)
}

// signsIn goes all the way.
func (d *desk) signsIn() {
	d.t.Helper()
	d.signsInAs("noura")
}

func (d *desk) signsInAs(user string) {
	d.t.Helper()
	if r := d.comesBack(d.choosesAs(user, d.goes("/staff"))); r.status != http.StatusSeeOther {
		d.t.Fatalf("signed in: %d %s", r.status, r.body)
	}
}

func (d *desk) wantSession(want bool) {
	d.t.Helper()
	r := d.send(http.MethodGet, "/api", nil)
	if got := r.status == http.StatusOK; got != want {
		d.t.Errorf("session: %t (%s), want %t", got, r.body, want)
	}
}

// What is asked of the provider: a code for this client, bound to this browser
// (state), to the token (nonce) and to who asked (PKCE).
func TestWhatTheProviderIsAsked(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	asked := d.goes("/docs")
	for name, want := range map[string]string{
		"client_id": clientID, "redirect_uri": "http://127.0.0.1/staff/callback", "response_type": "code",
		"scope":                 "openid profile offline_access",
		"code_challenge_method": "S256", "ui_locales": "ar",
	} {
		if got := asked.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	again := d.goes("/docs")
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(asked.Get(name)) < 26 || asked.Get(name) == again.Get(name) {
			t.Errorf("%s can be guessed: %q, %q", name, asked.Get(name), again.Get(name))
		}
	}
}

// Who comes back as they went has a session and is where they wanted to be.
func TestSignInByPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	d.wantSession(false)
	r := d.comesBack(d.chooses(d.goes("/docs#staff")))
	if r.status != http.StatusSeeOther || r.header.Get("Location") != "/docs#staff" {
		t.Fatalf("got %d to %q: %s", r.status, r.header.Get("Location"), r.body)
	}
	d.wantSession(true)
	if r := d.send(http.MethodGet, "/staff", nil); !strings.Contains(r.body, "نورة القحطاني") || !strings.Contains(r.body, "منسق إدارة") {
		t.Errorf("home: %s", r.body)
	}
	if r := d.send(http.MethodGet, "/staff?lang=en", nil); !strings.Contains(r.body, "Coordinator") || !strings.Contains(r.body, `dir="ltr"`) {
		t.Errorf("home in English: %s", r.body)
	}
	for _, private := range []string{"noura", "نورة", "eyJ", "code="} {
		if strings.Contains(d.log.String(), private) {
			t.Errorf("the log has %q: %s", private, d.log)
		}
	}
}

// Whatever else comes back begins no session, and says so in both languages.
func TestSignInThatFails(t *testing.T) {
	t.Parallel()
	set := func(name, value string) func(*desk, url.Values) {
		return func(_ *desk, back url.Values) { back.Set(name, value) }
	}
	for _, test := range []struct {
		name   string
		change func(d *desk, back url.Values)
		status int
		says   string
	}{
		{"another state", set("state", "another"), http.StatusBadRequest, "The sign-in was not completed"},
		{"no state", func(_ *desk, back url.Values) { back.Del("state") }, http.StatusBadRequest, "The sign-in was not completed"},
		{
			"in another browser", func(d *desk, _ url.Values) { d.jar, _ = cookiejar.New(nil) }, http.StatusBadRequest,
			"The sign-in was not completed",
		},
		{"a newer attempt began", func(d *desk, _ url.Values) { d.goes("/") }, http.StatusBadRequest, "The sign-in was not completed"},
		{"after ten minutes", func(d *desk, _ url.Values) { d.m.clock.Add(attemptLife) }, http.StatusBadRequest, "The sign-in was not completed"},
		{"another provider's answer", set("iss", "https://other.example"), http.StatusBadRequest, "The sign-in was not completed"},
		{"refused at the provider", set("error", "access_denied"), http.StatusForbidden, "You were not signed in"},
		{"another code", set("code", "another"), http.StatusForbidden, "You were not signed in"},
		{"no code", func(_ *desk, back url.Values) { back.Del("code") }, http.StatusForbidden, "You were not signed in"},
		{"a code after its time", func(d *desk, _ url.Values) { d.m.clock.Add(2 * time.Minute) }, http.StatusForbidden, "You were not signed in"},
		{
			"the provider goes down", func(d *desk, _ url.Values) { d.m.down.Store(true) }, http.StatusServiceUnavailable,
			"Sign-in is not available",
		},
		{"a code of another attempt", func(d *desk, back url.Values) { // code injection: PKCE is in the way
			victim := newDesk(d.t, d.m)
			back.Set("code", victim.chooses(victim.goes("/")).Get("code"))
		}, http.StatusForbidden, "You were not signed in"},
		{"a token with another nonce", func(d *desk, _ url.Values) {
			d.m.instead["/realm/token"] = d.answersToken(func(c map[string]any) { c["nonce"] = "another" })
		}, http.StatusForbidden, "You were not signed in"},
		{"a token for another client", func(d *desk, back url.Values) {
			d.m.instead["/realm/token"] = d.answersToken(func(c map[string]any) { c["aud"] = "another" })
		}, http.StatusForbidden, "You were not signed in"},
		{"no token", func(d *desk, _ url.Values) {
			d.m.instead["/realm/token"] = func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, `{"access_token":"x","token_type":"Bearer"}`)
			}
		}, http.StatusForbidden, "You were not signed in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, newMinistry(t))
			back := d.chooses(d.goes("/docs"))
			test.change(d, back)
			back.Set("lang", "en")
			r := d.comesBack(back)
			if r.status != test.status || !strings.Contains(r.body, test.says) {
				t.Errorf("got %d %s, want %d %q", r.status, r.body, test.status, test.says)
			}
			d.wantSession(false)
			d.m.down.Store(false)
			back.Del("error")
			if r = d.comesBack(back); r.status < 400 {
				t.Error("an attempt that failed can be used again")
			}
		})
	}
}

// Nobody has the provider asked again and again: coming back costs it one request for
// each attempt that was begun here, none without one, and only so many for an address.
func TestProviderIsAskedOncePerAttempt(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	asked := d.goes("/")
	cookie := d.jar.Cookies(d.origin)[0]
	before := d.m.asked.Load()
	back := url.Values{"state": {asked.Get("state")}, "code": {"made up"}}
	for range 20 { // as a program that keeps its cookie
		d.jar.SetCookies(d.origin, []*http.Cookie{cookie})
		d.comesBack(back)
	}
	if n := d.m.asked.Load() - before; n != 1 {
		t.Errorf("the provider was asked %d times for one attempt, want once", n)
	}
	d.jar.SetCookies(d.origin, []*http.Cookie{cookie})
	d.m.clock.Add(attemptLife - time.Second)
	d.comesBack(back)
	for range 20 {
		d.comesBack(url.Values{"state": {"made up"}, "code": {"made up"}})
		d.comesBack(url.Values{"state": {d.goes("/").Get("state")}})
	}
	if n := d.m.asked.Load() - before; n > 1+2 { // it may have been asked for its keys since
		t.Errorf("the provider was asked %d times, want nothing without an attempt and a code", n)
	}
	d.m.clock.Add(time.Minute)
	d.goes("/") // its keys are read again
	before = d.m.asked.Load()
	var last reply
	for range maxTries + 20 {
		last = d.comesBack(url.Values{"state": {d.goes("/").Get("state")}, "code": {"made up"}})
	}
	if n := d.m.asked.Load() - before; n != maxTries {
		t.Errorf("the provider was asked %d times by one address in a minute, want %d", n, maxTries)
	}
	if last.status != http.StatusTooManyRequests || last.header.Get("Retry-After") == "" {
		t.Errorf("then: got %d %v, want 429 and when to try again", last.status, last.header)
	}
	d.m.clock.Add(time.Minute)
	d.signsIn()
	d.wantSession(true)
}

// answersToken answers at the token endpoint with claims of one's own.
func (d *desk) answersToken(change func(map[string]any)) http.HandlerFunc {
	token := d.m.token(d.t, change)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"access_token":"x","token_type":"Bearer","id_token":"`+token+`"}`)
	}
}

// Who has no role is told so.
func TestSignInWithoutARole(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, says string
		staff      access.Staff
	}{
		{"no role", "You have no role at the centre", access.Staff{ID: "noura", Name: "Noura"}},
		{"the role of a system", "You were not signed in", access.Staff{ID: "noura", Name: "Noura", Roles: []access.Role{access.Reader}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMinistry(t)
			m.People[0] = devissuer.Person{Staff: test.staff}
			d := newDesk(t, m)
			back := d.chooses(d.goes("/"))
			back.Set("lang", "en")
			if r := d.comesBack(back); r.status != http.StatusForbidden || !strings.Contains(r.body, test.says) {
				t.Errorf("got %d %s", r.status, r.body)
			}
			d.wantSession(false)
		})
	}
}

// A provider that keeps its ID tokens short is asked for the rest, about the
// same person.
func TestClaimsFromUserInformation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, subject string
		ok            bool
	}{{"the same person", "noura", true}, {"another", "reem", false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := newMinistry(t)
			d := newDesk(t, m)
			asked := d.goes("/docs")
			back := d.chooses(asked)
			m.instead["/realm/token"] = d.answersToken(func(c map[string]any) {
				c["nonce"] = asked.Get("nonce")
				delete(c, "roles")
			})
			m.instead["/realm/userinfo"] = func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") != "Bearer x" {
					w.WriteHeader(http.StatusUnauthorized)
				}
				_, _ = io.WriteString(w, `{"sub":"`+test.subject+`","name":"N","roles":["admin"]}`)
			}
			if r := d.comesBack(back); (r.status == http.StatusSeeOther) != test.ok {
				t.Errorf("got %d %s", r.status, r.body)
			}
			d.wantSession(test.ok)
		})
	}
}

// A session ends after an hour without a request, and after eight in any case.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	d.signsIn()
	d.m.clock.Add(d.SessionIdle - time.Second)
	d.wantSession(true)
	d.m.clock.Add(d.SessionIdle)
	d.wantSession(false)

	d = newDesk(t, newMinistry(t))
	d.signsIn()
	for range 15 {
		d.m.clock.Add(30 * time.Minute)
		d.wantSession(true)
	}
	d.m.clock.Add(30 * time.Minute)
	d.wantSession(false)
}

// A session is of this service, with this provider, and nobody else can write
// it or read it.
func TestSessionIsSealed(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	d := newDesk(t, m)
	d.signsIn()
	cookie := d.jar.Cookies(d.origin)[0]
	if len(cookie.Value) > 600 {
		t.Errorf("the cookie has %d bytes", len(cookie.Value))
	}
	for name, s := range map[string]*SignIn{
		"another provider": newDesk(t, newMinistry(t)).SignIn,
		"another client":   newDesk(t, m, func(c *Config) { c.ClientID = "another" }).SignIn,
	} {
		var held ticket
		if s.sessions().Open(cookie.Value, &held) {
			t.Errorf("%s reads the session: %+v", name, held)
		}
	}
	var held ticket
	if d.attempts.Open(cookie.Value, &held) {
		t.Error("a session is taken for an attempt to sign in")
	}
	for i := range cookie.Value {
		changed := []byte(cookie.Value)
		changed[i] ^= 1
		if d.sessions().Open(string(changed), &held) && string(changed) != cookie.Value {
			t.Fatalf("a cookie that was changed at %d is read", i)
		}
	}
}

// Cookies are for this host alone, not for scripts, and not for other sites.
func TestCookies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ origin, name, want string }{
		{"https://staff.example.gov.sa", "__Host-ziyara_sign_in", "; max-age=600; path=/; HttpOnly; secure; SameSite=Lax"},
		{"http://127.0.0.1", "ziyara_sign_in", "; max-age=600; path=/; HttpOnly; SameSite=Lax"},
	} {
		d := newDesk(t, newMinistry(t), func(c *Config) { c.Origin = test.origin })
		r := d.send(http.MethodGet, "/staff/sign-in", nil)
		got := r.header.Get("Set-Cookie")
		if !strings.HasPrefix(got, test.name+"=") || !strings.HasSuffix(got, test.want) {
			t.Errorf("%s: %s", test.origin, got)
		}
	}
}

// A change by a session has to come from a page of this origin.
func TestForeignRequests(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	d.signsIn()
	for _, test := range []struct {
		name, method string
		header       map[string]string
		ok           bool
	}{
		{"a page of ours", http.MethodPost, map[string]string{"Sec-Fetch-Site": "same-origin"}, true},
		{"a page of ours in an old browser", http.MethodPost, map[string]string{"Origin": "http://127.0.0.1"}, true},
		{"another site", http.MethodPost, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}, false},
		{
			"another site that forges Origin", http.MethodPost, map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1"},
			false,
		},
		{"another host of the same site", http.MethodPut, map[string]string{"Sec-Fetch-Site": "same-site"}, false},
		{"another site in an old browser", http.MethodDelete, map[string]string{"Origin": "https://evil.example"}, false},
		{"another port", http.MethodPost, map[string]string{"Origin": "http://127.0.0.1:81"}, false},
		{"a page without an origin", http.MethodPost, map[string]string{"Origin": "null"}, false},
		{"who says nothing", http.MethodPatch, nil, false},
		{"a look from another site", http.MethodGet, map[string]string{"Sec-Fetch-Site": "cross-site"}, true},
	} {
		r := d.send(test.method, "/api", test.header)
		if got := r.status == http.StatusOK; got != test.ok {
			t.Errorf("%s: got %d %s", test.name, r.status, r.body)
		}
	}
}

// Signing out asks first, ends the session and the one at the provider.
func TestSignOut(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	d.signsIn()
	r := d.send(http.MethodGet, "/staff/sign-out", nil)
	if r.status != http.StatusOK || !strings.Contains(r.body, `<form method="post" action="/staff/sign-out">`) {
		t.Errorf("asked: %d %s", r.status, r.body)
	}
	d.wantSession(true)
	if r := d.send(http.MethodPost, "/staff/sign-out", map[string]string{"Sec-Fetch-Site": "cross-site"}); r.status != http.StatusForbidden {
		t.Errorf("by another site: %d", r.status)
	}
	d.wantSession(true)
	r = d.send(http.MethodPost, "/staff/sign-out", map[string]string{"Sec-Fetch-Site": "same-origin"})
	location := r.location()
	if location.Path != "/realm/sign-out" || location.Query().Get("post_logout_redirect_uri") != "http://127.0.0.1/staff/signed-out" ||
		location.Query().Get("client_id") != clientID {
		t.Errorf("sent to %v", location)
	}
	d.wantSession(false)
	r = d.send(http.MethodGet, "/staff/signed-out?lang=en", nil)
	if r.status != http.StatusOK || !strings.Contains(r.body, "You are signed out") {
		t.Errorf("signed out: %d %s", r.status, r.body)
	}
	if r := d.send(http.MethodGet, "/staff", nil); r.header.Get("Location") != "/staff/sign-in" {
		t.Errorf("home: sent to %q", r.header.Get("Location"))
	}
}

// A confidential client proves itself as the provider wants it.
func TestConfidentialClient(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	m.ClientSecret = "a secret & more"
	for _, test := range []struct {
		name, secret string
		ok           bool
	}{{"with its secret", "a secret & more", true}, {"with another", "another", false}, {"with none", "", false}} {
		d := newDesk(t, m, func(c *Config) { c.ClientSecret = test.secret })
		d.comesBack(d.chooses(d.goes("/")))
		if d.wantSession(test.ok); t.Failed() {
			t.Errorf("in %q", test.name)
		}
	}
}

// Pages are under one host: under another name of this machine the browser is
// sent there, under any other it is told.
func TestPagesAreUnderOneHost(t *testing.T) {
	t.Parallel()
	d := newDesk(t, newMinistry(t))
	r := d.send(http.MethodGet, "/staff/sign-in?return=/docs", map[string]string{"Host": "localhost"})
	if got := r.header.Get("Location"); got != "http://127.0.0.1/staff/sign-in?return=/docs" {
		t.Errorf("sent to %q", got)
	}
	d = newDesk(t, newMinistry(t), func(c *Config) { c.Origin = "https://staff.example.gov.sa" })
	if r = d.send(http.MethodGet, "/staff", map[string]string{"Host": "evil.example"}); r.status != http.StatusMisdirectedRequest {
		t.Errorf("under another host: %d, want 421", r.status)
	}
}

// Nobody is sent to another host by a link to the sign-in.
func TestSafeReturn(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/docs": "/docs", "/": "/", "/docs#/staff": "/docs#/staff",
		"/console/day?date=2026-11-22&group=a": "/console/day?date=2026-11-22&group=a",
		"":                                     pathHome, "docs": pathHome, "//evil.example": pathHome, "///evil.example": pathHome,
		`/\evil.example`: pathHome, `\\evil.example`: pathHome,
		"https://evil.example": pathHome, "javascript:alert(1)": pathHome, "/\t/evil.example": pathHome, "/ /evil.example": pathHome,
		"/%2fevil.example": pathHome, "/../%2fevil.example": pathHome, "/..//evil.example": pathHome, "/%2e%2e/a": pathHome, "/a//b": pathHome,
		"/\nSet-Cookie: a=b": pathHome, "/أ": pathHome, "/a%zz": pathHome,
		"/staff/sign-in": pathHome, "/staff/sign-in?return=/": pathHome, "/staff/callback?code=1": pathHome,
		"/staff/sign-out": pathHome, "/staff/signed-out": pathHome,
		"/" + strings.Repeat("a", maxReturn): pathHome,
	} {
		if got := safeReturn(to); got != want {
			t.Errorf("safeReturn(%q) = %q, want %q", to, got, want)
		}
	}
}

// Whatever is asked for, browsers stay on the host.
func TestSafeReturnStaysHere(t *testing.T) {
	t.Parallel()
	base := &url.URL{Scheme: "https", Host: "staff.example.gov.sa", Path: "/staff/callback"}
	piece := rapid.SampledFrom([]string{
		"/", "\\", "evil.example", ":", "@", "?", "#", "%2f", "%5c", "..", ".", " ", "\t", "\n", "a", "https", "//",
	})
	rapid.Check(t, func(t *rapid.T) {
		to := safeReturn(strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "to"), ""))
		// Browsers take \ for / and leave out tabs and line breaks (WHATWG URL).
		seen := strings.NewReplacer("\\", "/", "\t", "", "\n", "", "\r", "").Replace(to)
		u, err := base.Parse(seen)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || strings.HasPrefix(u.Path, "//") {
			t.Fatalf("%q leads to %v, %v", to, u, err)
		}
	})
}
