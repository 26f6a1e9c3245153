package portal

import (
	"errors"
	"maps"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/centre"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/once"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/textnorm"
)

// defaultWish is how many days a wish covers unless the visitor says otherwise.
const defaultWish = 30

// Parts of the day that a wish can be for.
const (
	anyTime   = "any"
	mornings  = "morning"
	afternoon = "afternoon"
)

// wishPage asks until when a visitor would like to wait, and who they are.
type wishPage struct {
	form

	Told, Away string // what came back, and what to do; "" for nothing
	First      string // the first date that can be wished, YYYY-MM-DD
	Last       string
}

// dates returns the wish that was typed, and what is wrong with it.
func (d draft) dates(p web.Page, today scheduling.Date, wrong map[string]string) slots.Wish {
	w := slots.Wish{From: today, To: today + defaultWish, Latest: scheduling.Clock(24, 0)}
	for _, f := range []struct {
		name, text string
		dest       *scheduling.Date
	}{{"from", d.Typed.From, &w.From}, {"to", d.Typed.To, &w.To}} {
		if f.text == "" {
			continue
		}
		date, err := scheduling.ParseDate(f.text)
		if err != nil {
			wrong[f.name] = p.T("portal.date_wrong")
			continue
		}
		*f.dest = date
	}
	if w.To < w.From && wrong["to"] == "" {
		wrong["to"] = p.T("portal.to_before_from")
	}
	switch d.Typed.Part {
	case mornings:
		w.Latest = scheduling.Clock(11, 59)
	case afternoon:
		w.Earliest = scheduling.Clock(12, 0)
	}
	return w
}

// askWish shows the form to wait for a place.
func (p *Portal) askWish(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	d := p.draftOf(c)
	zone := centreOf(c).Zone(choice.Branch.Slug)
	today := scheduling.DateOf(p.Now(), zone)
	out := wishPage{form: p.form(c, choice, d, time.Time{})}
	out.Title = out.T("portal.wait_page_title")
	out.Done = choice.at(choice.Branch.Slug, "/wait")
	out.Send = choice.at(choice.Branch.Slug, "/wait/code")
	out.KeepAt = keptAt(c, choice.at(choice.Branch.Slug, "/wait"+typedPath))
	if out.Code != nil {
		out.Code.Resend = out.Send
	}
	wrong := map[string]string{}
	wish := d.dates(out.Page, today, wrong)
	if out.Wrong != nil {
		maps.Copy(out.Wrong, wrong)
	}
	if out.Typed.From == "" {
		out.Typed.From = wish.From.String()
	}
	if out.Typed.To == "" {
		out.Typed.To = wish.To.String()
	}
	if out.Typed.Part == "" {
		out.Typed.Part = anyTime
	}
	out.First, out.Last = today.String(), (today + scheduling.Date(choice.Service.Horizon/(24*time.Hour))).String()
	if d.Told != "" && d.At == choice.at(choice.Branch.Slug, "/wait") {
		out.Told, out.Away = told(out.Page, d, zone)
	}
	out.sumUp()
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// wishIn reads the fields of a form about a service, with those of the wish.
func wishIn(c *fiber.Ctx, service string) typed {
	t := typedIn(c, service)
	if c.FormValue("part") == "" { // not a form with a wish
		return t
	}
	t.From, t.To = typedLine(textnorm.Symbols(c.FormValue("from")), maxTyped), typedLine(textnorm.Symbols(c.FormValue("to")), maxTyped)
	switch part := c.FormValue("part"); part {
	case mornings, afternoon:
		t.Part = part
	default:
		t.Part = anyTime
	}
	return t
}

// keepWish keeps what was typed, as it is, and leads back to the form.
func (p *Portal) keepWish(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	d := p.draftOf(c)
	d.Typed = wishIn(c, choice.Service.Slug)
	return p.keepAndReturn(c, d)
}

// sendWishCode keeps what was typed and sends a code.
func (p *Portal) sendWishCode(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	d := p.draftOf(c)
	d.Typed = wishIn(c, choice.Service.Slug)
	wrong := map[string]string{}
	today := scheduling.DateOf(p.Now(), centreOf(c).Zone(choice.Branch.Slug))
	d.dates(p.frameOf(c, ""), today, wrong)
	back := choice.at(choice.Branch.Slug, "/wait")
	if len(wrong) > 0 {
		return p.back(c, d, back, "mistakes")
	}
	return p.sendTo(c, d, choice, 0, back)
}

// join puts the visitor on the waitlist.
func (p *Portal) join(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	d, now := p.draftOf(c), p.Now()
	d.Typed, d.Told = wishIn(c, choice.Service.Slug), ""
	page, back := p.frameOf(c, ""), choice.at(choice.Branch.Slug, "/wait")
	who := p.whoComes(c, d.Typed)
	if c.FormValue(personField) != p.markOfPerson(who) {
		d.Told = "portal.sign_in_changed"
		return p.back(c, d, back, "told")
	}
	booking, wrong := p.bookingOf(d.Typed, who, page, choice.Service, 0)
	wish := d.dates(page, scheduling.DateOf(now, centreOf(c).Zone(choice.Branch.Slug)), wrong)
	if len(wrong) > 0 {
		return p.back(c, d, back, "mistakes")
	}
	proved, err := p.prove(c, &d, notify.Mobile(booking.Mobile))
	if err != nil {
		return err
	}
	if !proved && d.Code.Mobile != booking.Mobile {
		return p.sendTo(c, d, choice, 0, back)
	}
	if !proved {
		return p.back(c, d, back, web.CodeField)
	}
	wish.Party = choice.Party
	booking.Needs = choice.Needs
	entry, err := p.Waitlist.Join(c.UserContext(), bookerOf(c), slots.JoinRequest{
		Service: choice.Service.Slug, Branch: choice.Branch.Slug, Wish: wish, Booking: booking,
	}, tappedOnce(p, "entry of a browser", func(e slots.Entry) string { return e.ID },
		d.Browser, back, d.Typed.From, d.Typed.To, d.Typed.Part, string(booking.Person)), now)
	before, repeated := errors.AsType[*once.RepeatedError](err)
	_, paused := errors.AsType[*slots.PausedError](err)
	_, rule := errors.AsType[*slots.RuleError](err)
	_, invalid := errors.AsType[*slots.VisitorError](err)
	switch {
	case err == nil, repeated:
		id := entry.ID
		if repeated {
			id = string(before.Answer)
		}
		if err = p.keep(c, d.done(d.Visit)); err != nil {
			return err
		}
		return seeOther(c, waitingPath+"/"+id+"."+p.Keys.Token(useEntry, id+" "+d.Browser))
	case errors.Is(err, slots.ErrAlreadyWaiting):
		d.Told = "portal.already_waiting"
	case errors.Is(err, slots.ErrPersonLimit):
		d.Told = "portal.person_limit"
	case errors.Is(err, slots.ErrMobileWaits):
		d.Told = "portal.mobile_waits"
	case paused:
		d.Told = "portal.wish_paused"
	case rule, errors.Is(err, slots.ErrRange), invalid:
		d.Told = "portal.wish_wrong"
	default:
		return err
	}
	return p.back(c, d, back, "told")
}

// useEntry is what the tag in the address of an entry of the waiting list is for.
const useEntry = "joined by a browser"

// waitingPage says what a visitor waits for.
type waitingPage struct {
	web.Page

	Service, Branch, Days, Part, Who string // Service is "" if the page is not of an entry
}

// waitingNow says what a visitor waits for, in the browser that joined, as long as the
// entry waits. To others it says where they find that.
func (p *Portal) waitingNow(c *fiber.Ctx) error {
	out := waitingPage{Page: p.frameOf(c, "")}
	out.Title = out.T("portal.wait_page_title")
	id, tag, _ := strings.Cut(c.Params("entry"), ".")
	if id == "" || !p.Keys.Match(useEntry, id+" "+p.draftOf(c).Browser, tag) {
		return web.Send(c, http.StatusOK, out.Lang, out.page())
	}
	e, err := p.Waitlist.Find(c.UserContext(), id, p.Now())
	if err != nil && !errors.Is(err, fault.ErrNotFound) {
		return err
	}
	if err == nil && e.State == slots.Waiting {
		out.about(e, centreOf(c))
	}
	return web.Send(c, http.StatusOK, out.Lang, out.page())
}

// about tells of an entry.
func (w *waitingPage) about(e slots.Entry, s *centre.Snapshot) {
	w.Title = w.T("portal.waiting")
	w.Service, w.Branch = s.ServiceName(e.Service).In(w.Lang), s.BranchName(e.Branch).In(w.Lang)
	from, to := web.DateMoment(e.Wish.From, w.Lang).Date(), web.DateMoment(e.Wish.To, w.Lang).Date()
	if w.Days = from; e.Wish.From != e.Wish.To {
		w.Days = w.T("mine.wish", "From", from, "To", to)
	}
	w.Who = w.T("portal.visitors", "Count", e.Wish.Party)
	switch part := partOf(e.Wish); part {
	case mornings:
		w.Part = w.T("portal.mornings")
	case afternoon:
		w.Part = w.T("portal.afternoons")
	default:
		w.Part = w.T("portal.any_time")
	}
}

// partOf returns the part of the day that a wish is for.
func partOf(w slots.Wish) string {
	switch {
	case w.Earliest > 0:
		return afternoon
	case w.Latest < scheduling.Clock(24, 0):
		return mornings
	}
	return anyTime
}
