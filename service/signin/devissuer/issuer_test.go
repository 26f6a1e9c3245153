package devissuer

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ziyara/access"
	"ziyara/catalog"
)

const (
	issuerURL = "http://127.0.0.1:8080/dev/issuer"
	back      = "http://127.0.0.1:8080/staff/callback"
	verifier  = "a-verifier-of-at-least-forty-three-characters"
)

func newIssuer(t *testing.T) (*Issuer, *time.Time) {
	t.Helper()
	now := time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)
	i, err := New(Config{
		URL: issuerURL, ClientID: "ziyara", Redirects: []string{back}, Now: func() time.Time { return now },
		People: []Person{
			{
				Staff: access.Staff{ID: "noura", Name: "نورة <b>", Roles: []access.Role{access.Coordinator}},
				About: catalog.Text{AR: "الإيرادات", EN: "Revenues"},
			},
			{Staff: access.Staff{ID: "badr", Name: "بدر", Roles: []access.Role{access.Coordinator, access.Agent}}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return i, &now
}

func asked() url.Values {
	sum := sha256.Sum256([]byte(verifier))
	return url.Values{
		"client_id": {"ziyara"}, "redirect_uri": {back}, "response_type": {"code"}, "scope": {"openid profile"}, "state": {"s"}, "nonce": {"n"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
}

func send(i http.Handler, method, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, issuerURL+path, nil)
	if method == http.MethodGet && form != nil {
		r = httptest.NewRequest(method, issuerURL+path+"?"+form.Encode(), nil)
	} else if form != nil {
		r = httptest.NewRequest(method, issuerURL+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	i.ServeHTTP(w, r)
	return w
}

// The page lists everybody as a button, in Arabic at first, and needs no script.
func TestPage(t *testing.T) {
	t.Parallel()
	i, _ := newIssuer(t)
	for _, test := range []struct {
		lang string
		want []string
	}{
		{
			"",
			[]string{
				`lang="ar" dir="rtl"`, "نورة &lt;b&gt;", "منسقو الإدارات", "الإيرادات", `value="noura"`, `value="badr"`, "أكثر من دور",
				`name="code_challenge"`,
			},
		},
		{"en", []string{`lang="en" dir="ltr"`, "Coordinators", "Revenues", "More than one role"}},
	} {
		q := asked()
		q.Set("lang", test.lang)
		w := send(i, http.MethodGet, "/authorize", q)
		for _, want := range test.want {
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("%q: no %s in\n%s", test.lang, want, w.Body)
			}
		}
		if strings.Contains(w.Body.String(), "<script") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%q: scripts", test.lang)
		}
	}
}

// Requests that are wrong are told to the client, or to the person when the
// client can't be trusted.
func TestWrongRequests(t *testing.T) {
	t.Parallel()
	i, _ := newIssuer(t)
	for _, test := range []struct {
		name, field, value string
		refusal            string // "" when the browser must not be sent on
	}{
		{"another client", "client_id", "another", ""},
		{"another address", "redirect_uri", "https://evil.example/", ""},
		{"an address that begins alike", "redirect_uri", back + ".evil.example", ""},
		{"a token at once", "response_type", "token", "unsupported_response_type"},
		{"without OpenID", "scope", "profile", "invalid_scope"},
		{"without PKCE", "code_challenge", "", "invalid_request"},
		{"with plain PKCE", "code_challenge_method", "plain", "invalid_request"},
		{"nobody chosen", "user", "", "access_denied"},
	} {
		q := asked()
		q.Set("user", "noura")
		q.Set(test.field, test.value)
		w := send(i, http.MethodPost, "/authorize", q)
		location, _ := url.Parse(w.Header().Get("Location"))
		sentBack := w.Code == http.StatusSeeOther &&
			location.Query().Get("error") == test.refusal && location.Query().Get("state") == "s"
		if test.refusal == "" && w.Code != http.StatusBadRequest || test.refusal != "" && !sentBack {
			t.Errorf("%s: %d to %v", test.name, w.Code, location)
		}
	}
}

// A code is good once, for a minute, for who asked for it.
func TestCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(form url.Values, now *time.Time)
		status int
	}{
		{"in order", func(url.Values, *time.Time) {}, http.StatusOK},
		{"another verifier", func(f url.Values, _ *time.Time) { f.Set("code_verifier", "another") }, http.StatusBadRequest},
		{"no verifier", func(f url.Values, _ *time.Time) { f.Del("code_verifier") }, http.StatusBadRequest},
		{"another address", func(f url.Values, _ *time.Time) { f.Set("redirect_uri", "https://evil.example/") }, http.StatusBadRequest},
		{"another grant", func(f url.Values, _ *time.Time) { f.Set("grant_type", "password") }, http.StatusBadRequest},
		{"another client", func(f url.Values, _ *time.Time) { f.Set("client_id", "another") }, http.StatusUnauthorized},
		{"after a minute", func(_ url.Values, now *time.Time) { *now = now.Add(codeLife) }, http.StatusBadRequest},
	} {
		i, now := newIssuer(t)
		q := asked()
		q.Set("user", "noura")
		location, err := url.Parse(send(i, http.MethodPost, "/authorize", q).Header().Get("Location"))
		if err != nil || location.Query().Get("iss") != issuerURL {
			t.Fatalf("sent to %v, %v", location, err)
		}
		form := url.Values{
			"grant_type": {"authorization_code"}, "code": {location.Query().Get("code")}, "redirect_uri": {back},
			"client_id": {"ziyara"}, "code_verifier": {verifier},
		}
		test.change(form, now)
		w := send(i, http.MethodPost, "/token", form)
		if w.Code != test.status {
			t.Errorf("%s: %d %s", test.name, w.Code, w.Body)
		}
		if test.status != http.StatusOK {
			continue
		}
		if again := send(i, http.MethodPost, "/token", form); again.Code != http.StatusBadRequest {
			t.Errorf("a second time: %d %s", again.Code, again.Body)
		}
		var tokens struct {
			Access string `json:"access_token"`
		}
		if err = json.Unmarshal(w.Body.Bytes(), &tokens); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodGet, issuerURL+"/userinfo", nil)
		r.Header.Set("Authorization", "Bearer "+tokens.Access)
		w = httptest.NewRecorder()
		if i.ServeHTTP(w, r); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"sub":"noura"`) {
			t.Errorf("user information: %d %s", w.Code, w.Body)
		}
		*now = now.Add(tokenLife)
		w = httptest.NewRecorder()
		if i.ServeHTTP(w, r); w.Code != http.StatusUnauthorized {
			t.Errorf("after a working day: %d %s", w.Code, w.Body)
		}
	}
}

// Codes that nobody fetches don't pile up.
func TestCodesDontPileUp(t *testing.T) {
	t.Parallel()
	i, now := newIssuer(t)
	for n := range 3 * maxCodes {
		i.grant(request{}, i.People[0])
		if n%100 == 0 {
			*now = now.Add(time.Second)
		}
	}
	if n := len(i.codes); n > maxCodes {
		t.Errorf("%d codes wait, want at most %d", n, maxCodes)
	}
}

// The issuer is on this machine, and answers under its names alone.
func TestThisMachineOnly(t *testing.T) {
	t.Parallel()
	for _, u := range []string{"http://id.example.gov.sa/dev", "https://127.0.0.1/dev", "http://127.0.0.1/dev/", "http://0.0.0.0/dev", "::"} {
		if _, err := New(Config{URL: u}); !errors.Is(err, ErrURL) {
			t.Errorf("%s: %v, want ErrURL", u, err)
		}
	}
	i, _ := newIssuer(t)
	for _, handler := range []http.Handler{i, http.HandlerFunc(i.ServeToken)} {
		for host, want := range map[string]bool{
			"127.0.0.1:8080": true, "localhost:8080": true, "[::1]:8080": true,
			"evil.example": false, "127.0.0.1.evil.example": false,
		} {
			r := httptest.NewRequest(http.MethodPost, issuerURL+"/token", nil)
			r.Host = host
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if got := w.Code != http.StatusMisdirectedRequest; got != want {
				t.Errorf("under %s: %d", host, w.Code)
			}
		}
	}
}

// A token for the command line, by the name of somebody.
func TestServeToken(t *testing.T) {
	t.Parallel()
	i, _ := newIssuer(t)
	ask := func(form url.Values) (int, string) {
		w := send(http.HandlerFunc(i.ServeToken), http.MethodPost, "", form)
		return w.Code, w.Body.String()
	}
	status, token := ask(url.Values{"user": {"noura"}})
	if subject, err := i.verify(strings.TrimSpace(token)); status != http.StatusOK || err != nil || subject != "noura" {
		t.Errorf("got %d %s: %s, %v", status, token, subject, err)
	}
	if status, text := ask(url.Values{"user": {"king"}}); status != http.StatusNotFound || !strings.Contains(text, "noura badr") {
		t.Errorf("got %d %s, want whom there is", status, text)
	}
	if status, _ := ask(nil); status != http.StatusNotFound {
		t.Errorf("for nobody: %d", status)
	}
}

// Signing out sends people to addresses of the client only.
func TestSignOutLeadsBack(t *testing.T) {
	t.Parallel()
	i, _ := newIssuer(t)
	for to, want := range map[string]string{back: back, "https://evil.example/": "", "": ""} {
		if got := send(i, http.MethodGet, "/sign-out", url.Values{"post_logout_redirect_uri": {to}}).Header().Get("Location"); got != want {
			t.Errorf("%q: sent to %q", to, got)
		}
	}
}

// The description names every endpoint, and each answers.
func TestDiscovery(t *testing.T) {
	t.Parallel()
	i, _ := newIssuer(t)
	var described map[string]any
	if err := json.Unmarshal(send(i, http.MethodGet, "/.well-known/openid-configuration", nil).Body.Bytes(), &described); err != nil {
		t.Fatal(err)
	}
	if described["issuer"] != issuerURL {
		t.Errorf("issuer %v", described["issuer"])
	}
	for _, name := range []string{"authorization_endpoint", "token_endpoint", "userinfo_endpoint", "end_session_endpoint", "jwks_uri"} {
		path := strings.TrimPrefix(fmt.Sprint(described[name]), issuerURL)
		method := http.MethodGet
		if name == "token_endpoint" {
			method = http.MethodPost
		}
		if w := send(i, method, path, nil); w.Code == http.StatusNotFound || w.Code == http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}
