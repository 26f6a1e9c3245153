package portal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/service/secret"
	"ziyara/service/web"
	"ziyara/slots"
)

// window is how many dates one page of free starts covers.
const window = 14

// opened is the visit that a link is about.
type opened struct {
	action Action
	inOne  bool // the link works in this browser only
	slots.Appointment
}

// open reads the link of a request and the visit that it is about.
func (p *Portal) open(c *fiber.Ctx, do Action) (opened, error) {
	to, err := p.Links.read(c.Params("token"), p.Now())
	if err != nil {
		return opened{}, err
	}
	action, of := to.action, to.visit()
	if do != 0 && !action.allows(do) {
		return opened{}, secret.ErrToken
	}
	if do == 0 && (action == Offer || action == Survey || action == Mailbox) { // these are for one thing
		return opened{}, secret.ErrToken
	}
	a, err := bookerOf(c).Find(c.UserContext(), of.Reference)
	switch {
	case err != nil:
	case of != about(a):
		err = errLinkEnded
	case to.inOne:
		err = p.mayOpen(c, of.Reference, a.Mobile, a.Person)
	}
	return opened{action, to.inOne, a}, err
}

// ahead reports whether the visit, or the requested visit, is still to come.
func (p *Portal) ahead(o opened) bool { return o.Ahead(p.Now()) }

// show shows the visit, or the question of a link that is for one action.
func (p *Portal) show(c *fiber.Ctx) error {
	switch to, _ := p.Links.read(c.Params("token"), p.Now()); to.action {
	case Survey:
		return p.askSurvey(c)
	case Offer:
		return p.showOffer(c)
	case Manage, Confirm, Move, Cancel, Answer, Mailbox:
	}
	o, err := p.open(c, 0)
	if err != nil {
		return err
	}
	if p.ahead(o) && c.Query("done") == "" {
		switch {
		case o.action == Move && p.movable(c, o):
			return p.starts(c, o, http.StatusOK, "")
		case o.action == Cancel && p.cancellable(c, o):
			return p.confirmCancel(c, o)
		}
	}
	if p.onTheDay(c, o) {
		return p.showToday(c, o, http.StatusOK, done(c.Query("done")))
	}
	return p.visit(c, o, http.StatusOK, done(c.Query("done")))
}

// done returns the notice that follows an action, "" for any other text.
func done(what string) string {
	switch what {
	case "confirmed", "moved", "cancelled", "accepted", "refused", "waiting", "stopped", "back", "corrected", "email":
		return "page.done_" + what
	}
	return ""
}

// finish redirects to the page of the visit after an action, so that reloading
// the page does not repeat the action.
func (p *Portal) finish(c *fiber.Ctx, what string) error {
	return p.finishAt(c, linkPath+c.Params("token"), what)
}

// finishAt is finish for a visit whose page has another address now.
func (p *Portal) finishAt(c *fiber.Ctx, path, what string) error {
	q := url.Values{"done": {what}}
	if lang := c.FormValue("lang"); lang != "" {
		q.Set("lang", lang)
	}
	c.Set(fiber.HeaderLocation, path+"?"+q.Encode())
	return c.SendStatus(http.StatusSeeOther)
}

// confirm records that the visitor will come at the start that they saw.
func (p *Portal) confirm(c *fiber.Ctx) error {
	o, err := p.open(c, Confirm)
	if err != nil {
		return err
	}
	version, err := strconv.Atoi(c.FormValue("version"))
	if err != nil {
		version = 0
	}
	err = p.Confirm(c.UserContext(), o.Reference, version, p.Now())
	if errors.Is(err, slots.ErrNotBooked) { // it is not booked, or at another start
		return p.visit(c, o, http.StatusConflict, "page.changed")
	}
	if err != nil {
		return err
	}
	return p.finish(c, "confirmed")
}

// askCancel asks the visitor to confirm a cancellation.
func (p *Portal) askCancel(c *fiber.Ctx) error {
	o, err := p.open(c, Cancel)
	if err != nil {
		return err
	}
	if !p.ahead(o) || !p.cancellable(c, o) {
		return p.visit(c, o, http.StatusOK, "")
	}
	return p.confirmCancel(c, o)
}

// confirmCancel writes the page that shows what is lost and asks before it cancels.
func (p *Portal) confirmCancel(c *fiber.Ctx, o opened) error {
	out := p.page(c, o, "")
	if err := p.fillEarlier(c, &out, o); err != nil {
		return err
	}
	for _, r := range centreOf(c).CancellationReasons {
		out.Reasons = append(out.Reasons, web.Option{Value: r.Slug, Text: r.Name.In(out.Lang)})
	}
	return out.send(c, http.StatusOK, "cancel")
}

// cancel cancels the visit.
func (p *Portal) cancel(c *fiber.Ctx) error {
	o, err := p.open(c, Cancel)
	if err != nil {
		return err
	}
	reason := c.FormValue("reason")
	if _, ok := centreOf(c).CancellationReason(reason); !ok {
		reason = "" // it is for the centre, and no reason to refuse
	}
	_, err = bookerOf(c).Cancel(c.UserContext(), o.Reference, reason, p.Now())
	if broken, ok := errors.AsType[*slots.RuleError](err); ok && broken.Rule == slots.RuleCancelCutoff {
		return p.visit(c, o, http.StatusConflict, "page.too_late")
	}
	if errors.Is(err, slots.ErrNotBooked) || errors.Is(err, slots.ErrArrived) {
		return p.visit(c, o, http.StatusConflict, "page.changed")
	}
	if err != nil {
		return err
	}
	return p.finish(c, "cancelled")
}

// accept books the visit at the start that the department proposed.
func (p *Portal) accept(c *fiber.Ctx) error { return p.answer(c, (*slots.Booker).Accept, "accepted") }

// refuse declines the proposed start.
func (p *Portal) refuse(c *fiber.Ctx) error { return p.answer(c, (*slots.Booker).Refuse, "refused") }

// answer gives the visitor's answer to a proposal.
func (p *Portal) answer(
	c *fiber.Ctx, give func(*slots.Booker, context.Context, slots.Reference, time.Time) (slots.Appointment, error), what string,
) error {
	o, err := p.open(c, Answer)
	if err != nil {
		return err
	}
	_, err = give(bookerOf(c), c.UserContext(), o.Reference, p.Now())
	_, invalid := errors.AsType[*slots.VisitorError](err)
	switch {
	case err == nil:
		return p.finish(c, what)
	case errors.Is(err, slots.ErrNoProposal):
		return p.visit(c, o, http.StatusConflict, "page.changed")
	case errors.Is(err, slots.ErrPersonBusy):
		return p.visit(c, o, http.StatusConflict, "page.busy")
	case invalid: // such as a power of attorney that ends before
		return p.visit(c, o, http.StatusConflict, "page.no_more")
	}
	return err
}

// chooseStart shows the dates with free starts, or the starts of one date.
func (p *Portal) chooseStart(c *fiber.Ctx) error {
	o, err := p.open(c, Move)
	if err != nil {
		return err
	}
	if !p.ahead(o) || !p.movable(c, o) {
		return p.visit(c, o, http.StatusOK, "")
	}
	return p.starts(c, o, http.StatusOK, "")
}

// move moves the visit to the start that was chosen.
func (p *Portal) move(c *fiber.Ctx) error {
	o, err := p.open(c, Move)
	if err != nil {
		return err
	}
	start, err := time.Parse(time.RFC3339, c.FormValue("start"))
	if err != nil {
		return p.starts(c, o, http.StatusConflict, "page.taken")
	}
	_, err = bookerOf(c).Move(c.UserContext(), o.Reference, start, p.Now())
	broken, rule := errors.AsType[*slots.RuleError](err)
	switch {
	case err == nil:
		return p.finish(c, "moved")
	case errors.Is(err, slots.ErrTaken):
		return p.starts(c, o, http.StatusConflict, "page.taken")
	case errors.Is(err, slots.ErrPersonBusy):
		return p.starts(c, o, http.StatusConflict, "page.busy")
	case errors.Is(err, slots.ErrNotBooked), errors.Is(err, slots.ErrArrived):
		return p.visit(c, o, http.StatusConflict, "page.changed")
	case rule && broken.Rule == slots.RuleMoveCutoff:
		return p.visit(c, o, http.StatusConflict, "page.too_late")
	case rule:
		return p.starts(c, o, http.StatusConflict, "page.taken")
	}
	return err
}

// movable reports whether the visitor can move the visit with this link.
func (p *Portal) movable(c *fiber.Ctx, o opened) bool {
	s, ok := centreOf(c).Service(o.Service)
	return ok && o.action.allows(Move) && o.CanMove(s, p.Now()) == nil
}

// cancellable reports whether the visitor can cancel the visit, or withdraw the
// request, with this link.
func (p *Portal) cancellable(c *fiber.Ctx, o opened) bool {
	s, ok := centreOf(c).Service(o.Service)
	return ok && o.action.allows(Cancel) && o.CanCancel(s, p.Now()) == nil
}

// starts shows the dates with free starts, from the one that the request names or
// from today; or the free starts of the date that was chosen.
func (p *Portal) starts(c *fiber.Ctx, o opened, status int, notice string) error {
	today := scheduling.DateOf(p.Now(), centreOf(c).Zone(o.Branch))
	from := max(today, dateOf(c.Query("from"), today))
	query := slots.Query{
		Service: o.Service, Branch: o.Branch, From: from, To: from + window - 1, Party: o.Party, Channel: o.Channel, Needs: o.Needs,
	}
	day := dateOf(c.Query("day"), 0)
	if day != 0 {
		query.From, query.To = day, day
	}
	found, err := bookerOf(c).Search(c.UserContext(), query, p.Now())
	switch {
	case errors.Is(err, centre.ErrUnknownService), errors.Is(err, centre.ErrUnknownBranch), errors.Is(err, centre.ErrNotOffered):
		return p.visit(c, o, http.StatusConflict, "page.no_more")
	case err != nil:
		return err
	}
	page := p.page(c, o, notice)
	for _, d := range found.Days {
		page.add(d, found.Zone, o.Start)
	}
	if day != 0 && len(page.Times) > 0 {
		return page.send(c, status, "times")
	}
	page.Later, page.Before = from+window, max(today, from-window)
	page.First = from == today
	return page.send(c, status, "days")
}

// dateOf reads a date, and returns instead for any other text.
func dateOf(s string, instead scheduling.Date) scheduling.Date {
	d, err := scheduling.ParseDate(s)
	if err != nil {
		return instead
	}
	return d
}
