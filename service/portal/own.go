package portal

import (
	"errors"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/web"
	"ziyara/slots"
)

// A link that was not sent but shown, on the list of one's visits or after booking,
// works only in the browser that it was shown to, until that is to forget its visitor.
// Its address stays in the history of the browser, which others may use too.

// own marks the use of a link that works in one browser only.
const own = 0x80

// errNotOwn is returned for a link that works in another browser only, or worked in
// this one.
var errNotOwn = errors.New("portal: the link works in the browser that it was shown to")

const (
	maxOwn  = 20                  // visits that a browser keeps, the newest
	ownLife = 90 * 24 * time.Hour // how long; a link ends by itself before
)

// owned is the cookie with the references of the visits that were booked with a browser.
func (p *Portal) owned() web.SealedCookie { return p.cookie("ziyara_own", "own visits") }

// ownPath returns the path of the page of a visit that was just booked, and has the
// browser keep that it may open it.
func (p *Portal) ownPath(c *fiber.Ctx, a slots.Appointment) (string, error) {
	var list []slots.Reference
	p.owned().Read(c, &list)
	list = append(slices.DeleteFunc(list, func(r slots.Reference) bool { return r == a.Reference }), a.Reference)
	if err := p.owned().Set(c, list[max(0, len(list)-maxOwn):], ownLife); err != nil {
		return "", err
	}
	return p.Links.path(about(a), Manage|own, a.Start.Add(openAfter)), nil
}

// mayOpen returns errNotOwn unless the browser has booked the visit r ("" for none), or has
// proved what it belongs to: its mobile, or the identity of the person for whom it counts.
func (p *Portal) mayOpen(c *fiber.Ctx, r slots.Reference, mobile string, of slots.Person) error {
	var list []slots.Reference
	if r != "" && p.owned().Read(c, &list) && slices.Contains(list, r) {
		return nil
	}
	if owner, _, ok := p.owner(c); ok && owner.Owns(mobile, of) {
		return nil
	}
	return errNotOwn
}

// inOne reports whether the link of a request works in one browser only.
func (p *Portal) inOne(c *fiber.Ctx) bool {
	to, _ := p.Links.read(c.Params("token"), p.Now())
	return to.inOne
}
