package signin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/loopback"
)

const (
	renewAfter   = time.Minute     // precision of the time of last use
	maxCookie    = 3800            // bytes; browsers keep at most 4096 with the name
	sessionUse   = "staff session" // what the seal is for
	sessionName  = "ziyara_staff"
	securePrefix = "__Host-" // only this host can set it (RFC 6265bis, section 4.1.3.2)
)

// errTooMuch is returned if the claims don't fit in a cookie.
var errTooMuch = errors.New("signin: too many departments and branches for a session")

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
	if !s.open(c.Cookies(s.cookieName(sessionName)), sessionUse, &held) || held.Staff.ID == "" {
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
	value, err := s.seal(held, sessionUse)
	if err != nil {
		return err
	}
	if len(value) > maxCookie {
		return errTooMuch
	}
	s.setCookie(c, sessionName, value, time.Unix(held.Began, 0).Add(s.SessionLife).Sub(s.Now()))
	return nil
}

// setCookie sets a cookie that scripts can't read and forms of other sites don't
// send; a life of 0 deletes it. With Lax it is sent when the provider redirects
// the browser back.
func (s *SignIn) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := fiber.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", Secure: s.secure(), HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life / time.Second),
	}
	if life <= 0 {
		cookie.Value, cookie.MaxAge, cookie.Expires = "", 0, time.Unix(1, 0)
	}
	c.Cookie(&cookie)
}

func (s *SignIn) secure() bool { return s.origin.Scheme == "https" }

func (s *SignIn) cookieName(name string) string {
	if s.secure() {
		return securePrefix + name
	}
	return name
}

// seal encrypts a value, so that only this service can read it, for the same use
// and with the same provider.
func (s *SignIn) seal(v any, use string) (string, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("signin: %w", err)
	}
	sealed, err := s.Keys.Seal(plain, s.bind(use))
	if err != nil {
		return "", fmt.Errorf("signin: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(sealed), nil
}

// open reads what seal wrote into dest, and reports whether it did.
func (s *SignIn) open(text, use string, dest any) bool {
	if text == "" || len(text) > maxCookie {
		return false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	plain, err := s.Keys.OpenSealed(sealed, s.bind(use))
	return err == nil && json.Unmarshal(plain, dest) == nil
}

func (s *SignIn) bind(use string) string { return use + "\x00" + s.Issuer + "\x00" + s.ClientID }

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
