package service_test

import (
	"bytes"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// demoSignIn lets staff sign in as ziyara dev does.
func demoSignIn(c *service.Config) { c.SignIn, c.OIDC, c.Dev = nil, service.OIDC{Demo: true}, true }

// browser is a browser of somebody of the staff, with cookies of its own. It
// follows redirects.
type browser struct {
	t      testing.TB
	centre *servicetest.Centre
	client http.Client
}

func newBrowser(t testing.TB, centre *servicetest.Centre) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, centre: centre, client: http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// send sends a request and returns the page at which the browser ends up.
func (b *browser) send(method, path string, form url.Values, header map[string]string) servicetest.Answer {
	b.t.Helper()
	if !strings.HasPrefix(path, "http") {
		path = b.centre.Replicas[0].URL() + path
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range header {
		r.Header.Set(name, value)
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
	return servicetest.Answer{Status: response.StatusCode, Header: response.Header, Body: body}
}

// presses presses the button of somebody on a page that lists the demo staff.
func (b *browser) presses(list servicetest.Answer, user string) servicetest.Answer {
	b.t.Helper()
	page := string(list.Body)
	action := regexp.MustCompile(`<form method="post" action="([^"]+)"`).FindStringSubmatch(page)
	if action == nil || !strings.Contains(page, `name="user" value="`+user+`"`) {
		b.t.Fatalf("no button for %s on\n%s", user, page)
	}
	form := url.Values{"user": {user}}
	for _, field := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)">`).FindAllStringSubmatch(page, -1) {
		form.Set(field[1], html.UnescapeString(field[2]))
	}
	return b.send(http.MethodPost, html.UnescapeString(action[1]), form, nil)
}

// ownPage is what a browser says of a request by a page of the same origin.
func ownPage() map[string]string { return map[string]string{"Sec-Fetch-Site": "same-origin"} }

// Noura opens the page for staff, is sent to the provider, presses her name, and
// approves a request in her department with nothing but her browser. Another
// site can't do it with her session; after signing out nobody can.
func TestStaffSignInWithTheirBrowser(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	centre := servicetest.Open(t, 1, demoSignIn, func(c *service.Config) {
		c.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	a, _ := requests(t, centre.Visitor(1))
	approve := "/v1/appointments/" + a.Reference + "/approve"

	turki := newBrowser(t, centre)
	list := turki.send(http.MethodGet, "/staff/sign-in?return=/v1/me", nil, nil)
	if !strings.Contains(string(list.Body), "الدخول التجريبي") || !strings.Contains(string(list.Body), "العناية بالعملاء") {
		t.Fatalf("sent to\n%s", list.Body)
	}
	page := turki.presses(list, "turki")
	if page.Status != http.StatusOK || !strings.Contains(string(page.Body), `"departments":["care"]`) {
		t.Fatalf("signed in: %d %s", page.Status, page.Body)
	}
	if page := turki.send(http.MethodGet, "/staff", nil, nil); !strings.Contains(string(page.Body), "تركي العتيبي") {
		t.Errorf("home: %s", page.Body)
	}

	for _, header := range []map[string]string{{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, nil} {
		if page = turki.send(http.MethodPost, approve, nil, header); page.Status != http.StatusForbidden ||
			!strings.Contains(string(page.Body), "/problems#foreign-request") {
			t.Errorf("with %v: %d %s", header, page.Status, page.Body)
		}
	}
	page = turki.send(http.MethodPost, approve, nil, ownPage())
	if page.Status != http.StatusOK || !strings.Contains(string(page.Body), `"status":"booked"`) {
		t.Errorf("approve: %d %s", page.Status, page.Body)
	}
	if got := page.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("what staff see may be kept: %q", got)
	}
	var acts api.ActList
	centre.Send(servicetest.Request{
		Method: http.MethodGet, Path: "/v1/audit", Header: map[string]string{"Authorization": "Bearer " + devToken(t, centre, "reem")},
	}).JSON(t, &acts)
	if len(acts.Acts) != 2 || acts.Acts[0].Actor != "turki" || acts.Acts[1].Action != "signed-in" || acts.Acts[1].Actor != "turki" {
		t.Errorf("the log says %+v, want that turki signed in, and one act", acts.Acts)
	}

	if page = turki.send(
		http.MethodPost,
		"/staff/sign-out",
		url.Values{},
		ownPage(),
	); !strings.Contains(
		string(page.Body),
		"تم تسجيل الخروج",
	) {
		t.Errorf("signed out: %s", page.Body)
	}
	if page = turki.send(http.MethodGet, "/v1/me", nil, nil); page.Status != http.StatusUnauthorized {
		t.Errorf("after signing out: %d", page.Status)
	}
	for _, private := range []string{"turki", "تركي", "eyJ", "code=", "state=", "ziyara_staff"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log has %q:\n%s", private, log.String())
		}
	}
	centre.AuditClean()
}

// A session does not make a visitor of staff, nor staff of a visitor: who books
// for themselves in the same browser books as anybody does.
func TestSessionsAndVisitors(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	majed := newBrowser(t, centre)
	list := majed.send(http.MethodGet, "/staff/sign-in", nil, nil)
	majed.presses(list, "majed")
	visitor := centre.Visitor(1)
	a := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	page := majed.send(http.MethodGet, "/v1/appointments/"+a.Reference, nil, map[string]string{"Authorization": "Bearer " + a.ManageToken})
	if page.Status != http.StatusOK {
		t.Errorf("with the visit's token and a session: %d %s", page.Status, page.Body)
	}
	header := map[string]string{"Content-Type": "application/json", "Sec-Fetch-Site": "cross-site"}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, centre.Replicas[0].URL()+"/v1/holds",
		strings.NewReader(`{"service":"`+heirs+`","branch":"riyadh","start":"2026-11-26T09:00:00+03:00"}`))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	held, err := majed.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Body.Close() //nolint:errcheck // nothing is read from it
	if held.StatusCode != http.StatusCreated {
		t.Errorf("a hold with the session of who has no part in it: %d", held.StatusCode)
	}
	centre.AuditClean()
}

// devToken gets a token as the README does.
func devToken(t testing.TB, centre *servicetest.Centre, user string) string {
	t.Helper()
	answer := centre.Send(servicetest.Request{
		Method: http.MethodPost, Path: "/dev/token", Body: "user=" + user, Header: map[string]string{
			"Content-Type": "application/x-www-form-urlencoded",
		},
	})
	if answer.Status != http.StatusOK {
		t.Fatalf("token for %s: %d %s", user, answer.Status, answer.Body)
	}
	return strings.TrimSpace(string(answer.Body))
}

// Programs bring a token; it ends, and the answer says what to do.
func TestStaffSignInWithAToken(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	header := map[string]string{"Authorization": "Bearer " + devToken(t, centre, "badr")}
	me := servicetest.Request{Method: http.MethodGet, Path: "/v1/me", Header: header}
	var badr api.Me
	centre.Send(me).JSON(t, &badr)
	if badr.ID != "badr" || strings.Join(badr.Roles, " ") != "coordinator receptionist" || badr.Departments[0] != "care" ||
		badr.Branches[0] != "dammam" {
		t.Errorf("got %+v", badr)
	}
	centre.Clock.Add(9 * time.Hour)
	p := centre.Refused(centre.Send(me), http.StatusUnauthorized, "sign-in-needed")
	if !strings.Contains(p.Detail, "Sign in again") {
		t.Errorf("detail %q", p.Detail)
	}
	me.Header = map[string]string{"Authorization": "Bearer " + strings.Repeat("a.", 5<<10)}
	centre.Refused(centre.Send(me), http.StatusRequestHeaderFieldsTooLarge, "header-too-large")
}

// The provider can't be reached from the start: the service starts, staff are
// asked to come back, and visitors notice nothing.
func TestProviderIsDown(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) {
		c.SignIn = nil
		c.OIDC = service.OIDC{Issuer: "http://127.0.0.1:1/realm", StaffURL: "http://127.0.0.1"}
	})
	for range 2 {
		me := centre.Send(
			servicetest.Request{Method: http.MethodGet, Path: "/v1/me", Header: map[string]string{"Authorization": "Bearer " + someJWT}},
		)
		centre.Refused(me, http.StatusServiceUnavailable, "sign-in-unavailable")
		if me.Header.Get("Retry-After") == "" {
			t.Error("nobody is told when to come back")
		}
	}
	page := centre.Send(
		servicetest.Request{Method: http.MethodGet, Path: "/staff/sign-in?lang=en", Header: map[string]string{"Host": "127.0.0.1"}},
	)
	if page.Status != http.StatusServiceUnavailable || !strings.Contains(string(page.Body), "Sign-in is not available") {
		t.Errorf("page: %d %s", page.Status, page.Body)
	}
	visitor := centre.Visitor(1)
	a := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	visitor.Shows(a)
	if answer := visitor.TryCancel(a); answer.Status != http.StatusOK {
		t.Errorf("cancel: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// someJWT has the form of a token: {"alg":"ES256","kid":"a"} and {}.
const someJWT = "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30." +
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// Without a provider nobody of the staff gets in, and the log says so.
func TestNoProvider(t *testing.T) {
	t.Parallel()
	var log syncBuffer
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.SignIn, c.Log = nil, slog.New(slog.NewTextHandler(&log, nil)) })
	if !strings.Contains(log.String(), "staff can't sign in") {
		t.Errorf("the log does not say so: %s", log.String())
	}
	me := centre.Send(
		servicetest.Request{Method: http.MethodGet, Path: "/v1/me", Header: map[string]string{"Authorization": "Bearer " + someJWT}},
	)
	centre.Refused(me, http.StatusUnauthorized, "sign-in-needed")
	for _, path := range []string{"/staff", "/staff/sign-in", "/dev/token", "/dev/issuer/keys"} {
		if answer := centre.Get(path); answer.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, answer.Status)
		}
	}
}

// syncBuffer is a buffer that several may write to.
type syncBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

// A session that was copied is dead in every replica the moment it is ended: by signing out, or
// by an admin with a token; its end is in the log. What is left of it is removed later.
func TestSessionsAreEndedEverywhere(t *testing.T) {
	t.Parallel()
	centre := servicetest.OpenOn(t, servicetest.Database(t), 1, demoSignIn)
	at := centre.Replicas[0].URL()
	second := servicetest.OpenOn(t, centre.DatabaseURL, 1, func(c *service.Config) {
		c.SignIn, c.OIDC = nil, service.OIDC{Issuer: at + "/dev/issuer", ClientID: "ziyara", StaffURL: at}
	})
	reem := map[string]string{"Authorization": "Bearer " + devToken(t, centre, "reem")}
	signsIn := func() *browser {
		b := newBrowser(t, centre)
		b.presses(b.send(http.MethodGet, "/staff/sign-in?return=/v1/me", nil, nil), "turki")
		return b
	}
	// goesOn asks the second replica with a copy of the cookie.
	goesOn := func(b *browser) bool {
		t.Helper()
		first, err := url.Parse(centre.Replicas[0].URL())
		if err != nil {
			t.Fatal(err)
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, second.Replicas[0].URL()+"/v1/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range b.client.Jar.Cookies(first) {
			r.AddCookie(c)
		}
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}
	here, there := signsIn(), signsIn()
	signsIn()
	var list api.SessionList
	centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/sessions", Header: reem}).JSON(t, &list)
	if len(list.Sessions) != 3 || list.Sessions[0].Staff != "turki" {
		t.Fatalf("sessions: %+v", list)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	thief := &browser{t: t, centre: centre, client: http.Client{Jar: jar}}
	if at, err := url.Parse(centre.Replicas[0].URL()); err == nil {
		jar.SetCookies(at, here.client.Jar.Cookies(at))
	}
	if !goesOn(thief) || !goesOn(there) {
		t.Fatal("the sessions do not go on in the other replica")
	}
	here.send(http.MethodPost, "/staff/sign-out", url.Values{}, ownPage())
	if goesOn(thief) {
		t.Error("a copied cookie outlives signing out")
	}
	for _, one := range list.Sessions {
		end := servicetest.Request{Method: http.MethodDelete, Path: "/v1/sessions/" + one.ID, Header: reem}
		if a := centre.Send(end); a.Status != http.StatusNoContent {
			t.Errorf("end: %d %s", a.Status, a.Body)
		}
	}
	if goesOn(there) {
		t.Error("a session goes on that was ended by an admin")
	}
	got := servicetest.Query[string](t, centre.DatabaseURL, `
		SELECT string_agg(n || ' ' || actor || ' ' || action, ', ' ORDER BY action) FROM (
			SELECT actor, action, count(*) AS n FROM audit_log WHERE subject = 'staff turki' GROUP BY actor, action) AS l`)
	if want := "2 reem session-ended, 3 turki signed-in, 1 turki signed-out"; got != want {
		t.Errorf("the log has %q, want %q", got, want)
	}
	centre.Clock.Add(40 * time.Hour)
	centre.Job("purge-sessions")
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM staff_sessions"); n != 0 {
		t.Errorf("%d sessions are kept for ever", n)
	}
}
