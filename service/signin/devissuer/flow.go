package devissuer

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// request is what a client asks of the authorization endpoint (OpenID Connect
// Core 1.0, section 3.1.2.1).
type request struct {
	ClientID  string
	Redirect  string
	State     string
	Nonce     string
	Challenge string // S256 of the verifier
	Offline   bool   // a refresh token is wanted
}

// grant is what a code can be exchanged for.
type grant struct {
	request

	person  Person
	expires time.Time
}

// read returns the request in the parameters. The user is told about a wrong
// client or redirect, the client about any other error; told is true when the
// answer has been written.
func (i *Issuer) read(w http.ResponseWriter, r *http.Request) (q request, told bool) {
	value := func(name string) string { return strings.Clone(r.FormValue(name)) } // the server uses the memory of a request again
	q = request{
		ClientID: value("client_id"), Redirect: value("redirect_uri"), State: value("state"),
		Nonce: value("nonce"), Challenge: value("code_challenge"),
		Offline: slices.Contains(strings.Fields(r.FormValue("scope")), "offline_access"),
	}
	if q.ClientID != i.ClientID || !slices.Contains(i.Redirects, q.Redirect) {
		http.Error(w, "unknown client_id or redirect_uri", http.StatusBadRequest)
		return q, true
	}
	refusal := ""
	switch {
	case r.FormValue("response_type") != "code":
		refusal = "unsupported_response_type"
	case !slices.Contains(strings.Fields(r.FormValue("scope")), "openid"):
		refusal = "invalid_scope"
	case q.Challenge == "" || r.FormValue("code_challenge_method") != "S256":
		refusal = "invalid_request"
	}
	if refusal != "" {
		i.answer(w, r, q, url.Values{"error": {refusal}})
		return q, true
	}
	return q, false
}

// answer sends the browser back to the client (RFC 6749, section 4.1.2; the
// issuer by RFC 9207).
func (i *Issuer) answer(w http.ResponseWriter, r *http.Request, q request, values url.Values) {
	values.Set("iss", i.URL)
	if q.State != "" {
		values.Set("state", q.State)
	}
	http.Redirect(w, r, q.Redirect+"?"+values.Encode(), http.StatusSeeOther)
}

// authorize signs in the person whom the client names in login_hint, and otherwise
// lists the staff who can be signed in.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q, told := i.read(w, r)
	if told {
		return
	}
	if p, ok := i.person(r.FormValue("login_hint")); ok {
		i.answer(w, r, q, url.Values{"code": {i.grant(q, p)}})
		return
	}
	i.list(w, r)
}

// choose signs in the person whose button was pressed, or refuses.
func (i *Issuer) choose(w http.ResponseWriter, r *http.Request) {
	q, told := i.read(w, r)
	if told {
		return
	}
	p, ok := i.person(r.PostFormValue("user"))
	if !ok {
		i.answer(w, r, q, url.Values{"error": {"access_denied"}})
		return
	}
	i.answer(w, r, q, url.Values{"code": {i.grant(q, p)}})
}

// grant returns a new code.
func (i *Issuer) grant(q request, p Person) string {
	now, code := i.Now(), random()
	i.mu.Lock()
	defer i.mu.Unlock()
	for c, g := range i.codes {
		if !now.Before(g.expires) || len(i.codes) >= maxCodes {
			delete(i.codes, c)
		}
	}
	i.codes[code] = grant{request: q, person: p, expires: now.Add(codeLife)}
	return code
}

// redeem returns the grant of a code, once.
func (i *Issuer) redeem(code string) (grant, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	g, ok := i.codes[code]
	delete(i.codes, code)
	return g, ok && i.Now().Before(g.expires)
}

// token exchanges a code (RFC 6749, section 4.1.3; RFC 7636, section 4.6).
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	if !i.isClient(r) {
		w.Header().Set("WWW-Authenticate", `Basic realm="devissuer"`)
		writeJSON(w, http.StatusUnauthorized, map[string]string{"error": "invalid_client"})
		return
	}
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		g, ok := i.redeem(r.PostFormValue("code"))
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		if !ok || r.PostFormValue("redirect_uri") != g.Redirect || !same(base64.RawURLEncoding.EncodeToString(sum[:]), g.Challenge) {
			writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
			return
		}
		i.give(w, g.person, random(), g.Nonce, g.Offline)
	case "refresh_token":
		i.again(w, strings.Clone(r.PostFormValue("refresh_token")))
	default:
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "unsupported_grant_type"})
	}
}

// again exchanges a refresh token, once (RFC 6749, section 6; RFC 9700, section 4.14).
func (i *Issuer) again(w http.ResponseWriter, token string) {
	i.mu.Lock()
	g, ok := i.refresh[token]
	delete(i.refresh, token)
	i.mu.Unlock()
	p, known := i.person(g.person)
	if !ok || !known {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	i.give(w, p, g.sid, "", true)
}

// give answers with tokens about a person in a session.
func (i *Issuer) give(w http.ResponseWriter, p Person, sid, nonce string, offline bool) {
	claims := i.claims(p)
	access, err := i.Sign(claims)
	if err == nil {
		claims["sid"] = sid
		if nonce != "" {
			claims["nonce"] = nonce
		}
		var id string
		if id, err = i.Sign(claims); err == nil {
			answer := map[string]any{
				"access_token": access, "id_token": id, "token_type": "Bearer", "expires_in": int(tokenLife / time.Second),
			}
			if offline {
				answer["refresh_token"] = i.remember(p.ID, sid)
			}
			writeJSON(w, http.StatusOK, answer)
			return
		}
	}
	writeJSON(w, http.StatusInternalServerError, map[string]string{"error": "server_error"})
}

// remember returns a new refresh token for a person in a session.
func (i *Issuer) remember(person, sid string) string {
	token := random()
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.refresh) >= maxCodes {
		clear(i.refresh)
	}
	i.refresh[token] = granted{person, sid}
	return token
}

// isClient reports whether the request comes from the client: its id, and its
// secret if it has one, in the header or in the form.
func (i *Issuer) isClient(r *http.Request) bool {
	id, secret, basic := r.BasicAuth()
	if !basic {
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	} else { // RFC 6749, section 2.3.1: encoded like a form
		id, _ = url.QueryUnescape(id)
		secret, _ = url.QueryUnescape(secret)
	}
	return same(id, i.ClientID) && same(secret, i.ClientSecret)
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
