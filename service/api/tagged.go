package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// tagged is a JSON answer as it is sent, with the tag that names it.
type tagged struct {
	tag     string
	body    []byte
	matches bool // the client has it already
}

// newTagged returns the answer body to a client that knows the tags of an
// If-None-Match header.
func newTagged(body []byte, known string) tagged {
	sum := sha256.Sum256(body)
	a := tagged{tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, body: body}
	for tag := range strings.SplitSeq(known, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		a.matches = a.matches || tag == a.tag || tag == "*"
	}
	return a
}

// taggedJSON is newTagged of the JSON of v.
func taggedJSON(v any, known string) (tagged, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return tagged{}, err
	}
	return newTagged(body, known), nil
}

// write sends the answer, or 304 when the client has it (RFC 9110, section
// 13.1.2).
func (a tagged) write(c *fiber.Ctx) error {
	c.Set(fiber.HeaderETag, a.tag)
	c.Set(fiber.HeaderCacheControl, "no-cache") // keep it, but ask every time
	if a.matches {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(a.body)
}

// VisitListSlotsResponse writes the answer.
func (a tagged) VisitListSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitFindFirstSlotsResponse writes the answer.
func (a tagged) VisitFindFirstSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListDaysResponse writes the answer.
func (a tagged) VisitListDaysResponse(c *fiber.Ctx) error { return a.write(c) }
