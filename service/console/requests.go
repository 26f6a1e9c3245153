package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// Fields of the room of requests.
const proposedField = "start"

// reasonOf is the field for the reason to decline a request: each has its own.
func reasonOf(reference string) string { return "reason-" + reference }

const requestsPath = Path + "/requests"

// requested is a request that waits for its department.
type requested struct {
	Reference  string    `json:"reference"`
	Department string    `json:"department"`
	Service    string    `json:"service"`
	Branch     string    `json:"branch"`
	Start      time.Time `json:"start"`
	Party      int       `json:"party"`
	Visitor    string    `json:"visitor"`
	Mobile     string    `json:"mobile"`
	AnswerBy   time.Time `json:"answer_by"`
	Created    time.Time `json:"created_at"`

	Name, Place string // of the service and the branch
	At          web.Moment
	By          web.Moment
	Hours       int  // until the answer is due
	Urgent      bool // the answer is due soon
	Decides     bool // the member of staff may answer it
}

// inLine is an entry of the waitlist (WaitlistLineEntry).
type inLine struct {
	Service  string          `json:"service"`
	Branch   string          `json:"branch"`
	From     scheduling.Date `json:"from"`
	To       scheduling.Date `json:"to"`
	Earliest string          `json:"earliest"`
	Latest   string          `json:"latest"`
	Party    int             `json:"party"`
	Created  time.Time       `json:"created_at"`
	Earlier  bool            `json:"earlier"`
	Offers   int             `json:"offers"`
	Offer    *struct {
		Start   time.Time `json:"start"`
		Expires time.Time `json:"expires_at"`
	} `json:"offer"`

	Name, Place, Dates, Times string
	Since                     web.Moment
	Offered, Until            web.Moment
}

// timesOfDay are the starts of a date that can be proposed.
type timesOfDay struct {
	At    web.Moment
	Times []web.Choice
}

// requestsPage lists what waits for an answer, and who waits for a place.
type requestsPage struct {
	page

	Requests []requested
	Line     []inLine
	MoreLine bool
	Open     string // the reference whose form is open; "" for none
	Times    []timesOfDay
	Reason   string // as typed
	Mistake  string // what is wrong with it
}

const (
	urgentWithin = 4 * time.Hour
	proposeDays  = 13 // days after the requested one
)

// requests reads the room.
func (k *Console) requests(c *fiber.Ctx) (p requestsPage, err error) {
	p = requestsPage{page: k.page(c, "console.requests", "console.requests")}
	p.Files = append(slices.Clone(p.Files), weekFiles...)
	if _, err = access.May(p.Staff, "listWaitlist"); err != nil {
		return p, err
	}
	now, snapshot := k.Now(), k.Centre()
	var open struct {
		Appointments []requested `json:"appointments"`
	}
	q := url.Values{"status": {string(slots.Requested)}, "limit": {"100"}, "from": {snapshot.Today(now).String()},
		"to": {(snapshot.Today(now) + 91).String()}}
	if err = k.ask(c, question{path: "/v1/appointments", query: q}, &open); err != nil {
		return p, err
	}
	grant, err := access.May(p.Staff, "approveAppointment")
	may := err == nil
	for _, r := range open.Appointments {
		zone := snapshot.Zone(r.Branch)
		r.At, r.By = web.MomentOf(r.Start, zone, p.Lang), web.MomentOf(r.AnswerBy, zone, p.Lang)
		r.Name, r.Place = k.named(r.Service, r.Branch, p.Lang)
		left := r.AnswerBy.Sub(now)
		r.Hours, r.Urgent = int(max(left, 0)/time.Hour), left < urgentWithin
		r.Decides = may && grant.Permit(r.Department, r.Branch) == nil
		p.Requests = append(p.Requests, r)
	}
	slices.SortStableFunc(p.Requests, func(a, b requested) int { return a.AnswerBy.Compare(b.AnswerBy) })
	var line struct {
		Entries []inLine `json:"entries"`
		Next    string   `json:"next_cursor"`
	}
	if err = k.ask(c, question{path: "/v1/waitlist", query: url.Values{"limit": {"100"}}}, &line); err != nil {
		return p, err
	}
	p.MoreLine = line.Next != ""
	for _, e := range line.Entries {
		zone := snapshot.Zone(e.Branch)
		e.Name, e.Place = k.named(e.Service, e.Branch, p.Lang)
		e.Since = web.MomentOf(e.Created, zone, p.Lang)
		e.Dates, _ = rangeText(e.From, e.To, p.Lang)
		if e.Earliest != "00:00" || e.Latest != "24:00" {
			e.Times = p.S("week.from_to", "From", clockText(e.Earliest, p.Lang), "Until", clockText(e.Latest, p.Lang))
		}
		if e.Offer != nil {
			e.Offered, e.Until = web.MomentOf(e.Offer.Start, zone, p.Lang), web.MomentOf(e.Offer.Expires, zone, p.Lang)
		}
		p.Line = append(p.Line, e)
	}
	return p, nil
}

// named returns what a service and a branch are called.
func (k *Console) named(service, branch, lang string) (name, place string) {
	name, place = service, branch
	if s, ok := k.Centre().Service(service); ok {
		name = s.Name.In(lang)
	}
	if b, ok := k.Centre().Branch(branch); ok {
		place = b.Name.In(lang)
	}
	return name, place
}

// showRequests shows the room.
func (k *Console) showRequests(c *fiber.Ctx) error {
	p, err := k.requests(c)
	if err != nil {
		return err
	}
	if isKept(c) {
		p.Open = posted(c, visitField)
		p.Reason = posted(c, reasonOf(p.Open))
	}
	switch c.Query("done") {
	case "approved":
		p.Notice = p.S("requests.approved")
	case "declined":
		p.Notice = p.S("requests.declined")
	case "proposed":
		p.Notice = p.S("requests.proposed")
	}
	return web.Send(c, http.StatusOK, p.Lang, requestsRoom(p))
}

// answerRequest does what a button at a request says.
func (k *Console) answerRequest(c *fiber.Ctx) error {
	reference := posted(c, visitField)
	path := "/v1/appointments/" + url.PathEscape(reference)
	q, done := question{method: http.MethodPost}, ""
	reason := strings.TrimSpace(posted(c, reasonOf(reference)))
	switch posted(c, actField) {
	case "approve":
		q.path, done = path+"/approve", "approved"
	case "decline":
		q.path, q.body, done = path+"/decline", map[string]string{"reason": reason}, "declined"
	case "propose":
		q.path, q.body, done = path+"/propose", map[string]string{"start": posted(c, proposedField)}, "proposed"
	case "times":
		p, err := k.requests(c)
		if err != nil {
			return err
		}
		if p.Open = reference; !p.has(reference) {
			return fiber.ErrNotFound
		}
		if err = k.times(c, &p); err != nil {
			return err
		}
		return web.Send(c, http.StatusOK, p.Lang, requestsRoom(p))
	default:
		return fiber.ErrNotFound
	}
	err := k.ask(c, q, nil)
	if err == nil {
		return c.Redirect(requestsPath+"?"+url.Values{"done": {done}, web.LanguageField: {web.Language(c, "")}}.Encode(), http.StatusSeeOther)
	}
	r := refusedBy(err)
	if r == nil || r.Status == http.StatusForbidden || r.Status == http.StatusNotFound {
		return err
	}
	p, lost := k.requests(c)
	if lost != nil {
		return lost
	}
	p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	p.Open, p.Reason = reference, reason
	if text := r.field("#/reason"); text != "" {
		p.Notice, p.About, p.Mistake = "", "", p.S("requests.reason_needed")
		p.Mistakes = []web.Mistake{{Field: reasonOf(reference), Text: p.Mistake}}
	}
	if done == "proposed" {
		if lost = k.times(c, &p); lost != nil {
			return lost
		}
	}
	return web.Send(c, r.Status, p.Lang, requestsRoom(p))
}

// has reports whether a request is listed.
func (p *requestsPage) has(reference string) bool {
	return slices.ContainsFunc(p.Requests, func(r requested) bool { return r.Reference == reference && r.Decides })
}

// times lists the starts that can be proposed for the request whose form is open.
func (k *Console) times(c *fiber.Ctx, p *requestsPage) error {
	i := slices.IndexFunc(p.Requests, func(r requested) bool { return r.Reference == p.Open })
	if i < 0 {
		return nil // answered meanwhile
	}
	r := p.Requests[i]
	zone := k.Centre().Zone(r.Branch)
	from := scheduling.DateOf(r.Start, zone)
	var list struct {
		Days []struct {
			Date  scheduling.Date `json:"date"`
			Slots []struct {
				Start  time.Time `json:"start"`
				Places int       `json:"places"`
			} `json:"slots"`
		} `json:"days"`
	}
	q := url.Values{"branch": {r.Branch}, "from": {from.String()}, "to": {(from + proposeDays).String()}, "channel": {"agent"}}
	if err := k.ask(c, question{path: "/v1/services/" + url.PathEscape(r.Service) + "/slots", query: q}, &list); err != nil {
		return err
	}
	for _, d := range list.Days {
		day := timesOfDay{At: web.DateMoment(d.Date, p.Lang)}
		for _, s := range d.Slots {
			if s.Places >= r.Party && !s.Start.Equal(r.Start) {
				day.Times = append(day.Times, web.Choice{
					Value: s.Start.Format(time.RFC3339), Shown: web.MomentOf(s.Start, zone, p.Lang).Time,
				})
			}
		}
		if len(day.Times) > 0 {
			p.Times = append(p.Times, day)
		}
	}
	return nil
}

// reasonOf is the field for the reason for which a request is declined.
func (p requestsPage) reasonOf(r requested) web.Field {
	f := web.Field{
		Name: reasonOf(r.Reference), Label: p.S("requests.reason"), Hint: p.S("requests.reason_about"),
		Attributes: map[string]any{"maxlength": "200"},
	}
	if p.Open == r.Reference {
		f.Value, f.Wrong = p.Reason, p.Mistake
	}
	return f
}
