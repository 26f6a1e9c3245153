package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"github.com/gofiber/fiber/v2"
)

// tagged is a JSON answer with its entity tag.
type tagged struct {
	tag  string
	body []byte // shared: must not be changed
}

func newTagged(body []byte) tagged {
	sum := sha256.Sum256(body)
	return tagged{tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, body: body}
}

// taggedJSON returns v as JSON for a client with this If-None-Match.
func taggedJSON(v any, condition string) (taggedAnswer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return taggedAnswer{}, err
	}
	return newTagged(body).to(condition), nil
}

// taggedAnswer is an answer to one client.
type taggedAnswer struct {
	tagged
	matches bool // the client has it already
}

// to returns the answer for a client with this If-None-Match.
func (a tagged) to(condition string) taggedAnswer {
	return taggedAnswer{tagged: a, matches: knows(condition, a.tag)}
}

// write sends the answer, or 304 if the client has it (RFC 9110, section 13.1.2).
func (a taggedAnswer) write(c *fiber.Ctx) error {
	c.Set(fiber.HeaderETag, a.tag)
	c.Set(fiber.HeaderCacheControl, "no-cache") // keep it, but ask every time
	if a.matches {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	c.Response().SetBodyRaw(a.body) // shared, not copied
	return nil
}

// VisitListSlotsResponse writes the answer.
func (a taggedAnswer) VisitListSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitFindFirstSlotsResponse writes the answer.
func (a taggedAnswer) VisitFindFirstSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListDaysResponse writes the answer.
func (a taggedAnswer) VisitListDaysResponse(c *fiber.Ctx) error { return a.write(c) }
