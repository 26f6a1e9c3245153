package portal

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/service/saved"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// mapOf returns the address of a map that shows an address, "" for none. Branches
// have no coordinates, so a search has to find it, and it finds the ministry's
// building best by its name. Nothing of the map is loaded before it is pressed.
func mapOf(name, address string) string {
	if address == "" {
		return ""
	}
	query := url.Values{"api": {"1"}, "query": {name + " " + address}}
	return "https://www.google.com/maps/search/?" + query.Encode()
}

// length says how long a visit takes and how many come.
func length(a slots.Appointment) texts.Text {
	who := texts.Visitors("portal.visitors", "Count", a.Party)
	if !a.End.After(a.Start) {
		return who
	}
	return texts.List([]texts.Text{minutes(a.End.Sub(a.Start)), who}, texts.Comma())
}

// seal returns the sign beside the title of a visit, and the title.
func (p page) seal() (web.Tone, web.Icon, string) {
	switch p.State {
	case "page.state_booked", "page.state_confirmed", "page.state_here":
		return web.Good, web.Check, p.Title
	case "page.state_requested":
		return web.Warning, web.Hourglass, p.Title
	case "page.state_displaced":
		return web.Warning, web.Alert, p.Title
	case "page.state_past":
		return web.Neutral, web.Clock, p.Title
	}
	return web.Neutral, web.Close, p.Title
}

// main is the kind of the button that most people press next: nothing else on the
// page waits for them.
func (p page) main() web.Kind {
	if p.CanConfirm {
		return web.Other
	}
	return p.confirming()
}

// confirming is the kind of the button to confirm: what is offered comes first.
func (p page) confirming() web.Kind {
	if p.Proposed != nil || p.Earlier.Offered != nil {
		return web.Other
	}
	return web.First
}

// about says below the title what follows from the state of a visit that is to
// come: "" for nothing.
func (p *Portal) about(c *fiber.Ctx, out page, o opened) string {
	switch {
	case o.Status == slots.Requested && o.Mobile != "":
		return out.T("ticket.answer_by", "Until", deadline(o.AnswerBy, centreOf(c).Zone(o.Branch), out.Lang))
	case c.Query("done") != "booked":
		return ""
	case o.Mobile != "":
		return out.T("ticket.sent_to", "Mobile", notify.Mobile(o.Mobile).MaskedHere())
	}
	return out.T("ticket.no_mobile")
}

// deadline writes an instant as a part of a sentence.
func deadline(at time.Time, zone *time.Location, lang string) string {
	m := web.MomentOf(at, zone, lang)
	return texts.Visitors("ticket.deadline", "Date", m.Near, "Time", m.Time).In(lang)
}

// deadlines says until when the visitor can move and cancel the visit with their
// link, and what it is too late for.
func (p *Portal) deadlines(c *fiber.Ctx, out page, o opened) []string {
	service, ok := centreOf(c).Service(o.Service)
	if !ok {
		service = nil
	}
	zone := centreOf(c).Zone(o.Branch)
	moving, cancelling := o.MoveBefore(service), o.CancelBefore(service)
	until := func(key string, at time.Time) string { return out.T(key, "Until", deadline(at, zone, out.Lang)) }
	var list []string
	if key := tooLate(o, out.CanMove, out.CanCancel); key != "" {
		list = append(list, out.T(key))
	}
	switch {
	case out.CanMove && out.CanCancel && moving.Equal(cancelling):
		return append(list, until("ticket.change_until", moving))
	case out.CanMove && out.CanCancel:
		return append(list, until("ticket.move_until", moving), until("ticket.cancel_until", cancelling))
	case out.CanMove:
		return append(list, until("ticket.move_until", moving))
	case out.CanCancel && out.Request:
		return append(list, until("ticket.withdraw_until", cancelling))
	case out.CanCancel:
		return append(list, until("ticket.cancel_until", cancelling))
	}
	return list
}

// tooLate returns the key of the text that says what it is too late for with the link
// of a booked visit, "" for nothing.
func tooLate(o opened, canMove, canCancel bool) string {
	moveOver, cancelOver := o.action.allows(Move) && !canMove, o.action.allows(Cancel) && !canCancel
	switch {
	case o.Status != slots.Booked:
		return ""
	case moveOver && canCancel:
		return "page.late_move"
	case cancelOver && canMove:
		return "page.late_cancel"
	case moveOver || cancelOver:
		return "page.late"
	}
	return ""
}

// waiting is how a visitor stands with an earlier start, as their page shows it.
type waiting struct {
	Possible bool        // they can ask for one
	Until    string      // they wait until then; "" if they don't
	Offered  *web.Moment // a start that is offered to them; nil for none
	Ends     string      // the time of day at which the offer ends
	Offer    string      // path of its page
}

// fillEarlier finds out how the visitor stands with an earlier start, if the visit
// can have one.
func (p *Portal) fillEarlier(c *fiber.Ctx, out *page, o opened) error {
	if !out.Certain || !out.CanMove {
		return nil
	}
	stands, err := p.Waitlist.Earlier(c.UserContext(), bookerOf(c), o.Appointment, p.Now())
	if err != nil {
		return err
	}
	out.Earlier.Possible = stands.Possible
	if stands.Entry == nil {
		return nil
	}
	zone := centreOf(c).Zone(stands.Entry.Branch)
	out.Earlier.Until = deadline(stands.Entry.Ends, zone, out.Lang)
	if offered := stands.Entry.Offered(p.Now()); offered != nil {
		m := web.MomentOf(offered.Start, zone, out.Lang)
		out.Earlier.Ends = web.MomentOf(offered.Expires, zone, out.Lang).Time
		offer := Offer
		if o.inOne {
			offer |= own
		}
		out.Earlier.Offered, out.Earlier.Offer = &m, p.Links.offerPath(stands.Entry.Number, stands.Entry.LinkGeneration(), offer, offered.Expires)
	}
	return nil
}

// waitEarlier puts the visitor on the waitlist for any earlier start of the visit.
func (p *Portal) waitEarlier(c *fiber.Ctx) error {
	o, err := p.open(c, Move)
	if err != nil {
		return err
	}
	_, err = p.Waitlist.JoinEarlier(c.UserContext(), bookerOf(c), slots.EarlierRequest{
		Visit: o.Reference, Latest: scheduling.Clock(24, 0),
	}, nil, p.Now())
	broken, rule := errors.AsType[*slots.RuleError](err)
	_, requested := errors.AsType[*slots.RequestedError](err)
	switch {
	case err == nil:
		return p.finish(c, "waiting")
	case errors.Is(err, slots.ErrAlreadyWaiting):
		stands, err := p.Waitlist.Earlier(c.UserContext(), bookerOf(c), o.Appointment, p.Now())
		if err != nil {
			return err
		}
		if stands.Entry != nil { // pressed twice
			return p.finish(c, "waiting")
		}
		return p.visit(c, o, fiber.StatusConflict, "ticket.waits_already")
	case rule && broken.Rule == slots.RuleMoveCutoff:
		return p.visit(c, o, fiber.StatusConflict, "page.too_late")
	case rule:
		return p.visit(c, o, fiber.StatusConflict, "ticket.nothing_earlier")
	case requested, errors.Is(err, slots.ErrNotBooked), errors.Is(err, slots.ErrArrived):
		return p.visit(c, o, fiber.StatusConflict, "page.changed")
	case errors.Is(err, slots.ErrNoMobile):
		return p.visit(c, o, fiber.StatusConflict, "page.no_more")
	}
	return err
}

// stopWaiting takes the visitor off the waitlist for an earlier start of the visit.
func (p *Portal) stopWaiting(c *fiber.Ctx) error {
	o, err := p.open(c, Move)
	if err != nil {
		return err
	}
	stands, err := p.Waitlist.Earlier(c.UserContext(), bookerOf(c), o.Appointment, p.Now())
	if err != nil {
		return err
	}
	if stands.Entry != nil {
		if err = p.Waitlist.Leave(c.UserContext(), stands.Entry.ID, p.Now()); err != nil {
			return err
		}
	}
	return p.finish(c, "stopped")
}

// canAgain reports whether this browser may use the details of a visit again: it has
// typed them. The link alone does not give away who comes.
func (p *Portal) canAgain(c *fiber.Ctx, o opened) bool {
	return o.action == Manage && p.draftOf(c).Visit == o.Reference
}

// bookAgain begins another booking with the details of the visit.
func (p *Portal) bookAgain(c *fiber.Ctx) error {
	o, err := p.open(c, Manage)
	if err != nil {
		return err
	}
	if !p.canAgain(c, o) {
		return p.visit(c, o, http.StatusForbidden, "ticket.not_again")
	}
	d, v := p.draftOf(c), o.Visitor
	d.Typed = typed{Name: v.Name, ID: v.Identity.Number, Mobile: o.Mobile, Email: v.Email}
	if err = p.keep(c, d); err != nil {
		return err
	}
	return seeOther(c, "/")
}

// calendar sends the visit as a calendar file.
func (p *Portal) calendar(c *fiber.Ctx) error {
	o, err := p.open(c, 0)
	if err != nil {
		return err
	}
	file, err := saved.Calendar(centreOf(c), o.Appointment, web.Language(c, o.Lang), p.EntryHost)
	return sendFile(c, file, err)
}

// code sends the QR code of the visit.
func (p *Portal) code(c *fiber.Ctx) error {
	o, err := p.open(c, 0)
	if err != nil {
		return err
	}
	file, err := saved.CodeSVG(o.Reference)
	return sendFile(c, file, err)
}

func sendFile(c *fiber.Ctx, file saved.File, err error) error {
	if err != nil {
		return err
	}
	for name, value := range file.Headers() {
		c.Set(name, value)
	}
	return c.Send(file.Body)
}
