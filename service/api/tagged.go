package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"slices"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/web"
)

// tagged is a JSON answer with its entity tag. In each content coding it is another
// representation, so it has another strong tag (RFC 9110, section 8.8.3.3): the tag
// with the coding as suffix.
type tagged struct {
	tag string // without quotes
	*web.Packed
}

func newTagged(body []byte, e web.Effort) tagged {
	return tagged{tag: hashOf(body), Packed: web.NewPacked(body, e)}
}

// hashOf returns a short hash.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// tagOf returns the entity tag of a body that is sent as it is, or of what it stands
// for.
func tagOf(body []byte) string { return `"` + hashOf(body) + `"` }

// entityTag returns the entity tag of the answer in a content coding.
func (a tagged) entityTag(c web.Coding) string {
	if c == web.Identity {
		return `"` + a.tag + `"`
	}
	return `"` + a.tag + "-" + string(c) + `"`
}

// taggedJSON returns v as JSON for a client with this If-None-Match.
func taggedJSON(v any, ifNoneMatch string) (taggedAnswer, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return taggedAnswer{}, err
	}
	return newTagged(body, web.EffortOnce).to(ifNoneMatch), nil
}

// taggedAnswer is an answer to one client.
type taggedAnswer struct {
	tagged
	has string // the entity tag that the client has it with, "*" for any; "" if it does not have it
}

// to returns the answer for a client with this If-None-Match. What the client has may
// be in any coding, because all say the same: the comparison is weak.
func (a tagged) to(ifNoneMatch string) taggedAnswer {
	list, _ := parseEntityTags(ifNoneMatch) // a malformed one names none
	answer := taggedAnswer{tagged: a}
	if list.any {
		answer.has = "*"
	}
	for _, c := range []web.Coding{web.Identity, web.Gzip, web.Brotli} {
		if tag := a.entityTag(c); slices.Contains(list.tags, tag) {
			answer.has = tag
		}
	}
	return answer
}

// write sends the answer, or 304 if the client has it (RFC 9110, section 13.1.2).
func (a taggedAnswer) write(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-cache") // keep it, but ask every time
	if a.has != "" && a.has != "*" {
		c.Vary(fiber.HeaderAcceptEncoding)
		c.Set(fiber.HeaderETag, a.has) // by which a cache finds what it keeps
		return c.SendStatus(fiber.StatusNotModified)
	}
	coding, _ := a.In(web.AcceptEncoding(c))
	c.Set(fiber.HeaderETag, a.entityTag(coding))
	if a.has == "*" {
		c.Vary(fiber.HeaderAcceptEncoding)
		return c.SendStatus(fiber.StatusNotModified)
	}
	return a.Send(c, fiber.MIMEApplicationJSON)
}

// VisitListSlotsResponse writes the answer.
func (a taggedAnswer) VisitListSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitFindFirstSlotsResponse writes the answer.
func (a taggedAnswer) VisitFindFirstSlotsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListDaysResponse writes the answer.
func (a taggedAnswer) VisitListDaysResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListBranchesResponse writes the answer.
func (a taggedAnswer) VisitListBranchesResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitGetBranchResponse writes the answer.
func (a taggedAnswer) VisitGetBranchResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListDepartmentsResponse writes the answer.
func (a taggedAnswer) VisitListDepartmentsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListCancellationReasonsResponse writes the answer.
func (a taggedAnswer) VisitListCancellationReasonsResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitListServicesResponse writes the answer.
func (a taggedAnswer) VisitListServicesResponse(c *fiber.Ctx) error { return a.write(c) }

// VisitGetServiceResponse writes the answer.
func (a taggedAnswer) VisitGetServiceResponse(c *fiber.Ctx) error { return a.write(c) }

// visitAnswer is a visit for one client, who may have it. It is not kept on the way, and not compressed:
// what a visitor typed stands next to what is secret (docs/adr/0039).
type visitAnswer struct {
	body []byte
	has  bool // whether the client has it
}

func taggedVisit(a Appointment, ifNoneMatch string) (visitAnswer, error) {
	body, err := json.Marshal(a)
	return visitAnswer{body, err == nil && knows(ifNoneMatch, tagOf(body))}, err
}

// VisitGetAppointmentResponse writes the answer.
func (v visitAnswer) VisitGetAppointmentResponse(c *fiber.Ctx) error {
	c.Set(fiber.HeaderETag, tagOf(v.body))
	if v.has {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return c.Send(v.body)
}

// packedJSON is a large answer without a tag.
type packedJSON struct{ *web.Packed }

// packJSON returns v as JSON.
func packJSON(v any) (packedJSON, error) {
	body, err := json.Marshal(v)
	return packedJSON{web.NewPacked(body, web.EffortOnce)}, err
}

// VisitExplainSlotsResponse writes the answer.
func (a packedJSON) VisitExplainSlotsResponse(c *fiber.Ctx) error {
	return a.Send(c, fiber.MIMEApplicationJSON)
}
