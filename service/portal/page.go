package portal

import (
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// page is what the pages of a link show.
type page struct {
	web.Page

	Token  string
	Notice string   // key of a text, "" for none
	Tone   web.Tone // of the notice
	State  string   // key of the text for the state of the visit

	Service, Branch, Address string
	Length                   string // how long the visit takes, and how many come
	Map                      string // address of a map of the branch; "" for none
	When                     web.Moment
	Reference                string
	Party                    int
	Version                  int
	Requirements             []string
	Proposed                 *web.Moment // a proposed start that waits for an answer; nil for none
	Reason                   string      // why the request was declined or the start was lost
	CanRefuse                bool        // the proposed start can be refused, and the visit stays as it is

	CanConfirm, CanMove, CanCancel, CanCorrect bool

	Reasons []web.Option // for cancelling

	About     string   // a sentence below the title, "" for none
	Certain   bool     // the visit is booked and to come: it has a code and a calendar entry
	Deadlines []string // sentences: until when it can be moved and cancelled, and what it is too late for
	Earlier   waiting  // for an earlier start

	Again   bool // this browser booked the visit: it can book another with the same details
	Request bool // the visit waits for an approval: cancelling it withdraws a request
	InOne   bool // the page opens in this browser only, which can be told to forget it
	Over    bool // the visit will not take place, or took place: another one can be booked

	Days          []day
	Times         []web.Choice
	Before, Later scheduling.Date
	First         bool

	// Of an offer: its start, as the form sends it back, and when it expires.
	Chosen string
	Until  web.Moment
	// Replaces is the present time of the visit that an offer moves; nil for none.
	Replaces *web.Moment

	Email string // an address to be confirmed, and the tag of it in the link
	Tag   string

	Survey questions
	Today  today // on the day of the visit
}

// day is a date with free starts.
type day struct {
	Date   scheduling.Date
	Shown  web.Moment
	Places int
}

// Free returns the text for a number of free starts.
func (p page) Free(n int) string { return p.T("page.free", "Count", n) }

// at is the path below the link at which a form acts.
func (p page) at(path string) string { return linkPath + p.Token + path }

// show is the address of a page below the link, with a query to which more can
// be added.
func (p page) show(path string) string { return p.at(path) + "?lang=" + p.Lang }

// keepOnly is in the address of a form that is to be shown again as it is.
const keepOnly = "kept"

// onlyKept reports whether a form was sent to be shown again as it is.
func onlyKept(c *fiber.Ctx) bool { return c.Query(keepOnly) != "" }

// add adds the free starts of a date, except the present start of the visit.
func (p *page) add(d slots.DaySlots, zone *time.Location, but time.Time) {
	shown := web.MomentOf(d.Slots[0].Start, zone, p.Lang)
	n := 0
	for _, s := range d.Slots {
		if s.Start.Equal(but) {
			continue
		}
		n++
		p.Times = append(p.Times, web.Choice{Value: s.Start.UTC().Format(time.RFC3339), Shown: web.MomentOf(s.Start, zone, p.Lang).Time})
	}
	if n > 0 {
		p.Days = append(p.Days, day{Date: d.Date, Shown: shown, Places: n})
	}
}

// page returns what every page about a visit shows.
func (p *Portal) page(c *fiber.Ctx, o opened, notice string) page {
	out := p.frame(c, o.Lang)
	out.Notice, out.Tone = notice, web.Warning
	if strings.HasPrefix(notice, "page.done_") {
		out.Tone = web.Good
	}
	out.InOne = o.inOne
	out.Reference, out.Party, out.Version = o.Reference.String(), o.Party, o.StartVersion
	centre := centreOf(c)
	if s, ok := centre.Service(o.Service); ok {
		out.Service = s.Name.In(out.Lang)
		for _, r := range s.Requirements {
			out.Requirements = append(out.Requirements, r.Name.In(out.Lang))
		}
	}
	zone := centre.Zone(o.Branch)
	if b, ok := centre.Branch(o.Branch); ok {
		out.Branch, out.Address = b.Name.In(out.Lang), b.Address.In(out.Lang)
		out.Map = mapOf(out.Name.In(out.Lang), out.Address)
	}
	out.Length = length(o.Appointment).In(out.Lang)
	out.When = web.MomentOf(o.Start, zone, out.Lang)
	if p.ahead(o) {
		out.CanMove, out.CanCancel, out.CanCorrect = p.movable(c, o), p.cancellable(c, o), p.correctable(o)
		out.CanConfirm = o.action.allows(Confirm) && o.CanConfirm(p.Now()) == nil
		out.Request = o.Status == slots.Requested
		out.Certain = o.Status == slots.Booked && !o.Displaced()
		out.Deadlines = p.deadlines(c, out, o)
	}
	if proposal := o.Appointment.Proposed(p.Now()); proposal != nil && o.action.allows(Answer) {
		proposed := web.MomentOf(proposal.Start, zone, out.Lang)
		out.Proposed, out.CanRefuse = &proposed, o.Status == slots.Requested
	}
	if o.Change != nil {
		out.Reason = o.Change.Reason.In(out.Lang)
	}
	for _, e := range o.History {
		if e.Kind == slots.WasDeclined && o.Status == slots.Declined { // other reasons are for staff only
			out.Reason = e.Reason
		}
	}
	return out
}

// frame returns what every page has.
func (p *Portal) frame(c *fiber.Ctx, lang string) page {
	out := page{Page: web.NewPage(c, p.Site, lang, ""), Token: c.Params("token")}
	if out.Here == "" { // the answer to a form
		out.Here = linkPath + out.Token
	}
	return out
}

// visit writes a page about a visit.
func (p *Portal) visit(c *fiber.Ctx, o opened, status int, notice string) error {
	if notice == "page.changed" || notice == "page.too_late" { // the visit was read before it changed
		var err error
		if o.Appointment, err = bookerOf(c).Find(c.UserContext(), o.Reference); err != nil {
			return err
		}
	}
	out := p.page(c, o, notice)
	confirmed := false
	if p.ahead(o) {
		var err error
		if confirmed, err = p.Confirmed(c.UserContext(), o.Reference); err != nil {
			return err
		}
	}
	out.State = stateOf(o, p.ahead(o), confirmed)
	switch out.State {
	case "page.state_cancelled", "page.state_declined", "page.state_past":
		out.Over = true
	}
	out.CanConfirm = out.CanConfirm && !confirmed
	if err := p.fillEarlier(c, &out, o); err != nil {
		return err
	}
	if p.ahead(o) {
		out.About = p.about(c, out, o)
	}
	out.Again = p.canAgain(c, o)
	if c.Query("done") == "booked" { // they have just chosen the time
		out.CanConfirm = false
	}
	out.Script = true
	web.AllowScript(c)
	return out.send(c, status, "visit")
}

// stateOf returns the key of the text for the state of a visit.
func stateOf(o opened, ahead, confirmed bool) string {
	switch {
	case o.Status == slots.Cancelled:
		return "page.state_cancelled"
	case o.Status == slots.Declined:
		return "page.state_declined"
	case o.InHall():
		return "page.state_here"
	case !ahead:
		return "page.state_past"
	case o.Displaced():
		return "page.state_displaced"
	case o.Status == slots.Requested:
		return "page.state_requested"
	case confirmed:
		return "page.state_confirmed"
	}
	return "page.state_booked"
}

// state writes a page with one text, about no visit. lang is the language of the
// booking, "" if it is not known.
func (p *Portal) state(c *fiber.Ctx, status int, key, lang string) error {
	out := p.frame(c, lang)
	out.State, out.Over = key, key == "page.expired"
	return out.send(c, status, "state")
}

// send writes the page with this name.
func (p page) send(c *fiber.Ctx, status int, name string) error {
	return web.Send(c, status, p.Lang, p.named(name))
}

// named returns the page with this name.
func (p page) named(name string) templ.Component {
	p.Title = p.T(p.heading(name))
	if p.Over && p.Booking == "" {
		p.Call = p.T("page.book_call")
	}
	switch name {
	case "cancel":
		return cancelPage(p)
	case "days":
		return daysPage(p)
	case "times":
		return timesPage(p)
	case "offer":
		return offerPage(p)
	case "email":
		return emailPage(p)
	case "survey":
		return surveyPage(p, p.Survey)
	case "today":
		return todayPage(p)
	case "visit":
		return visitPage(p)
	}
	return statePage(p)
}

// heading returns the key of the heading of the page with this name.
func (p page) heading(name string) string {
	switch name {
	case "cancel":
		if p.Request {
			return "page.withdraw_title"
		}
		return "page.cancel_title"
	case "days":
		return "page.days_title"
	case "times":
		return "page.times_title"
	case "email":
		return "page.email_title"
	case "survey":
		return "page.survey_title"
	}
	return p.State
}
