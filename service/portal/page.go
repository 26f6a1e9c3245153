package portal

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/scheduling"
	"ziyara/slots"
	"ziyara/texts"
)

//go:embed pages/*.html
var pageFiles embed.FS

//go:embed pages/style.css
var style string

// parse reads the templates.
func parse() (*template.Template, error) {
	t := template.New("portal").Funcs(template.FuncMap{
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // a file of this package
	})
	return t.ParseFS(pageFiles, "pages/*.html")
}

// policy returns the Content-Security-Policy of the pages. It allows their style
// and forms to this host, and no scripts, pictures or frames.
func policy() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
		"'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// page has the data for the templates.
type page struct {
	Lang, Dir string
	Other     string // the other language
	Token     string
	Here      string // path of the page, for the other language
	Day       string // the chosen date, "" for none
	Notice    string // key of a text, "" for none
	State     string // key of the text for the state of the visit
	Title     string // key of the heading
	Ministry  string // name
	Phone     string // for help, as it is dialled
	PhoneText string // and as part of a text
	Booking   string // address of the page where visits are booked; "" for none

	Service, Branch, Address string
	When                     moment
	Reference                string
	Party                    int
	Version                  int
	Requirements             []string
	Proposed                 *moment // a proposed start that waits for an answer; nil for none
	Reason                   string  // why the request was declined or the start was lost
	CanRefuse                bool    // the proposed start can be refused, and the visit stays as it is

	CanConfirm, CanMove, CanCancel bool

	Late    string // key of the text that says what it is too late for, "" for nothing
	Request bool   // the visit waits for an approval: cancelling it withdraws a request
	Over    bool   // the visit will not take place, or took place: another one can be booked

	Days           []day
	Times          []choice
	Earlier, Later scheduling.Date
	First          bool

	// Of an offer: its start, as the form sends it back, and when it expires.
	Chosen string
	Until  moment
	// Replaces is the present time of the visit that an offer moves; nil for none.
	Replaces *moment

	// Of a survey: the choices and the answers so far.
	Ratings    []int
	Rating     int    // 0 for none
	Resolved   string // true, false, or "" for not said
	Comment    string
	MaxComment int // characters
}

// day is a date with free starts.
type day struct {
	Date   scheduling.Date
	Shown  moment
	Places int
}

// choice is a free start.
type choice struct {
	Value string // RFC 3339
	Shown string
}

// T returns a text in the language of the page.
func (p page) T(key string) string { return texts.Visitors(key, "Phone", p.PhoneText).In(p.Lang) }

// Free returns the text for a number of free starts.
func (p page) Free(n int) string { return texts.Visitors("page.free", "Count", n).In(p.Lang) }

// add adds the free starts of a date, except the present start of the visit.
func (p *page) add(d slots.DaySlots, zone *time.Location, but time.Time) {
	shown := momentOf(d.Slots[0].Start, zone, p.Lang)
	n := 0
	for _, s := range d.Slots {
		if s.Start.Equal(but) {
			continue
		}
		n++
		p.Times = append(p.Times, choice{Value: s.Start.UTC().Format(time.RFC3339), Shown: texts.ClockAt(s.Start.In(zone)).In(p.Lang)})
	}
	if n > 0 {
		p.Days = append(p.Days, day{Date: d.Date, Shown: shown, Places: n})
	}
}

// langOf returns the language that a request asks for, and by default instead.
func langOf(c *fiber.Ctx, instead string) string {
	switch lang := c.Query("lang", c.FormValue("lang")); lang {
	case "ar", "en":
		return lang
	}
	return instead
}

// page returns what every page about a visit shows.
func (p *Portal) page(c *fiber.Ctx, o opened, notice string) page {
	out := p.frame(c, o.Lang)
	out.Notice, out.Reference, out.Party, out.Version = notice, o.Reference.String(), o.Party, o.StartVersion
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
	}
	out.When = momentOf(o.Start, zone, out.Lang)
	if p.ahead(o) {
		out.CanMove, out.CanCancel = p.movable(c, o), p.cancellable(c, o)
		out.CanConfirm = o.action.allows(Confirm) && o.CanConfirm(p.Now()) == nil
		out.Request = o.Status == slots.Requested
		if o.Status == slots.Booked {
			out.Late = late(o.action, out.CanMove, out.CanCancel)
		}
	}
	if proposal := o.Appointment.Proposed(p.Now()); proposal != nil && o.action.allows(Answer) {
		proposed := momentOf(proposal.Start, zone, out.Lang)
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

// late returns the key of the text that says what it is too late for with a link,
// "" for nothing.
func late(a Action, canMove, canCancel bool) string {
	moveOver, cancelOver := a.allows(Move) && !canMove, a.allows(Cancel) && !canCancel
	switch {
	case moveOver && canCancel:
		return "page.late_move"
	case cancelOver && canMove:
		return "page.late_cancel"
	case moveOver || cancelOver:
		return "page.late"
	}
	return ""
}

// frame returns what every page has.
func (p *Portal) frame(c *fiber.Ctx, lang string) page {
	out := page{
		Lang: langOf(c, lang), Dir: "rtl", Other: "en", Token: c.Params("token"), Phone: p.Ministry.Phone, Booking: p.Ministry.Booking,
	}
	if out.Lang != "en" {
		out.Lang = "ar"
	} else {
		out.Dir, out.Other = "ltr", "ar"
	}
	out.Ministry, out.PhoneText = p.Ministry.Name.In(out.Lang), p.Ministry.Dial().In(out.Lang)
	out.Here = linkPath + out.Token
	if c.Method() == http.MethodGet {
		out.Here = c.Path()
	}
	return out
}

// visit writes a page about a visit.
func (p *Portal) visit(c *fiber.Ctx, name string, o opened, status int, notice string) error {
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
	return p.write(c, status, name, out)
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

// state writes a page with one text, about no visit.
func (p *Portal) state(c *fiber.Ctx, status int, key string) error {
	out := p.frame(c, "ar")
	out.State, out.Over = key, key == "page.expired"
	return p.write(c, status, "state", out)
}

func (p *Portal) write(c *fiber.Ctx, status int, name string, data page) error {
	data.Title = data.heading(name)
	var out bytes.Buffer
	if err := p.pages.ExecuteTemplate(&out, name, data); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentLanguage, data.Lang)
	return c.Status(status).Send(out.Bytes())
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
	case "survey":
		return "page.survey_title"
	}
	return p.State
}

// moment is an instant as people read it, in both calendars.
type moment struct {
	Date  string // Gregorian, with the weekday
	Hijri string // "" where the calendar doesn't reach
	Time  string
	ISO   string
}

// momentOf returns an instant in the wall time of a zone.
func momentOf(at time.Time, zone *time.Location, lang string) moment {
	local := at.In(zone)
	return moment{
		Date:  texts.Day(local).In(lang),
		Hijri: scheduling.HijriOf(scheduling.DateOf(at, zone)).Long().In(lang),
		Time:  texts.ClockAt(local).In(lang),
		ISO:   local.Format(time.RFC3339),
	}
}
