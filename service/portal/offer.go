package portal

import (
	"errors"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
)

// waiting returns the entry of the waitlist that an offer's link is about, and whether
// the link works in this browser only.
func (p *Portal) waiting(c *fiber.Ctx) (e slots.Entry, inOne bool, err error) {
	to, err := p.Links.read(c.Params("token"), p.Now())
	if err != nil {
		return e, to.inOne, err
	}
	if to.action != Offer {
		return e, to.inOne, secret.ErrToken
	}
	id, err := p.WaitlistEntryID(c.UserContext(), numberOf(to.payload))
	if err != nil {
		return e, to.inOne, err
	}
	e, err = p.Waitlist.Find(c.UserContext(), id, p.Now())
	if err == nil && e.LinkGeneration() != to.generation {
		err = errLinkEnded
	}
	if err != nil || !to.inOne {
		return e, to.inOne, err
	}
	visit := slots.Reference("")
	if e.Replaces != nil {
		visit = e.Replaces.Reference
	}
	return e, true, p.mayOpen(c, visit, e.Booking.Mobile, e.Booking.Person)
}

// showOffer shows the place that is held for a waiting visitor.
func (p *Portal) showOffer(c *fiber.Ctx) error {
	e, _, err := p.waiting(c)
	if err != nil {
		return err
	}
	return p.offer(c, e, http.StatusOK, "")
}

// offer writes the page of an offer, or a page that says it is over.
func (p *Portal) offer(c *fiber.Ctx, e slots.Entry, status int, notice string) error {
	offered := e.Offered(p.Now())
	switch {
	case e.State == slots.EntryBooked:
		return p.state(c, status, "page.offer_booked", e.Booking.Lang)
	case offered == nil:
		return p.state(c, max(status, http.StatusGone), "page.offer_over", e.Booking.Lang)
	}
	o := opened{Offer, false, slots.Appointment{
		Status: slots.Held, Service: e.Service, Branch: e.Branch, Start: offered.Start, End: offered.End,
		Party: e.Wish.Party, Lang: e.Booking.Lang,
	}}
	out := p.page(c, o, notice)
	out.Reference = "" // nothing is booked yet
	out.State = "page.offer_title"
	out.Chosen = offered.Start.UTC().Format(time.RFC3339)
	out.Until = web.MomentOf(offered.Expires, centreOf(c).Zone(e.Branch), out.Lang)
	if e.Replaces != nil {
		now := web.MomentOf(e.Replaces.Start, centreOf(c).Zone(e.Branch), out.Lang)
		out.Reference, out.Replaces = e.Replaces.Reference.String(), &now
	}
	return out.send(c, status, "offer")
}

// acceptOffer books the offered place, or moves the visit there, if it is the place
// that the visitor saw.
func (p *Portal) acceptOffer(c *fiber.Ctx) error {
	e, inOne, err := p.waiting(c)
	if err != nil {
		return err
	}
	if offered := e.Offered(p.Now()); offered != nil && c.FormValue("start") != offered.Start.UTC().Format(time.RFC3339) {
		return p.offer(c, e, http.StatusConflict, "page.offer_changed")
	}
	a, err := p.Waitlist.Accept(c.UserContext(), bookerOf(c), e.ID, p.NewReference(), nil, p.Now())
	_, invalid := errors.AsType[*slots.VisitorError](err)
	_, pausing := errors.AsType[*slots.PauseError](err)
	_, tooLate := errors.AsType[*slots.RuleError](err)
	switch {
	case err == nil:
		what := "booked"
		if e.Replaces != nil {
			what = "moved"
		}
		path := p.Links.visitPath(a)
		if inOne {
			if path, err = p.ownPath(c, a); err != nil {
				return err
			}
		}
		return seeOther(c, path+"?done="+what+"&lang="+web.Language(c, e.Booking.Lang))
	case errors.Is(err, slots.ErrPersonBusy):
		return p.offer(c, e, http.StatusConflict, "page.busy")
	case errors.Is(err, slots.ErrPersonLimit), errors.Is(err, slots.ErrMobileLimit), invalid, pausing:
		return p.offer(c, e, http.StatusConflict, "page.no_more")
	case errors.Is(err, slots.ErrNoOffer), errors.Is(err, slots.ErrOfferOver), errors.Is(err, slots.ErrNotWaiting),
		tooLate, errors.Is(err, slots.ErrNotBooked), errors.Is(err, slots.ErrArrived): // its visit can't be moved any more
		return p.state(c, http.StatusGone, "page.offer_over", e.Booking.Lang)
	}
	return err
}

// declineOffer declines the offered place, if it is the one that the visitor saw.
func (p *Portal) declineOffer(c *fiber.Ctx) error {
	e, _, err := p.waiting(c)
	if err != nil {
		return err
	}
	if offered := e.Offered(p.Now()); offered != nil && c.FormValue("start") != offered.Start.UTC().Format(time.RFC3339) {
		return p.offer(c, e, http.StatusConflict, "page.offer_changed")
	}
	if _, err = p.Waitlist.Decline(c.UserContext(), e.ID, p.Now()); err != nil && !errors.Is(err, slots.ErrNotWaiting) {
		return err
	}
	return p.finish(c, "declined")
}
