package portal

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/hall"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/survey"
	"ziyara/texts"
)

// today is what the page of the day shows beside what every page about a visit does.
type today struct {
	Where   hall.Where
	Number  int // 0 before check-in
	Before  int
	Range   string // in words
	Axis    web.Axis
	Desk    string
	Delay   int    // minutes, as reception announced
	Away    string // until when the visitor said that they are away; "" for nothing said
	CheckIn string // from when on, until it is possible; "" since then
	Passed  bool   // the time by which they could say that they are late is over
	Late    []late // what they can say now
	Stages  []web.Stage
	Stage   int
	At      string // time of this page
	Still   bool   // the page does not load itself again
	Survey  string // path of its page; "" before the visit is completed
}

// late is how late a visitor can say that they are.
type late struct {
	Minutes int
	Until   string
}

// refreshSeconds is how often the page of the day loads itself again.
const refreshSeconds = 30

// onTheDay reports whether the link shows the day of the visit. Its ticket is one press
// away (ticketView), and comes first when the visit has just been booked.
func (p *Portal) onTheDay(c *fiber.Ctx, o opened) bool {
	zone := centreOf(c).Zone(o.Branch)
	switch o.Status {
	case slots.Booked, slots.Completed, slots.NoShow:
		return !o.Displaced() && scheduling.DateOf(p.Now(), zone) == scheduling.DateOf(o.Start, zone) &&
			c.Query("view") != ticketView && c.Query("done") != "booked"
	case slots.Held, slots.Released, slots.Expired, slots.Requested, slots.Declined, slots.Cancelled:
	}
	return false
}

// ticketView is the value of ?view that asks for the ticket on the day of the visit.
const ticketView = "ticket"

// showToday writes the page of the day. It takes three round trips beside that for the
// visit: where the visitor stands (two), and whether they have confirmed.
func (p *Portal) showToday(c *fiber.Ctx, o opened, status int, notice string) error {
	now := p.Now()
	s, err := p.Receptions.On(centreOf(c)).Stands(c.UserContext(), string(o.Reference), now)
	if _, other := errors.AsType[*hall.NotTodayError](err); other || errors.Is(err, hall.ErrUnknownGroup) ||
		errors.Is(err, hall.ErrCancelled) || errors.Is(err, hall.ErrRequested) { // it has just changed
		return p.visit(c, o, status, "page.changed")
	}
	if err != nil {
		return err
	}
	out := p.page(c, o, notice)
	if out.CanConfirm {
		confirmed, err := p.Confirmed(c.UserContext(), o.Reference)
		if err != nil {
			return err
		}
		out.CanConfirm = !confirmed
	}
	out.Today = p.standing(c, out, about(o.Appointment), s, now)
	out.State = out.Today.title()
	out.Over = out.Today.Where == hall.AtNoShow
	p.refresh(c, &out)
	return out.send(c, status, "today")
}

// refresh has the page load itself again, unless its visit is over or the visitor has
// asked it not to. What was done is not told again.
func (p *Portal) refresh(c *fiber.Ctx, out *page) {
	out.Today.Still = c.Query("refresh") == "off"
	switch out.Today.Where {
	case hall.AtExpected, hall.AtWaiting, hall.AtCalled, hall.AtServing:
		if !out.Today.Still {
			c.Set("Refresh", strconv.Itoa(refreshSeconds)+"; url="+out.show(""))
		}
	case hall.AtCompleted, hall.AtLeft, hall.AtNoShow:
	}
}

// standing returns what the page shows of where the visitor stands.
func (p *Portal) standing(c *fiber.Ctx, out page, of Subject, s hall.Standing, now time.Time) today {
	v, zone := s.Visit, centreOf(c).Zone(s.Visit.Branch)
	clock := func(t time.Time) string { return texts.ClockAt(t.In(zone)).In(out.Lang) }
	d := today{Where: v.Where(), Delay: int(s.Delay / time.Minute), At: clock(now)}
	if v.AwayUntil.After(now) {
		d.Away = clock(v.AwayUntil)
	}
	if now.Before(s.CheckIn) {
		d.CheckIn = clock(s.CheckIn)
	}
	from, choices := v.Start, []int{10, 20, 30}
	if a := v.Arrival; a != nil {
		d.Number, d.Desk = a.Number, a.Desk
		from, choices = now, []int{5, 10, 15}
	}
	if s.Ahead != nil {
		d.Before = s.Ahead.Before
		d.Range = out.T("today.range", "From", clock(s.Ahead.Call.From), "To", clock(s.Ahead.Call.To))
		if !s.Ahead.Call.From.After(now) {
			d.Range = out.T("today.range_now", "To", clock(s.Ahead.Call.To))
		}
		d.Axis = web.AxisOf(out.Page, zone, now, v.Start, s.Ahead.Call.From, s.Ahead.Call.To, out.T("today.now"), out.T("today.yours"))
	}
	for _, minutes := range choices {
		until := from.Add(time.Duration(minutes) * time.Minute)
		if (d.Where == hall.AtExpected || d.Where == hall.AtWaiting) && until.After(now) {
			d.Late = append(d.Late, late{minutes, clock(until)})
		}
	}
	d.Passed = d.Where == hall.AtExpected && len(d.Late) == 0
	d.Stages, d.Stage = stages(out, s, clock)
	if d.Where == hall.AtCompleted {
		d.Survey = p.Links.path(of, Survey, v.Start.Add(survey.Open))
	}
	return d
}

// title returns the key of the heading.
func (d today) title() string {
	switch d.Where {
	case hall.AtWaiting:
		return "today.waiting"
	case hall.AtCalled:
		return "today.called"
	case hall.AtServing:
		return "today.serving"
	case hall.AtCompleted:
		return "today.completed"
	case hall.AtLeft:
		return "today.left"
	case hall.AtNoShow:
		return "today.no_show"
	case hall.AtExpected:
	}
	return "today.expected"
}

// stages returns the stages of the day, and which of them it is.
func stages(out page, s hall.Standing, clock func(time.Time) string) ([]web.Stage, int) {
	v := s.Visit
	list := []web.Stage{
		{Text: out.T("today.check_in"), About: out.T("today.check_in_about", "From", clock(s.CheckIn))},
		{Text: out.T("today.call"), About: callAbout(out, s.Desks)},
		{Text: out.T("today.visit"), About: out.T("portal.minutes", "Count", int(v.End.Sub(v.Start)/time.Minute))},
		{Text: out.T("today.survey")},
	}
	a := v.Arrival
	if a == nil {
		return list, 0
	}
	list[0] = web.Stage{Text: out.T("today.checked_in"), About: clock(a.At)}
	called := web.Stage{Text: out.T("today.was_called"), About: out.T("today.at_desk", "Time", clock(a.Called), "Desk", a.Desk)}
	switch a.State {
	case hall.Waiting:
		list[1].Text = out.T("today.waiting")
		return list, 1
	case hall.Left:
		return list, 1
	case hall.Called:
		list[1] = called
		return list, 1
	case hall.Serving:
		list[1] = called
		return list, 2
	case hall.Done:
	}
	list[1] = called
	list[2].About = ""
	return list, 3
}

// fewDesks is how many desks the page names.
const fewDesks = 4

// callAbout says where the call is shown, and at which desks if they are few.
func callAbout(out page, desks []string) string {
	if len(desks) == 0 || len(desks) > fewDesks {
		return out.T("today.call_about")
	}
	var names []texts.Text
	for _, name := range desks {
		names = append(names, texts.Text{AR: name, EN: name})
	}
	return out.T("today.call_desks", "Desks", texts.List(names, texts.Or()))
}

// tellLate records that the visitor is late, or no longer.
func (p *Portal) tellLate(c *fiber.Ctx) error {
	o, err := p.open(c, Confirm)
	if err != nil {
		return err
	}
	minutes, err := strconv.Atoi(c.FormValue("minutes"))
	if err != nil {
		minutes = -1
	}
	err = p.Receptions.On(centreOf(c)).Away(c.UserContext(), string(o.Reference), minutes, p.Now())
	_, other := errors.AsType[*hall.NotTodayError](err)
	switch {
	case err == nil && minutes == 0:
		return p.finish(c, "back")
	case err == nil: // the page says what was told as long as it holds
		return p.finish(c, "late")
	case errors.Is(err, hall.ErrAway), errors.Is(err, hall.ErrNotAwait):
		return p.showToday(c, o, http.StatusConflict, "today.not_told")
	case other, errors.Is(err, hall.ErrCancelled), errors.Is(err, hall.ErrRequested), errors.Is(err, hall.ErrUnknownGroup):
		return p.visit(c, o, http.StatusConflict, "page.changed")
	}
	return err
}

// saidAway says what the visitor has said, and takesBack what takes it back.
func (p page) saidAway() string {
	if p.Today.Where == hall.AtWaiting {
		return p.T("today.away_waiting", "Time", p.Today.Away)
	}
	return p.T("today.away_expected", "Time", p.Today.Away)
}

func (p page) takesBack() string {
	if p.Today.Where == hall.AtWaiting {
		return p.T("today.back")
	}
	return p.T("today.take_back")
}
