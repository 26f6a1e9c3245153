package portal

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

const (
	useHold = "held by a browser" // what the tag in the address of a hold is for
	// mostAgain bounds how often one browser holds the same start: each time after
	// the hold before is over.
	mostAgain = 8
	// againAfter is when to try again after that: keys are kept for a day, so it is
	// better to choose another start.
	againAfter = time.Hour
	// mostHolds is how many services one browser has holds of at once, such as in
	// several tabs; one more gives the oldest back.
	mostHolds = 3
	// nearestShown is how many other starts are offered for one that is taken.
	nearestShown = 3
)

// hold holds the start that was pressed and goes on to the details. Pressing it twice
// holds it once, and choosing another gives the first one back.
func (p *Portal) hold(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	start, err := time.Parse(time.RFC3339, c.FormValue("start"))
	if err != nil {
		return seeOther(c, choice.at(choice.Branch.Slug, ""))
	}
	d := p.draftOf(c)
	wish := choice.wish()
	wish.Start = start.UTC()
	a, err := p.holdFor(c, wish, d.Browser, true)
	if proved := p.mobileProved(c, d); errors.Is(err, slots.ErrProofFirst) && proved != "" {
		wish.Mobile = string(proved)
		a, err = p.holdFor(c, wish, d.Browser, true)
	}
	if err != nil {
		return p.notHeld(c, choice, wish.Start, d, err)
	}
	return p.goOn(c, d, a)
}

// goOn keeps that a browser has a hold, gives an earlier one back, and goes to its
// page.
func (p *Portal) goOn(c *fiber.Ctx, d draft, a slots.Appointment) error {
	p.takeUp(c, &d, a)
	if err := p.keep(c, d); err != nil {
		return err
	}
	return seeOther(c, p.pathOf(a.ID, d.Browser))
}

// takeUp notes in a draft that the browser has a hold, and gives an earlier one back.
func (p *Portal) takeUp(c *fiber.Ctx, d *draft, a slots.Appointment) {
	before := slices.IndexFunc(d.Holds, func(h held) bool { return h.Service == a.Service })
	if before < 0 && len(d.Holds) == mostHolds {
		before = 0
	}
	if before >= 0 {
		if d.Holds[before].ID != a.ID {
			p.release(c, d.Holds[before].ID)
		}
		d.Holds = slices.Delete(d.Holds, before, before+1)
	}
	d.Holds, d.Told = append(d.Holds, heldOf(a)), ""
}

// release gives a hold back, if it still stands.
func (p *Portal) release(c *fiber.Ctx, id string) {
	if err := bookerOf(c).Release(c.UserContext(), id); errors.Is(err, fault.ErrUnavailable) {
		p.Log.WarnContext(c.UserContext(), "a hold was not given back; it will expire", "error", err)
	}
}

// holdFor holds a start for a browser. Asked again, it returns the same hold as long
// as it stands; it holds the start anew when the hold is over. Of a hold that became a
// visit, it returns the visit, or, for another visitor with the same browser, holds the
// start anew. It returns the errors of Booker.Hold.
func (p *Portal) holdFor(c *fiber.Ctx, wish slots.HoldRequest, browser string, another bool) (slots.Appointment, error) {
	now := p.Now()
	wish.Address = p.Keys.Fingerprint(web.ClientAddress(c))
	previous := ""
	for range mostAgain {
		request := tappedOnce(p, "hold of a browser", func(a slots.Appointment) string { return a.ID }, browser,
			wish.Service, wish.Branch, wish.Start.Format(time.RFC3339), strconv.Itoa(wish.Party), strings.Join(wish.Needs, " "), previous)
		a, err := bookerOf(c).Hold(c.UserContext(), wish, request, now)
		repeated, ok := errors.AsType[*once.RepeatedError](err)
		if !ok {
			p.Counts.Held(centreOf(c), wish.Service, wish.Branch, wish.Channel, err, now)
			return a, err
		}
		a, err = bookerOf(c).FindHold(c.UserContext(), string(repeated.Answer))
		if err != nil || !over(a, now) && (a.Status == slots.Held || !another) {
			return a, err
		}
		previous = a.ID
	}
	return slots.Appointment{}, &slots.HoldLimitError{Limit: mostAgain, RetryAfter: againAfter}
}

// tappedOnce makes a request of a browser repeatable: all that asks for the same, such as a
// second tap, gets the id that the first made.
func tappedOnce[T any](p *Portal, use string, id func(T) string, same ...string) *once.Request[T] {
	text := strings.Join(same, "\n")
	return &once.Request[T]{
		Key: p.Keys.Hash(use, text), Fingerprint: sha256.Sum256([]byte(text)),
		Answer: func(made T) ([]byte, error) { return []byte(id(made)), nil },
	}
}

// over reports whether a hold stands no longer and no visit came of it that can
// still take place.
func over(a slots.Appointment, now time.Time) bool {
	if a.Status == slots.Held {
		return !now.Before(a.Expires)
	}
	return a.Status != slots.Requested && a.Status != slots.Booked
}

// notHeld answers for a start that could not be held.
func (p *Portal) notHeld(c *fiber.Ctx, choice chosen, start time.Time, d draft, err error) error {
	limit, many := errors.AsType[*slots.HoldLimitError](err)
	_, paused := errors.AsType[*slots.PausedError](err)
	_, rule := errors.AsType[*slots.RuleError](err)
	switch {
	case paused: // the page of days says until when, and why
		if err = p.keep(c, d); err != nil {
			return err
		}
		return seeOther(c, choice.at(choice.Branch.Slug, ""))
	case errors.Is(err, slots.ErrTaken), rule:
		if err = p.keep(c, d); err != nil {
			return err
		}
		return seeOther(c, choice.at(choice.Branch.Slug, "/taken", "start", start.Format(time.RFC3339)))
	case errors.Is(err, slots.ErrProofFirst):
		return p.toFirst(c, choice, start, d)
	case many:
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(max(1, int(limit.RetryAfter/time.Second))))
		return p.says(c, http.StatusTooManyRequests, "portal.too_many_holds", "Wait", texts.Wait(max(time.Second, limit.RetryAfter)))
	case errors.Is(err, centre.ErrUnknownService), errors.Is(err, centre.ErrUnknownBranch), errors.Is(err, centre.ErrNotOffered):
		return fault.ErrNotFound
	}
	return err
}

// seeOther leads to another page of this site.
func seeOther(c *fiber.Ctx, address string) error {
	c.Set(fiber.HeaderLocation, address)
	return c.SendStatus(http.StatusSeeOther)
}

// pathOf is the address of the page of a hold in the browser that made it.
func (p *Portal) pathOf(id, browser string) string {
	return holdPath + id + "." + p.Keys.Token(useHold, id+" "+browser)
}

// own returns the hold of the address, if the browser made it: errForeign otherwise.
func (p *Portal) own(c *fiber.Ctx, d draft) (slots.Appointment, error) {
	id, tag, _ := strings.Cut(c.Params("hold"), ".")
	if !p.Keys.Match(useHold, id+" "+d.Browser, tag) {
		return slots.Appointment{}, errForeign
	}
	return bookerOf(c).FindHold(c.UserContext(), id)
}

// errForeign is returned for the hold of another browser.
var errForeign = errors.New("portal: the hold of another browser")

// takenPage offers the nearest starts instead of one that is taken.
type takenPage struct {
	web.Page
	chosen

	Was    string // the time that is taken
	Others []other
	Kept   typed // what was typed so far
	Proved bool  // its mobile is proved
}

// other is a start instead.
type other struct {
	web.Moment

	Value string // RFC 3339
	Away  string // how it differs, in words; "" for nothing worth telling
}

// taken shows the free starts nearest to one that is taken, with what was typed.
func (p *Portal) taken(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	start, err := time.Parse(time.RFC3339, c.Query("start"))
	if err != nil {
		return seeOther(c, choice.at(choice.Branch.Slug, ""))
	}
	wish := choice.wish()
	wish.Start = start.UTC()
	near, err := bookerOf(c).Nearest(c.UserContext(), wish, p.Now())
	if err != nil {
		return err
	}
	if len(near) > 0 && near[0].Start.Equal(wish.Start) { // it has come back
		day := scheduling.DateOf(start, centreOf(c).Zone(choice.Branch.Slug)).String()
		return seeOther(c, choice.at(choice.Branch.Slug, "", "day", day)+"#day")
	}
	zone := centreOf(c).Zone(choice.Branch.Slug)
	out := takenPage{Page: p.frameOf(c, ""), chosen: choice, Was: texts.ClockAt(start.In(zone)).In(p.frameOf(c, "").Lang)}
	out.Title = out.T("portal.taken_title", "Time", out.Was)
	for _, s := range near[:min(len(near), nearestShown)] {
		out.Others = append(out.Others, other{
			Moment: web.MomentOf(s.Start, zone, out.Lang), Value: s.Start.UTC().Format(time.RFC3339),
			Away: away(wish.Start, s.Start, zone).In(out.Lang),
		})
	}
	d := p.draftOf(c)
	out.Kept = d.Typed
	if m, bad := p.mobileIn(d.Typed); bad == nil {
		out.Proved = p.proves(c, d, m)
	}
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// away says how a start differs from another.
func away(from, to time.Time, zone *time.Location) texts.Text {
	days := scheduling.DateOf(to, zone) - scheduling.DateOf(from, zone)
	h, m, _ := from.In(zone).Clock()
	hh, mm, _ := to.In(zone).Clock()
	same := h == hh && m == mm
	switch {
	case days == 0:
		return texts.Visitors("portal.same_day")
	case days == 1 && same:
		return texts.Visitors("portal.next_day_same_time")
	case same:
		return texts.Visitors("portal.same_time")
	}
	return texts.Text{}
}

// choiceOf returns what a hold is for; fault.ErrNotFound if the centre does not offer
// it any more.
func choiceOf(s *centre.Snapshot, a slots.Appointment) (chosen, error) {
	service, ok := s.Service(a.Service)
	if !ok {
		return chosen{}, fault.ErrNotFound
	}
	branch, ok := s.Branch(a.Branch)
	if !ok {
		return chosen{}, fault.ErrNotFound
	}
	return chosen{Service: service, Branch: branch, Party: a.Party, Needs: a.Needs}, nil
}

// wishOf is the request for the place of a hold.
func wishOf(a slots.Appointment) slots.HoldRequest {
	return slots.HoldRequest{Service: a.Service, Branch: a.Branch, Start: a.Start, Party: a.Party, Channel: catalog.Public, Needs: a.Needs}
}
