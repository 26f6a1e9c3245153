package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gofiber/fiber/v2"
)

const (
	maxCookie    = 3800      // bytes of a value; browsers keep at most 4096 with the name
	securePrefix = "__Host-" // only this host can set it (RFC 6265bis, section 4.1.3.2)
)

// ErrCookie is returned for a value that does not fit in a cookie.
var ErrCookie = errors.New("web: the value does not fit in a cookie")

// Sealer encrypts, so that only the service can read what a browser keeps for it.
// secret.Keys is one.
type Sealer interface {
	Seal(plain []byte, bind string) ([]byte, error)
	OpenSealed(sealed []byte, bind string) ([]byte, error)
}

// SealedCookie keeps a value in the browser that only this service can read and
// make. Scripts can't read the cookie and forms of other sites don't send it; it
// comes along when another site leads here.
//
// The browser decides how long it keeps a cookie: a value that must end says when
// itself.
type SealedCookie struct {
	Keys   Sealer
	Name   string // without the prefix that it has with https
	Use    string // what the value is for: one that was sealed for another use is not read
	Secure bool   // the pages are https
}

// Set keeps a value, as JSON, for a life above 0. It returns ErrCookie for a value
// of more than some 2800 bytes.
func (s SealedCookie) Set(c *fiber.Ctx, v any, life time.Duration) error {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false) // no page has it, and a cookie has little room
	if err := encoder.Encode(v); err != nil {
		return fmt.Errorf("web: cookie: %w", err)
	}
	sealed, err := s.Keys.Seal(bytes.TrimSpace(plain.Bytes()), s.Use)
	if err != nil {
		return fmt.Errorf("web: cookie: %w", err)
	}
	value := base64.RawURLEncoding.EncodeToString(sealed)
	if len(value) > maxCookie {
		return ErrCookie
	}
	s.set(c, fiber.Cookie{Value: value, MaxAge: int(life / time.Second)})
	return nil
}

// Delete forgets the value.
func (s SealedCookie) Delete(c *fiber.Ctx) { s.set(c, fiber.Cookie{Expires: time.Unix(1, 0)}) }

// Read reads the value that Set kept into dest, and reports whether it did.
func (s SealedCookie) Read(c *fiber.Ctx, dest any) bool { return s.Open(c.Cookies(s.name()), dest) }

// Open is like Read, for the text of a cookie.
func (s SealedCookie) Open(text string, dest any) bool {
	if text == "" || len(text) > maxCookie {
		return false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return false
	}
	plain, err := s.Keys.OpenSealed(sealed, s.Use)
	return err == nil && json.Unmarshal(plain, dest) == nil
}

func (s SealedCookie) set(c *fiber.Ctx, cookie fiber.Cookie) {
	cookie.Name, cookie.Path, cookie.Secure = s.name(), "/", s.Secure
	cookie.HTTPOnly, cookie.SameSite = true, fiber.CookieSameSiteLaxMode
	c.Cookie(&cookie)
}

func (s SealedCookie) name() string {
	if s.Secure {
		return securePrefix + s.Name
	}
	return s.Name
}
