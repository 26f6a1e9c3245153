package signin

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/loopback"
	"ziyara/service/web"
)

// Mount adds the pages to the app, unless the configuration has no address for
// them. limit is the rate limit of changes.
func (s *SignIn) Mount(app fiber.Router, limit fiber.Handler) {
	if s.origin == nil {
		return
	}
	for path, show := range map[string]fiber.Handler{
		pathHome: s.home, SignInPath: s.signIn, pathCallback: s.callback, SignOutPath: s.askSignOut, pathSignedOut: s.signedOut,
		pathSessions: s.showSessions,
	} {
		app.Get(path, s.guard, limit, show)
	}
	app.Post(SignOutPath, s.guard, limit, s.signOut)
	app.Post(pathEnd, s.guard, limit, s.endSession)
	app.Post(pathLogout, limit, s.logout)
}

// guard sets the headers of every page, refuses other hosts, and turns errors
// into pages.
func (s *SignIn) guard(c *fiber.Ctx) error {
	web.SetHeaders(c, s.targets()...)
	if !strings.EqualFold(c.Hostname(), s.origin.Host) {
		// A cookie for one host name is not sent to another.
		if c.Method() == http.MethodGet && loopback.Is(s.origin.Host) {
			return c.Redirect(s.origin.String()+c.OriginalURL(), http.StatusSeeOther)
		}
		return s.state(c, http.StatusMisdirectedRequest, "sign_in.wrong_host")
	}
	err := c.Next()
	if err == nil {
		return nil
	}
	status, key := pageOf(err)
	switch {
	case key != "":
	case c.GetRespHeader(fiber.HeaderRetryAfter) != "": // from the rate limit
		status, key = http.StatusTooManyRequests, "sign_in.too_many"
	default:
		return err
	}
	switch {
	case status == http.StatusServiceUnavailable:
		c.Set(fiber.HeaderRetryAfter, "10")
	case errors.Is(err, access.ErrOften):
		c.Set(fiber.HeaderRetryAfter, "60")
	}
	s.Log.InfoContext(c.UserContext(), "sign-in page", "outcome", strings.TrimPrefix(key, "sign_in."), "error", err)
	return s.state(c, status, key)
}

// pageOf returns the status and the key of the text for an error; "" for an error
// without a page.
func pageOf(err error) (status int, key string) {
	switch {
	case errors.Is(err, access.ErrUnavailable):
		return http.StatusServiceUnavailable, "sign_in.unavailable"
	case errors.Is(err, access.ErrForeign):
		return http.StatusForbidden, "sign_in.foreign"
	case errors.Is(err, access.ErrAttempt):
		return http.StatusBadRequest, "sign_in.attempt"
	case errors.Is(err, access.ErrDenied), errors.Is(err, access.ErrSignIn):
		return http.StatusForbidden, "sign_in.denied"
	case errors.Is(err, access.ErrOften):
		return http.StatusTooManyRequests, "sign_in.too_many"
	case errors.Is(err, errNoRole):
		return http.StatusForbidden, "sign_in.no_role"
	}
	return 0, ""
}

// targets are the origins that forms may redirect to: that of the provider's
// sign-out.
func (s *SignIn) targets() []string {
	k := s.provider.usable()
	if k == nil {
		return nil
	}
	u, err := url.Parse(k.endSession)
	if err != nil || u.Host == "" {
		return nil
	}
	return []string{u.Scheme + "://" + u.Host}
}

// frame returns what every page has. title is the key of its title.
func (s *SignIn) frame(c *fiber.Ctx, title string) web.Page {
	p := web.NewPage(c, s.Site, "", "")
	p.Title, p.Section = p.S(title), p.S("sign_in.title")
	if path := c.Path(); p.Here == "" || path == pathCallback || path == SignInPath { // opening these again starts over
		p.Here = pathHome
	}
	return p
}

// home shows who is signed in, or sends the browser to the provider.
func (s *SignIn) home(c *fiber.Ctx) error {
	held, err := s.session(c)
	if errors.Is(err, access.ErrSignIn) {
		return c.Redirect(SignInPath, http.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	p := s.frame(c, "sign_in.hello")
	where := ""
	if s.Where != nil {
		where = s.Where(held.Member).In(p.Lang)
	}
	return web.Send(c, http.StatusOK, p.Lang, homePage(p, held.Member, where))
}

// mostSessions is how many sessions a page or an answer lists.
const mostSessions = 100

// List returns the sessions that go on, the newest first: of a member of staff (Staff.ID), or
// of all for "".
func (s *SignIn) List(ctx context.Context, staff string) ([]access.Session, error) {
	now := s.Now()
	return s.Sessions.List(ctx, staff, now, now.Add(-s.SessionIdle), mostSessions)
}

// showSessions lists the sessions that go on: one's own, and all for who may end them.
func (s *SignIn) showSessions(c *fiber.Ctx) error {
	h, err := s.session(c)
	if errors.Is(err, access.ErrSignIn) {
		return c.Redirect(SignInPath+"?"+ReturnField+"="+pathSessions, http.StatusSeeOther)
	}
	if err != nil {
		return err
	}
	of := h.Member.ID
	_, all := access.May(h.Member, "listSessions")
	if all == nil {
		of = ""
	}
	list, err := s.List(c.UserContext(), of)
	if err != nil {
		return err
	}
	var own, others []access.Session
	for _, one := range list {
		if one.Staff == h.Member.ID {
			own = append(own, one)
		} else {
			others = append(others, one)
		}
	}
	p := s.frame(c, "sign_in.sessions")
	return web.Send(c, http.StatusOK, p.Lang, sessionsPage(p, h.ID, own, others, s.Zone()))
}

// endSession ends a session of the page, one's own or, for who may, another's.
func (s *SignIn) endSession(c *fiber.Ctx) error {
	h, err := s.session(c)
	switch {
	case !s.ownPage(c):
		return access.ErrForeign
	case errors.Is(err, access.ErrSignIn):
		return c.Redirect(SignInPath+"?"+ReturnField+"="+pathSessions, http.StatusSeeOther)
	case err != nil:
		return err
	}
	which := access.SessionEnd{ID: string(c.Context().PostArgs().Peek("id")), Staff: h.Member.ID}
	if _, err = access.May(h.Member, "endSession"); err == nil {
		which.Staff = ""
	}
	if which.ID == "" {
		return c.Redirect(pathSessions, http.StatusSeeOther)
	}
	entry := s.entry(c, audit.SessionEnded, h.Member)
	if _, err = s.Sessions.End(c.UserContext(), which, s.Now(), entry); err != nil {
		return err
	}
	return c.Redirect(pathSessions, http.StatusSeeOther)
}

// askSignOut asks before it signs out: a GET changes nothing.
func (s *SignIn) askSignOut(c *fiber.Ctx) error {
	p := s.frame(c, "sign_in.ask")
	return web.Send(c, http.StatusOK, p.Lang, signOutPage(p))
}

func (s *SignIn) signedOut(c *fiber.Ctx) error {
	web.Forget(c)
	return s.state(c, http.StatusOK, "sign_in.signed_out")
}

// state writes a page with the text for what happened.
func (s *SignIn) state(c *fiber.Ctx, status int, key string) error {
	p := s.frame(c, key)
	retry := key != "sign_in.wrong_host" && key != "sign_in.foreign"
	return web.Send(c, status, p.Lang, statePage(p, p.S(key+"_about"), retry))
}
