package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/audit"
	"ziyara/loopback"
	"ziyara/service/web"
)

// Sessions keeps the sessions of staff.
type Sessions interface {
	// Begin adds a session, whose secret has the SHA-256 token, and logs the entry.
	Begin(ctx context.Context, s access.Session, token [32]byte, entry audit.Entry) error
	// Find returns the session whose secret has the SHA-256 token. It returns
	// access.ErrSignIn if there is none, or it was ended.
	Find(ctx context.Context, token [32]byte) (access.Session, error)
	// Used notes when a session was used.
	Used(ctx context.Context, id string, now time.Time) error
	// Ask reports whether the caller is the one who asks the provider about a session at
	// now: nobody has since the time before.
	Ask(ctx context.Context, id string, now, before time.Time) (bool, error)
	// Renew keeps what the provider said about a session.
	Renew(ctx context.Context, id string, sealed []byte) error
	// End ends sessions at now, logs an entry for each, and returns how many.
	End(ctx context.Context, which access.SessionEnd, now time.Time, entry audit.Entry) (int, error)
	// List returns the sessions that go on at now and were used since a time, the newest
	// first, at most limit: of a member of staff (Staff.ID), or of all for "".
	List(ctx context.Context, staff string, now, since time.Time, limit int) ([]access.Session, error)
}

const (
	renewAfter  = time.Minute // precision of the time of last use
	sessionName = "ziyara_staff"
	maxBrowser  = 200 // bytes of what a browser says that it is

	// unasked is how long a session lasts if the provider gives nothing to ask with.
	unasked = 15 * time.Minute
)

// ticket is what the cookie carries, sealed.
type ticket struct {
	Token string `json:"t"`
}

func (t ticket) hash() [32]byte { return sha256.Sum256([]byte(t.Token)) }

// held is what the session of a browser stands for.
type held struct {
	access.Session
	told
}

// told is what the provider has said of who is signed in. It is kept sealed.
type told struct {
	Member  access.Staff `json:"s"`
	Refresh string       `json:"r,omitempty"` // a token to ask again with
	Access  string       `json:"a,omitempty"` // without one, a token for user information
}

// Session returns the member of staff whose session the browser has. It returns
// access.ErrSignIn without a session, or for one that is over or forged, and
// access.ErrForeign for a change requested by another site. From time to time it asks the
// provider whether the roles are still the same.
func (s *SignIn) Session(c *fiber.Ctx) (access.Staff, error) {
	h, err := s.session(c)
	if err != nil {
		return access.Staff{}, err
	}
	if changes(c.Method()) && !s.ownPage(c) {
		return access.Staff{}, access.ErrForeign
	}
	return h.Member, nil
}

// session returns the session that the cookie names, once it is known that it goes on.
func (s *SignIn) session(c *fiber.Ctx) (held, error) {
	if s.origin == nil {
		return held{}, access.ErrSignIn
	}
	var t ticket
	if !s.sessions().Read(c, &t) || t.Token == "" {
		return held{}, access.ErrSignIn
	}
	kept, err := s.Sessions.Find(c.UserContext(), t.hash())
	if err != nil {
		return held{}, err
	}
	h := held{Session: kept}
	now := s.Now()
	if !now.Before(h.Ends) || !now.Before(h.Seen.Add(s.SessionIdle)) {
		return held{}, access.ErrSignIn
	}
	if h.told, err = s.open(kept); err != nil {
		return held{}, access.ErrSignIn // sealed with another secret
	}
	if now.Sub(h.Seen) >= renewAfter {
		if err = s.Sessions.Used(c.UserContext(), h.ID, now); err != nil {
			return held{}, err
		}
	}
	if now.Sub(h.Asked) >= askAgain && h.Refresh+h.Access != "" {
		return s.askAgain(c.UserContext(), h)
	}
	return h, nil
}

// begin gives the browser a session.
func (s *SignIn) begin(c *fiber.Ctx, who identified) error {
	now := s.Now()
	t := ticket{rand.Text()}
	browser := strings.ToValidUTF8(c.Get(fiber.HeaderUserAgent), "")
	kept := access.Session{
		ID: s.NewID(), Staff: who.Member.ID, Browser: browser[:min(len(browser), maxBrowser)],
		Began: now, Seen: now, Asked: now, Ends: now.Add(s.SessionLife), Subject: who.subject, Provider: who.sid,
	}
	kept.Browser = strings.ToValidUTF8(kept.Browser, "")
	if who.Refresh == "" && who.Access == "" {
		s.Log.WarnContext(c.UserContext(), "the identity provider gives nothing to ask for roles with: the session is short", "lasts", unasked)
		kept.Ends = now.Add(min(unasked, s.SessionLife))
	}
	var err error
	if kept.Sealed, err = s.seal(kept.ID, who.told); err != nil {
		return err
	}
	if err = s.Sessions.Begin(c.UserContext(), kept, t.hash(), s.entry(c, audit.SignedIn, who.Member)); err != nil {
		return fmt.Errorf("%w: the session: %w", access.ErrUnavailable, err)
	}
	s.Seen(c.UserContext(), who.Member)
	return s.sessions().Set(c, t, s.SessionLife)
}

// end ends the session of the browser, everywhere at once.
func (s *SignIn) end(c *fiber.Ctx) error {
	h, err := s.session(c)
	switch {
	case errors.Is(err, access.ErrSignIn): // it is over
	case err != nil:
		return err
	default:
		which := access.SessionEnd{ID: h.ID}
		if _, err = s.Sessions.End(c.UserContext(), which, s.Now(), s.entry(c, audit.SignedOut, h.Member)); err != nil {
			return fmt.Errorf("%w: the session: %w", access.ErrUnavailable, err)
		}
	}
	s.sessions().Delete(c)
	return nil
}

// seal seals what the provider said, so that only this session has it.
func (s *SignIn) seal(id string, t told) ([]byte, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return s.Keys.Seal(plain, s.use("staff session "+id))
}

func (s *SignIn) open(kept access.Session) (t told, err error) {
	plain, err := s.Keys.OpenSealed(kept.Sealed, s.use("staff session "+kept.ID))
	if err != nil {
		return t, err
	}
	return t, json.Unmarshal(plain, &t)
}

// sessions is the cookie of a session.
func (s *SignIn) sessions() web.SealedCookie { return s.cookie(sessionName, "staff session's token") }

// cookie returns a cookie for one use, and for this provider only. It comes along
// when the provider redirects the browser back.
func (s *SignIn) cookie(name, use string) web.SealedCookie {
	return web.SealedCookie{Keys: s.Keys, Name: name, Use: s.use(use), Secure: s.origin.Scheme == "https"}
}

// Keeps returns the cookie in which pages of staff keep what was typed, for one use.
func (s *SignIn) Keeps(name, use string) web.SealedCookie { return s.cookie(name, use) }

// use names a use of a sealed value, with this provider only.
func (s *SignIn) use(what string) string { return what + "\x00" + s.Issuer + "\x00" + s.ClientID }

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
