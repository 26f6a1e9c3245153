package signin

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/access"
	"ziyara/service/signin/devissuer"
)

// Whoever copied a cookie has nothing once its session was ended: by signing out, or from
// another session.
func TestCopiedCookieIsDead(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	d := newDesk(t, m)
	d.signsIn()
	copied := d.jar.Cookies(d.origin)
	if r := d.send(http.MethodPost, "/staff/sign-out", ownPage()); r.status != http.StatusSeeOther {
		t.Fatalf("signed out: %d", r.status)
	}
	d.jar.SetCookies(d.origin, copied)
	d.wantSession(false)

	d.signsIn()
	here := d.jar.Cookies(d.origin)
	d.signsIn() // in another browser
	list := d.send(http.MethodGet, "/staff/sessions?lang=en", nil)
	if n := strings.Count(list.body, "End session"); n != 1 || strings.Count(list.body, "This session") != 1 {
		t.Fatalf("%d other sessions in\n%s", n, list.body)
	}
	id := regexpID.FindStringSubmatch(list.body)[1]
	end := func(header map[string]string) reply {
		return d.posts("/staff/sessions/end", url.Values{"id": {id}}, header)
	}
	if r := end(map[string]string{"Sec-Fetch-Site": "cross-site"}); r.status != http.StatusForbidden {
		t.Errorf("ended by another site: %d", r.status)
	}
	end(ownPage())
	d.wantSession(true)
	d.jar.SetCookies(d.origin, here)
	d.wantSession(false)
}

// Nobody ends a session of somebody else, except who may.
func TestOthersSessions(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	m.Change(devissuer.Person{Staff: access.Staff{ID: "reem", Name: "ريم", Roles: []access.Role{access.Admin}}})
	d := newDesk(t, m)
	d.signsIn()
	noura, id := d.jar.Cookies(d.origin), d.only("noura").ID
	d.signsInAs("reem")
	reem := d.jar.Cookies(d.origin)
	d.jar.SetCookies(d.origin, noura)
	if r := d.send(http.MethodGet, "/staff/sessions", nil); strings.Contains(r.body, "reem") {
		t.Error("a coordinator sees the sessions of others")
	}
	d.posts("/staff/sessions/end", url.Values{"id": {d.only("reem").ID}}, ownPage())
	d.jar.SetCookies(d.origin, reem)
	d.wantSession(true)
	if r := d.send(http.MethodGet, "/staff/sessions", nil); !strings.Contains(r.body, "noura") {
		t.Error("an admin does not see the sessions of others")
	}
	d.posts("/staff/sessions/end", url.Values{"id": {id}}, ownPage())
	d.jar.SetCookies(d.origin, noura)
	d.wantSession(false)
}

// A role that is taken away, or changed, is gone within minutes; while the provider is down
// sessions go on.
func TestRolesAreAskedAgain(t *testing.T) {
	t.Parallel()
	changed := noura()
	changed.Roles = []access.Role{access.Manager}
	leaver := noura()
	leaver.Roles = nil
	for _, c := range []struct {
		name string
		do   func(*ministry)
		want access.Role // "" for no session
	}{
		{"nothing changes", func(*ministry) {}, access.Coordinator},
		{"another role", func(m *ministry) { m.Change(changed) }, access.Manager},
		{"no role any more", func(m *ministry) { m.Change(leaver) }, ""},
		{"locked out", func(m *ministry) { m.Forget("noura") }, ""},
		{"the provider is down", func(m *ministry) { m.down.Store(true) }, access.Coordinator},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMinistry(t)
			var seen []string // what the roles are, whenever that is told
			d := newDesk(t, m, func(c *Config) {
				c.Seen = func(_ context.Context, s access.Staff) { seen = append(seen, fmt.Sprint(s.Roles)) }
			})
			d.signsIn()
			c.do(m)
			asked := m.asked.Load()
			m.clock.Add(askAgain - time.Second)
			d.wantSession(true)
			if n := m.asked.Load() - asked; n != 0 {
				t.Errorf("asked %d times before it is time", n)
			}
			m.clock.Add(time.Second)
			d.wantSession(c.want != "")
			if n := m.asked.Load() - asked; n < 1 || n > 2 { // for tokens, and for what they don't say
				t.Errorf("asked %d times", n)
			}
			d.wantSession(c.want != "")
			want := []string{"[coordinator]"}
			switch c.name {
			case "another role":
				want = append(want, "[manager]")
			case "no role any more":
				want = append(want, "[]")
			}
			if !slices.Equal(seen, want) {
				t.Errorf("told of the roles %v, want %v", seen, want)
			}
			if c.want == "" {
				return
			}
			if r := d.send(http.MethodGet, "/api?role", nil); !strings.Contains(r.body, string(c.want)) {
				t.Errorf("the session is %s, want %s", r.body, c.want)
			}
		})
	}
}

// A provider without refresh tokens is asked for user information; one that gives nothing to
// ask with gets short sessions.
func TestProvidersThatSayLess(t *testing.T) {
	t.Parallel()
	m := newMinistry(t)
	d := newDesk(t, m)
	asked := d.goes("/docs")
	back := d.chooses(asked)
	m.instead["/realm/token"] = d.answersToken(func(c map[string]any) {
		c["nonce"] = asked.Get("nonce")
		delete(c, "roles")
	})
	says, status := `{"sub":"noura","name":"N","roles":["admin"]}`, http.StatusOK
	m.instead["/realm/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(says))
	}
	d.comesBack(back)
	d.wantSession(true)
	m.clock.Add(askAgain)
	d.wantSession(true)
	status = http.StatusServiceUnavailable
	m.clock.Add(askAgain)
	d.wantSession(true)
	status = http.StatusUnauthorized
	m.clock.Add(askAgain)
	d.wantSession(false)

	m = newMinistry(t)
	d = newDesk(t, m)
	asked = d.goes("/docs")
	back = d.chooses(asked)
	m.instead["/realm/token"] = d.answersToken(func(c map[string]any) { c["nonce"] = asked.Get("nonce") })
	d.comesBack(back)
	m.clock.Add(unasked - time.Second)
	d.wantSession(true)
	m.clock.Add(time.Second)
	d.wantSession(false)
}

// The provider ends sessions by a logout token, and nobody else does by another one (OpenID
// Connect Back-Channel Logout 1.0, section 2.6).
func TestBackChannelLogout(t *testing.T) {
	t.Parallel()
	event := map[string]any{logoutEvent: map[string]any{}}
	other := newMinistry(t)
	for _, c := range []struct {
		name   string
		change func(d *desk, c map[string]any)
		status int
		ended  bool
	}{
		{"of the subject", func(*desk, map[string]any) {}, http.StatusOK, true},
		{"of the session", func(d *desk, c map[string]any) { c["sid"] = d.only("noura").Provider; delete(c, "sub") }, http.StatusOK, true},
		{"of both", func(d *desk, c map[string]any) { c["sid"] = d.only("noura").Provider }, http.StatusOK, true},
		{"of another subject", func(_ *desk, c map[string]any) { c["sub"] = "reem" }, http.StatusOK, false},
		{"of another session", func(_ *desk, c map[string]any) { c["sid"] = "another" }, http.StatusOK, false},
		{"of nobody", func(_ *desk, c map[string]any) { delete(c, "sub") }, http.StatusBadRequest, false},
		{"no event", func(_ *desk, c map[string]any) { delete(c, "events") }, http.StatusBadRequest, false},
		{"another event", func(_ *desk, c map[string]any) { c["events"] = map[string]any{"other": map[string]any{}} },
			http.StatusBadRequest, false},
		{"an ID token", func(_ *desk, c map[string]any) { c["nonce"] = "n" }, http.StatusBadRequest, false},
		{"no id", func(_ *desk, c map[string]any) { delete(c, "jti") }, http.StatusBadRequest, false},
		{"for another client", func(_ *desk, c map[string]any) { c["aud"] = "another" }, http.StatusBadRequest, false},
		{"of another issuer", func(_ *desk, c map[string]any) { c["iss"] = "https://evil.example" }, http.StatusBadRequest, false},
		{"expired", func(d *desk, c map[string]any) { c["exp"] = d.Now().Add(-2 * skew).Unix() }, http.StatusBadRequest, false},
		{"old", func(d *desk, c map[string]any) { c["iat"] = d.Now().Add(-time.Hour).Unix() }, http.StatusBadRequest, false},
		{"from before the session", func(d *desk, c map[string]any) { c["iat"] = d.Now().Add(-time.Minute).Unix() }, http.StatusOK, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := newMinistry(t)
			d := newDesk(t, m)
			d.signsIn()
			token := m.token(t, func(claims map[string]any) {
				claims["events"], claims["jti"] = event, "1"
				c.change(d, claims)
			})
			if r := d.posts("/staff/backchannel-logout", url.Values{"logout_token": {token}}, nil); r.status != c.status ||
				r.header.Get("Cache-Control") != "no-store" {
				t.Errorf("got %d %s", r.status, r.body)
			}
			d.wantSession(!c.ended)
		})
	}
	d := newDesk(t, newMinistry(t))
	d.signsIn()
	forged := other.token(t, func(c map[string]any) { c["iss"], c["events"], c["jti"] = d.m.URL, event, "1" })
	for _, token := range []string{forged, "", "a.b.c"} {
		if r := d.posts("/staff/backchannel-logout", url.Values{"logout_token": {token}}, nil); r.status != http.StatusBadRequest {
			t.Errorf("%q: got %d", token, r.status)
		}
	}
	d.wantSession(true)
}

// posts sends a form.
func (d *desk) posts(path string, form url.Values, header map[string]string) reply {
	d.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return d.sends(r, header)
}
