package signin

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/loopback"
	"ziyara/service/web"
)

const (
	renewAfter  = time.Minute // precision of the time of last use
	sessionName = "ziyara_staff"
)

// session is what the cookie carries, sealed.
type session struct {
	Staff access.Staff `json:"s"`
	Began int64        `json:"b"` // seconds since 1970
	Seen  int64        `json:"l"` // when it was last used
}

// Session returns the member of staff whose session the browser has. It returns
// access.ErrSignIn without a session, or for one that is over or forged, and
// access.ErrForeign for a change requested by another site. From time to time it
// renews the cookie.
func (s *SignIn) Session(c *fiber.Ctx) (access.Staff, error) {
	held, err := s.session(c)
	if err != nil {
		return access.Staff{}, err
	}
	if changes(c.Method()) && !s.ownPage(c) {
		return access.Staff{}, access.ErrForeign
	}
	if now := s.Now(); now.Sub(time.Unix(held.Seen, 0)) >= renewAfter {
		held.Seen = now.Unix()
		if err = s.setSession(c, held); err != nil {
			return access.Staff{}, err
		}
	}
	return held.Staff, nil
}

// session reads the cookie.
func (s *SignIn) session(c *fiber.Ctx) (session, error) {
	if s.origin == nil {
		return session{}, access.ErrSignIn
	}
	var held session
	if !s.sessions().Read(c, &held) || held.Staff.ID == "" {
		return session{}, access.ErrSignIn
	}
	now := s.Now()
	if !now.Before(time.Unix(held.Began, 0).Add(s.SessionLife)) || !now.Before(time.Unix(held.Seen, 0).Add(s.SessionIdle)) {
		return session{}, access.ErrSignIn
	}
	return held, nil
}

// begin gives the browser a session.
func (s *SignIn) begin(c *fiber.Ctx, staff access.Staff) error {
	now := s.Now().Unix()
	return s.setSession(c, session{Staff: staff, Began: now, Seen: now})
}

func (s *SignIn) setSession(c *fiber.Ctx, held session) error {
	return s.sessions().Set(c, held, time.Unix(held.Began, 0).Add(s.SessionLife).Sub(s.Now()))
}

// sessions is the cookie of a session.
func (s *SignIn) sessions() web.SealedCookie { return s.cookie(sessionName, "staff session") }

// cookie returns a cookie for one use, and for this provider only. It comes along
// when the provider redirects the browser back.
func (s *SignIn) cookie(name, use string) web.SealedCookie {
	return web.SealedCookie{
		Keys: s.Keys, Name: name, Use: use + "\x00" + s.Issuer + "\x00" + s.ClientID, Secure: s.origin.Scheme == "https",
	}
}

// changes reports whether a method can change something.
func changes(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// ownPage reports whether the request comes from a page of this origin. Browsers
// send Sec-Fetch-Site, which scripts can't set; older ones send Origin. A client
// that sends neither is not a browser, and needs a bearer token.
func (s *SignIn) ownPage(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin, err := url.Parse(c.Get(fiber.HeaderOrigin))
	return err == nil && origin.Host != "" && strings.EqualFold(origin.Host, c.Hostname()) &&
		(origin.Scheme == s.origin.Scheme || loopback.Is(origin.Host))
}
