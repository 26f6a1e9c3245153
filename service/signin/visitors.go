package signin

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"ziyara/notify"
	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
)

// Claims of OpenID Connect Core 1.0, section 5.1: a mobile number in E.164, and whether
// the provider has verified it.
const (
	claimMobile         = "phone_number"
	claimMobileVerified = "phone_number_verified"
)

// tokenFreshFor is how old an ID token may be with which a program proves a visitor's
// identity: it is for now, and it may stay somewhere.
const tokenFreshFor = 10 * time.Minute

// VisitorsConfig configures how visitors sign in.
type VisitorsConfig struct {
	Issuer       string // of the provider: https, or http on this machine
	ClientID     string // of this service at the provider
	ClientSecret string // "" for a public client
	Audience     string // of ID tokens that programs bring; ClientID when ""
	Scopes       []string
	ClaimID      string // claim with the identity number
	ClaimName    string // claim with the name

	// Origin is the origin of the pages for visitors, "" for no pages. Path is that of the
	// sign-in there; the provider sends browsers to Callback and SignedOut below it.
	Origin, Path, Callback, SignedOut string

	Countries notify.Countries // whose mobiles are taken over

	Keys *secret.Keys
	Now  func() time.Time
	Log  *slog.Logger
}

// Visitors signs visitors in. It has no pages: those of visitors call it. It is safe for
// concurrent use.
type Visitors struct {
	*party

	config VisitorsConfig
	origin *url.URL // nil for no pages
}

// NewVisitors returns a Visitors. It does not contact the provider yet. It returns an
// error that wraps ErrConfig for an invalid configuration.
func NewVisitors(c VisitorsConfig) (*Visitors, error) {
	switch {
	case c.Keys == nil || c.Now == nil || c.Log == nil || c.Path == "" || c.Callback == "" || c.SignedOut == "":
		return nil, fmt.Errorf("%w: incomplete", ErrConfig)
	case c.ClientID == "" || c.ClaimID == "":
		return nil, fmt.Errorf("%w: the client id and the claim with the identity number are needed", ErrConfig)
	}
	if c.Audience == "" {
		c.Audience = c.ClientID
	}
	issuer, err := address(c.Issuer)
	if err != nil {
		return nil, fmt.Errorf("%w: issuer: %w", ErrConfig, err)
	}
	v := &Visitors{config: c, party: &party{
		issuer: c.Issuer, id: c.ClientID, secret: c.ClientSecret, scopes: c.Scopes,
		now:      c.Now,
		provider: newProvider(c.Issuer, issuer.Scheme == "http", c.Now, c.Log), outside: make(chan struct{}, maxOutside),
	}}
	if c.Origin == "" {
		return v, nil
	}
	if v.origin, err = originOf(c.Origin); err != nil {
		return nil, err
	}
	v.returns = v.origin.String() + c.Callback
	v.attempts = web.SealedCookie{
		Keys: c.Keys, Name: "ziyara_attempt", Use: "visitor sign-in\x00" + c.Issuer + "\x00" + c.ClientID, Secure: v.origin.Scheme == "https",
	}
	return v, nil
}

// Redirects returns the addresses to register with the provider.
func (v *Visitors) Redirects() []string {
	if v.origin == nil {
		return nil
	}
	return []string{v.returns, v.origin.String() + v.config.SignedOut}
}

// Begin sends the browser to the provider; afterwards it goes to a path of this host, or
// to the first page for what is none. The provider is to ask who it is, also if somebody
// is signed in there: others use the computer too. user may name who is likely to sign
// in, "" for nobody. It returns access.ErrUnavailable.
func (v *Visitors) Begin(c *fiber.Ctx, to, user string) error {
	if !ownPath(to, v.config.Path) {
		to = "/"
	}
	options := []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "login")}
	if user != "" && len(user) <= maxHint {
		options = append(options, oauth2.SetAuthURLParam(hintParameter, user))
	}
	return v.send(c, to, options...)
}

// Finish returns who has signed in, when the browser comes back, and the path that it is
// to go to, "" if the browser does not have it. It returns access.ErrAttempt,
// access.ErrDenied, access.ErrOften, access.ErrSignIn, access.ErrUnavailable, or
// slots.ErrIdentity if the provider tells no identity number.
func (v *Visitors) Finish(c *fiber.Ctx) (who slots.Proved, to string, err error) {
	to, err = v.receive(c, func(ctx context.Context, r redeemed) (err error) {
		claims := r.claims
		if lookup(claims, v.config.ClaimID) == nil && r.known.userInfo { // an ID token with few claims
			if claims, err = userInfo(ctx, r.known, r.tokens, claims); err != nil {
				return err
			}
		}
		who, err = v.proved(claims)
		return err
	})
	return who, to, err
}

// Prove returns who a program's visitor is, by the ID token that the provider gave to the
// program. It asks the provider nothing but its keys. It returns access.ErrSignIn for a
// token that is not from the provider, not for this centre's programs, or not of the last
// minutes, access.ErrUnavailable, or slots.ErrIdentity.
func (v *Visitors) Prove(ctx context.Context, token string) (slots.Proved, error) {
	claims, err := v.verify(ctx, token, v.config.Audience)
	if err != nil {
		return slots.Proved{}, err
	}
	issued, _ := claims["iat"].(float64)
	if v.now().Sub(time.Unix(int64(issued), 0)) > tokenFreshFor {
		return slots.Proved{}, refusal("issued long ago")
	}
	return v.proved(claims)
}

// proved reads the claims about a visitor.
func (v *Visitors) proved(claims map[string]any) (slots.Proved, error) {
	name, _ := lookup(claims, v.config.ClaimName).(string)
	number := ""
	switch claim := lookup(claims, v.config.ClaimID).(type) {
	case string:
		number = claim
	case float64:
		number = strconv.FormatFloat(claim, 'f', -1, 64)
	}
	mobile := ""
	if text, _ := claims[claimMobile].(string); claims[claimMobileVerified] == true || claims[claimMobileVerified] == "true" {
		if m, err := v.config.Countries.Parse(text); err == nil {
			mobile = string(m)
		}
	}
	return slots.NewProved(number, name, mobile)
}

// SignOutAt returns the address at which the provider ends its own session and sends the
// browser back; "" if it has none.
func (v *Visitors) SignOutAt() string { return v.signOutAt(v.origin.String() + v.config.SignedOut) }

// Target returns the origin that forms lead to which sign out; "" if they lead nowhere
// else.
func (v *Visitors) Target() string {
	u, err := url.Parse(v.SignOutAt())
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
