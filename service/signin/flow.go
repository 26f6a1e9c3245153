package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/service/web"
)

// Paths of the pages.
const (
	pathHome      = "/staff"
	pathSignIn    = pathHome + "/sign-in"
	pathCallback  = pathHome + "/callback"
	pathSignOut   = pathHome + "/sign-out"
	pathSignedOut = pathHome + "/signed-out"
	pathLogout    = pathHome + "/backchannel-logout" // for the provider
	pathSessions  = pathHome + "/sessions"
	pathEnd       = pathSessions + "/end"
)

const (
	attemptName = "ziyara_sign_in"
	attemptLife = 10 * time.Minute
	maxReturn   = 500 // bytes
	maxHint     = 100 // bytes

	// hintParameter tells the provider who is likely to sign in (OpenID Connect Core
	// 1.0, section 4).
	hintParameter = "login_hint"
)

// Redirects returns the addresses to register with the provider: where it sends
// browsers after signing in, and after signing out.
func (s *SignIn) Redirects() []string {
	if s.origin == nil {
		return nil
	}
	return []string{s.at(pathCallback), s.at(pathSignedOut)}
}

func (s *SignIn) at(path string) string { return s.origin.String() + path }

// attempt is what a browser keeps, sealed, while its user signs in at the
// provider.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // of PKCE
	Return   string `json:"r"`
	Ends     int64  `json:"e"` // seconds since 1970
}

// LinkFor returns the path that signs a person in whom the provider knows by an id; ""
// for no pages.
func (s *SignIn) LinkFor(id string) string {
	if s.origin == nil {
		return ""
	}
	return pathSignIn + "?" + url.Values{hintParameter: {id}}.Encode()
}

// attempts is the cookie of an attempt.
func (s *SignIn) attempts() web.SealedCookie { return s.cookie(attemptName, "staff sign-in") }

// signIn sends the browser to the provider.
func (s *SignIn) signIn(c *fiber.Ctx) error {
	k, err := s.provider.get(c.UserContext())
	if err != nil {
		return err
	}
	a := attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Return: safeReturn(c.Query("return")),
		Ends: s.Now().Add(attemptLife).Unix(),
	}
	if err = s.attempts().Set(c, a, attemptLife); err != nil {
		return err
	}
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("ui_locales", web.Language(c, "")),
	}
	if hint := c.Query(hintParameter); hint != "" && len(hint) <= maxHint {
		options = append(options, oauth2.SetAuthURLParam(hintParameter, hint))
	}
	return c.Redirect(s.client(k).AuthCodeURL(a.State, options...), http.StatusSeeOther)
}

// client is this service as the provider knows it.
func (s *SignIn) client(k *known) *oauth2.Config {
	endpoint := k.endpoint
	if s.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client only sends its id
	}
	return &oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret, Endpoint: endpoint, RedirectURL: s.at(pathCallback),
		Scopes: k.scopes,
	}
}

// Errors of a sign-in when the browser comes back.
var (
	errAttempt = errors.New("signin: the sign-in began in another browser, or too long ago")
	errDenied  = errors.New("signin: the provider refused")
	errNoRole  = errors.New("signin: the member of staff has no role")
	errOften   = errors.New("signin: too many sign-ins from one address")
)

// callback begins the session of the member of staff that the provider
// identifies.
func (s *SignIn) callback(c *fiber.Ctx) error {
	var a attempt
	ok := s.attempts().Read(c, &a)
	if !ok || s.Now().Unix() >= a.Ends || subtle.ConstantTimeCompare([]byte(c.Query("state")), []byte(a.State)) != 1 {
		return errAttempt
	}
	s.attempts().Delete(c)
	if issuer := c.Query("iss"); issuer != "" && issuer != s.Issuer { // an answer of another provider (RFC 9207)
		return errAttempt
	}
	if refused := c.Query("error"); refused != "" {
		return fmt.Errorf("%w: %s", errDenied, word(refused))
	}
	code := c.Query("code")
	if code == "" {
		return fmt.Errorf("%w: no code", errDenied)
	}
	if err := s.tries.use(web.ClientAddress(c), a.State, s.Now()); err != nil {
		return err
	}
	select {
	case s.outside <- struct{}{}:
		defer func() { <-s.outside }()
	default:
		return access.ErrUnavailable
	}
	who, err := s.exchange(c.UserContext(), code, a)
	switch {
	case err != nil:
		return err
	case len(who.Member.Roles) == 0, who.Member.IsSystem(): // systems have no browsers
		s.Seen(c.UserContext(), who.Member)
		return errors.Join(errNoRole, s.record(c, audit.SignInRefused, who.Member))
	}
	if err = s.begin(c, who); err != nil {
		return err
	}
	return c.Redirect(a.Return, http.StatusSeeOther)
}

// record adds what a member of staff does to the log. It returns an error that is
// access.ErrUnavailable.
func (s *SignIn) record(c *fiber.Ctx, action string, staff access.Staff) error {
	if err := s.Record(c.UserContext(), s.entry(c, action, staff)); err != nil {
		return fmt.Errorf("%w: the log: %w", access.ErrUnavailable, err)
	}
	return nil
}

// entry returns the entry of the log for what a member of staff does about themselves.
func (s *SignIn) entry(c *fiber.Ctx, action string, staff access.Staff) audit.Entry {
	return audit.Entry{Actor: staff.ID, Action: action, Subject: "staff " + staff.ID, RequestID: c.GetRespHeader(fiber.HeaderXRequestID)}
}

// exchange redeems a code at the provider and returns the member of staff.
func (s *SignIn) exchange(ctx context.Context, code string, a attempt) (identified, error) {
	k, err := s.provider.get(ctx)
	if err != nil {
		return identified{}, err
	}
	ctx = oidc.ClientContext(ctx, s.provider.client)
	tokens, err := s.client(k).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
		return identified{}, fmt.Errorf("%w: %s", errDenied, word(refused.ErrorCode))
	}
	if err != nil {
		return identified{}, fmt.Errorf("%w: code not exchanged: %w", access.ErrUnavailable, cause(err))
	}
	raw, _ := tokens.Extra("id_token").(string)
	claims, err := s.verify(ctx, raw, s.ClientID)
	if err != nil {
		return identified{}, err
	}
	if nonce, _ := claims["nonce"].(string); subtle.ConstantTimeCompare([]byte(nonce), []byte(a.Nonce)) != 1 {
		return identified{}, refusal("nonce")
	}
	return s.complete(ctx, k, tokens, claims)
}

// errAnswer replaces an error with the provider's answer, which is not logged.
var errAnswer = errors.New("signin: the provider's answer is not valid")

// cause returns the error of the network, or errAnswer: the provider's answer must
// not be logged.
func cause(err error) error {
	if network, ok := errors.AsType[*url.Error](err); ok {
		return network.Err
	}
	return errAnswer
}

// userInfo returns the claims of the provider's UserInfo endpoint, for a provider
// whose ID tokens have few claims. The claims must be about the same person
// (OpenID Connect Core 1.0, section 5.3.2).
func userInfo(ctx context.Context, k *known, tokens *oauth2.Token, claims map[string]any) (map[string]any, error) {
	info, err := k.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil && strings.HasPrefix(err.Error(), "401 ") { // the library has no error of its own for it
		return nil, errOver
	}
	if err != nil {
		return nil, fmt.Errorf("%w: user information: %w", access.ErrUnavailable, cause(err))
	}
	if subject, _ := claims["sub"].(string); subject == "" || info.Subject != subject {
		return nil, refusal("subject of user information")
	}
	var more map[string]any
	if err = info.Claims(&more); err != nil {
		return nil, refusal("user information")
	}
	return more, nil
}

// signOut ends the session here, and at the provider if it has an endpoint for
// that.
func (s *SignIn) signOut(c *fiber.Ctx) error {
	if !s.ownPage(c) {
		return access.ErrForeign
	}
	if err := s.end(c); err != nil {
		return err
	}
	k := s.provider.usable()
	if k == nil || k.endSession == "" {
		return c.Redirect(pathSignedOut, http.StatusSeeOther)
	}
	end, err := url.Parse(k.endSession)
	if err != nil {
		return c.Redirect(pathSignedOut, http.StatusSeeOther)
	}
	query := end.Query()
	query.Set("client_id", s.ClientID)
	query.Set("post_logout_redirect_uri", s.at(pathSignedOut))
	end.RawQuery = query.Encode()
	return c.Redirect(end.String(), http.StatusSeeOther)
}

// safeReturn returns the path on this host to go to after signing in; the home
// page for an address elsewhere, or of the sign-in itself.
func safeReturn(to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil, len(to) > maxReturn, !strings.HasPrefix(to, "/"), strings.HasPrefix(to, "//"), strings.Contains(to, "\\"),
		strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f }),
		u.IsAbs(), u.Host != "",
		strings.Contains(u.Path, "//"), strings.Contains(u.Path, "/."), // after unescaping, too: servers disagree on what that means
		strings.HasPrefix(u.Path, pathSignIn), strings.HasPrefix(u.Path, pathCallback),
		strings.HasPrefix(u.Path, pathSignOut), strings.HasPrefix(u.Path, pathSignedOut), strings.HasPrefix(u.Path, pathEnd):
		return pathHome
	}
	return to
}

// word returns an error code (RFC 6749, section 4.1.2.1) for the log, and replaces
// any other text.
func word(code string) string {
	if len(code) > 40 || strings.ContainsFunc(code, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		return "another error"
	}
	return code
}
