package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/gofiber/fiber/v2"
	"golang.org/x/oauth2"

	"ziyara/access"
	"ziyara/audit"
)

// Paths of the pages.
const (
	pathHome      = "/staff"
	SignInPath    = pathHome + "/sign-in" // with ReturnField, it leads back
	pathCallback  = pathHome + "/callback"
	SignOutPath   = pathHome + "/sign-out"
	pathSignedOut = pathHome + "/signed-out"
	pathLogout    = pathHome + "/backchannel-logout" // for the provider
	pathSessions  = pathHome + "/sessions"
	pathEnd       = pathSessions + "/end"
	pathConsole   = "/console" // where staff work
)

// ReturnField is the field of a query of SignInPath with the path on this host to go to
// after signing in.
const ReturnField = "return"

const (
	attemptName = "ziyara_sign_in"
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

// LinkFor returns the path that signs a person in whom the provider knows by an id; ""
// for no pages.
func (s *SignIn) LinkFor(id string) string {
	if s.origin == nil {
		return ""
	}
	return SignInPath + "?" + url.Values{hintParameter: {id}}.Encode()
}

// signIn sends the browser to the provider.
func (s *SignIn) signIn(c *fiber.Ctx) error {
	var options []oauth2.AuthCodeOption
	if hint := c.Query(hintParameter); hint != "" && len(hint) <= maxHint {
		options = append(options, oauth2.SetAuthURLParam(hintParameter, hint))
	}
	return s.send(c, safeReturn(c.Query(ReturnField)), options...)
}

// errNoRole is returned for a member of staff who has no role here.
var errNoRole = errors.New("signin: the member of staff has no role")

// callback begins the session of the member of staff that the provider
// identifies.
func (s *SignIn) callback(c *fiber.Ctx) error {
	var who identified
	to, err := s.receive(c, func(ctx context.Context, r redeemed) (err error) {
		who, err = s.complete(ctx, r.known, r.tokens, r.claims)
		return err
	})
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
	return c.Redirect(to, http.StatusSeeOther)
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

// signOut ends the session here, and at the provider if it has an endpoint for
// that.
func (s *SignIn) signOut(c *fiber.Ctx) error {
	if !s.ownPage(c) {
		return access.ErrForeign
	}
	if err := s.end(c); err != nil {
		return err
	}
	to := s.signOutAt(s.at(pathSignedOut))
	if to == "" {
		to = pathSignedOut
	}
	return c.Redirect(to, http.StatusSeeOther)
}

// safeReturn returns the path on this host to go to after signing in; the home
// page for an address elsewhere, or of the sign-in itself.
func safeReturn(to string) string {
	if !ownPath(to, SignInPath, pathCallback, SignOutPath, pathSignedOut, pathEnd) {
		return pathHome
	}
	return to
}
