package signin

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/service/web"
)

const (
	attemptLife = 10 * time.Minute
	maxReturn   = 500 // bytes

	// maxOutside is how many codes are exchanged at the same time.
	maxOutside = 16
)

// party is this service as a client of an identity provider: it sends browsers there,
// and reads what they come back with. Staff and visitors have one each.
type party struct {
	issuer   string
	id       string
	secret   string           // "" for a public client
	returns  string           // where the provider sends browsers back
	scopes   []string         // nil for those of known
	attempts web.SealedCookie // of an attempt
	now      func() time.Time
	provider *provider

	outside chan struct{} // bounds the concurrent requests to the provider
	tries   tries
}

// attempt is what a browser keeps, sealed, while its user signs in at the
// provider.
type attempt struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"` // of PKCE
	Return   string `json:"r"`
	Ends     int64  `json:"e"` // seconds since 1970
}

// send sends the browser to the provider; afterwards it goes to a path of this host.
func (p *party) send(c *fiber.Ctx, to string, more ...oauth2.AuthCodeOption) error {
	k, err := p.provider.get(c.UserContext())
	if err != nil {
		return err
	}
	a := attempt{
		State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Return: to,
		Ends: p.now().Add(attemptLife).Unix(),
	}
	if err = p.attempts.Set(c, a, attemptLife); err != nil {
		return err
	}
	options := append([]oauth2.AuthCodeOption{
		oidc.Nonce(a.Nonce), oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("ui_locales", web.Language(c, "")),
	}, more...)
	return c.Redirect(p.client(k).AuthCodeURL(a.State, options...), http.StatusSeeOther)
}

// client is this service as the provider knows it.
func (p *party) client(k *known) *oauth2.Config {
	endpoint := k.endpoint
	if p.secret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client only sends its id
	}
	scopes := p.scopes
	if scopes == nil {
		scopes = k.scopes
	}
	return &oauth2.Config{ClientID: p.id, ClientSecret: p.secret, Endpoint: endpoint, RedirectURL: p.returns, Scopes: scopes}
}

// redeemed is what the provider gives for a code.
type redeemed struct {
	known  *known
	tokens *oauth2.Token
	claims map[string]any // of the ID token
}

// receive redeems what the browser comes back with, has it identified, and returns the path
// that the browser is to go to. The path is also returned with an error, if the browser
// has it. Each attempt causes one exchange with the provider.
func (p *party) receive(c *fiber.Ctx, identify func(context.Context, redeemed) error) (to string, err error) {
	var a attempt
	ok := p.attempts.Read(c, &a)
	if !ok || p.now().Unix() >= a.Ends || subtle.ConstantTimeCompare([]byte(c.Query("state")), []byte(a.State)) != 1 {
		return "", access.ErrAttempt
	}
	p.attempts.Delete(c)
	if issuer := c.Query("iss"); issuer != "" && issuer != p.issuer { // an answer of another provider (RFC 9207)
		return a.Return, access.ErrAttempt
	}
	if refused := c.Query("error"); refused != "" {
		return a.Return, fmt.Errorf("%w: %s", access.ErrDenied, word(refused))
	}
	code := c.Query("code")
	if code == "" {
		return a.Return, fmt.Errorf("%w: no code", access.ErrDenied)
	}
	if err = p.tries.use(web.ClientAddress(c), a.State, p.now()); err != nil {
		return a.Return, err
	}
	select {
	case p.outside <- struct{}{}:
		defer func() { <-p.outside }()
	default:
		return a.Return, access.ErrUnavailable
	}
	r, err := p.exchange(c.UserContext(), code, a)
	if err == nil {
		err = identify(oidc.ClientContext(c.UserContext(), p.provider.client), r)
	}
	return a.Return, err
}

// exchange redeems a code at the provider.
func (p *party) exchange(ctx context.Context, code string, a attempt) (redeemed, error) {
	k, err := p.provider.get(ctx)
	if err != nil {
		return redeemed{}, err
	}
	ctx = oidc.ClientContext(ctx, p.provider.client)
	tokens, err := p.client(k).Exchange(ctx, code, oauth2.VerifierOption(a.Verifier))
	if refused, ok := errors.AsType[*oauth2.RetrieveError](err); ok && refused.Response.StatusCode < http.StatusInternalServerError {
		return redeemed{}, fmt.Errorf("%w: %s", access.ErrDenied, word(refused.ErrorCode))
	}
	if err != nil {
		return redeemed{}, fmt.Errorf("%w: code not exchanged: %w", access.ErrUnavailable, cause(err))
	}
	raw, _ := tokens.Extra("id_token").(string)
	claims, err := p.verify(ctx, raw, p.id)
	if err != nil {
		return redeemed{}, err
	}
	if nonce, _ := claims["nonce"].(string); subtle.ConstantTimeCompare([]byte(nonce), []byte(a.Nonce)) != 1 {
		return redeemed{}, refusal("nonce")
	}
	return redeemed{k, tokens, claims}, nil
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

// signOutAt returns the address at which the provider ends its own session, from where it
// sends browsers on; "" if it has none.
func (p *party) signOutAt(then string) string {
	k := p.provider.usable()
	if k == nil || k.endSession == "" {
		return ""
	}
	end, err := url.Parse(k.endSession)
	if err != nil {
		return ""
	}
	query := end.Query()
	query.Set("client_id", p.id)
	query.Set("post_logout_redirect_uri", then)
	end.RawQuery = query.Encode()
	return end.String()
}

// ownPath reports whether an address is a plain path on this host, to which a browser can
// be sent after signing in, and none of the pages of the sign-in.
func ownPath(to string, signIn ...string) bool {
	u, err := url.Parse(to)
	switch {
	case err != nil, len(to) > maxReturn, !strings.HasPrefix(to, "/"), strings.HasPrefix(to, "//"), strings.Contains(to, "\\"),
		strings.ContainsFunc(to, func(r rune) bool { return r <= ' ' || r >= 0x7f }),
		u.IsAbs(), u.Host != "",
		strings.Contains(u.Path, "//"), strings.Contains(u.Path, "/."): // after unescaping, too: servers disagree on what that means
		return false
	}
	return !slices.ContainsFunc(signIn, func(page string) bool { return strings.HasPrefix(u.Path, page) })
}

// word returns an error code (RFC 6749, section 4.1.2.1) for the log, and replaces
// any other text.
func word(code string) string {
	if len(code) > 40 || strings.ContainsFunc(code, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
		return "another error"
	}
	return code
}
