// Package devissuer is a small OpenID Connect provider for trying the service
// out: it lists a few made-up members of staff, or visitors, and a click signs one of
// them in.
// It asks for no password, so it answers on this machine only; in production the
// service uses the ministry's own provider.
//
// It is a complete provider: discovery, keys, the code flow with PKCE (RFC 7636),
// user information and sign-out work as they do elsewhere.
package devissuer

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/loopback"
	"ziyara/service/web"
)

// Tokens last for a working day, codes for a shorter time.
const (
	tokenLife = 8 * time.Hour
	codeLife  = time.Minute
	maxCodes  = 1000 // that wait to be redeemed
)

// ErrURL is returned for an issuer that is not on this machine.
var ErrURL = errors.New("devissuer: the URL is not on this machine")

// ErrUnknown is returned for the id of an unknown member of staff.
var ErrUnknown = errors.New("devissuer: no such member of staff")

// Person is somebody who can be signed in: a member of staff, or a visitor, who has no role.
type Person struct {
	access.Staff

	About  catalog.Text   // what they do, and where
	Claims map[string]any // about a visitor, besides the name
}

// Config configures the issuer.
type Config struct {
	URL          string   // of the issuer, with a path: http://127.0.0.1:8080/dev/issuer
	ClientID     string   // the one client; also the audience of its tokens
	ClientSecret string   // "" for a public client
	Redirects    []string // where browsers may be sent after signing in and out
	People       []Person
	Visitors     bool     // the people are visitors
	Site         web.Site // what the page says about the centre
	Now          func() time.Time
}

// Issuer is the provider. It is an http.Handler for every path below its URL,
// and safe for concurrent use.
type Issuer struct {
	Config

	mux *http.ServeMux

	mu    sync.Mutex
	keys  []key // the last one signs
	codes map[string]grant
	// refresh has the sessions by their refresh tokens, each good once.
	refresh map[string]granted
}

// granted is what a refresh token stands for.
type granted struct{ person, sid string }

// New returns an issuer with a new key. It returns ErrURL unless the issuer is
// on this machine.
func New(c Config) (*Issuer, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" || !loopback.Is(u.Host) || strings.HasSuffix(u.Path, "/") {
		return nil, fmt.Errorf("%w: %q", ErrURL, c.URL)
	}
	i := &Issuer{Config: c, mux: http.NewServeMux(), codes: make(map[string]grant), refresh: make(map[string]granted)}
	if err = i.Rotate(); err != nil {
		return nil, err
	}
	for pattern, handle := range map[string]http.HandlerFunc{
		"GET " + u.Path + "/.well-known/openid-configuration": i.discovery,
		"GET " + u.Path + "/keys":                             i.jwks,
		"GET " + u.Path + "/authorize":                        i.authorize,
		"POST " + u.Path + "/authorize":                       i.choose,
		"POST " + u.Path + "/token":                           i.token,
		"GET " + u.Path + "/userinfo":                         i.userinfo,
		"GET " + u.Path + "/sign-out":                         i.signOut,
	} {
		i.mux.HandleFunc(pattern, handle)
	}
	return i, nil
}

// ServeHTTP answers only if the Host is a name of this machine, so that pages of
// other sites can't reach it by a name of their own (DNS rebinding).
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !loopback.Is(r.Host) {
		http.Error(w, "this issuer is for this machine", http.StatusMisdirectedRequest)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	i.mux.ServeHTTP(w, r)
}

// ServeToken returns a bearer token, in plain text, to any POST on this machine
// with the field user.
func (i *Issuer) ServeToken(w http.ResponseWriter, r *http.Request) {
	if !loopback.Is(r.Host) {
		http.Error(w, "tokens are for this machine", http.StatusMisdirectedRequest)
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	token, err := i.Token(r.PostFormValue("user"))
	if err != nil {
		var names []string
		for _, p := range i.People {
			names = append(names, p.ID)
		}
		w.WriteHeader(http.StatusNotFound)
		_, _ = fmt.Fprintf(w, "Send user=, one of: %s\n", strings.Join(names, " "))
		return
	}
	_, _ = fmt.Fprintln(w, token)
}

// Token returns a bearer token for a member of staff (id), or ErrUnknown.
func (i *Issuer) Token(id string) (string, error) {
	p, ok := i.person(id)
	if !ok {
		return "", ErrUnknown
	}
	return i.Sign(i.claims(p))
}

// Change changes a member of staff, or adds them. Tokens that were given stay as they are.
func (i *Issuer) Change(p Person) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.People = slices.Clone(i.People)
	if n := slices.IndexFunc(i.People, func(o Person) bool { return o.ID == p.ID }); n >= 0 {
		i.People[n] = p
		return
	}
	i.People = append(i.People, p)
}

// Forget ends what was begun for a member of staff (id): their refresh tokens are good no more.
func (i *Issuer) Forget(id string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	maps.DeleteFunc(i.refresh, func(_ string, g granted) bool { return g.person == id })
}

func (i *Issuer) person(id string) (Person, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	n := slices.IndexFunc(i.People, func(p Person) bool { return p.ID == id })
	if n < 0 {
		return Person{}, false
	}
	return i.People[n], true
}

// claims returns the claims about a person.
func (i *Issuer) claims(p Person) map[string]any {
	now := i.Now()
	claims := map[string]any{
		"iss": i.URL, "aud": i.ClientID, "sub": p.ID, "iat": now.Unix(), "exp": now.Add(tokenLife).Unix(), "name": p.Name,
	}
	if !i.Visitors {
		claims["roles"], claims["departments"], claims["branches"] = p.Roles, p.Departments, p.Branches
	}
	maps.Copy(claims, p.Claims)
	return claims
}

// discovery lists the endpoints (OpenID Connect Discovery 1.0).
func (i *Issuer) discovery(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{
		"issuer":                                         i.URL,
		"authorization_endpoint":                         i.URL + "/authorize",
		"token_endpoint":                                 i.URL + "/token",
		"userinfo_endpoint":                              i.URL + "/userinfo",
		"end_session_endpoint":                           i.URL + "/sign-out",
		"jwks_uri":                                       i.URL + "/keys",
		"response_types_supported":                       []string{"code"},
		"grant_types_supported":                          []string{"authorization_code", "refresh_token"},
		"subject_types_supported":                        []string{"public"},
		"scopes_supported":                               []string{"openid", "profile", "offline_access"},
		"id_token_signing_alg_values_supported":          []string{algorithm},
		"code_challenge_methods_supported":               []string{"S256"},
		"token_endpoint_auth_methods_supported":          []string{"none", "client_secret_basic", "client_secret_post"},
		"authorization_response_iss_parameter_supported": true,
	})
}

// signOut redirects the browser back, if the address is allowed; there is no
// session to end.
func (i *Issuer) signOut(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("post_logout_redirect_uri")
	if !slices.Contains(i.Redirects, to) {
		http.Error(w, "signed out", http.StatusOK)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// userinfo returns the claims of a bearer token.
func (i *Issuer) userinfo(w http.ResponseWriter, r *http.Request) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	subject, err := i.verify(token)
	p, ok := i.person(subject)
	if err != nil || !ok {
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_token"`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_token"})
		return
	}
	writeJSON(w, http.StatusOK, i.claims(p))
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may be gone
}

// random returns a text that can't be guessed.
func random() string { return rand.Text() }
