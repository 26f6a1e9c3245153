package console

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
)

// Fields of the forms of one visit.
const (
	whyField    = "why"
	emailField  = "email"
	startField  = "start"
	seenField   = "seen" // the version of the visit that the form is about
	messageID   = "message"
	doneField   = "done"
	actCancel   = "cancel"
	actCorrect  = "correct"
	actRestore  = "restore"
	actAbsent   = "absent"
	actResend   = "resend"
	actMove     = "move"
	daysToShow  = 30
	mostHistory = 200
)

// wholeVisit is a visit as the API shows it to staff (Appointment).
type wholeVisit struct {
	Reference    string       `json:"reference"`
	Status       slots.Status `json:"status"`
	Service      string       `json:"service"`
	Branch       string       `json:"branch"`
	Start        time.Time    `json:"start"`
	End          time.Time    `json:"end"`
	Party        int          `json:"party"`
	Needs        []string     `json:"needs"`
	Visitor      string       `json:"visitor"`
	Requirements []struct {
		Name map[string]string `json:"name"`
	} `json:"requirements"`
	Version int     `json:"version"`
	History []event `json:"history"`
	Staff   struct {
		Channel        string `json:"channel"`
		Lang           string `json:"lang"`
		ID             string `json:"id"`
		Mobile         string `json:"mobile"`
		Email          string `json:"email"`
		Representative *struct {
			Name    string `json:"name"`
			ID      string `json:"id"`
			Wakala  string `json:"wakala"`
			Expires string `json:"wakala_expires"`
		} `json:"representative"`
	} `json:"staff"`
}

// event is an event of the history of a visit (AppointmentEvent).
type event struct {
	At     time.Time `json:"at"`
	Event  string    `json:"event"`
	Start  time.Time `json:"start"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
}

// message is a message about a visit (Message).
type message struct {
	ID        int64             `json:"id"`
	Way       string            `json:"way"`
	Kind      string            `json:"kind"`
	To        string            `json:"to"`
	State     string            `json:"state"`
	Why       map[string]string `json:"why"`
	Text      string            `json:"text"`
	CreatedAt time.Time         `json:"created_at"`
	CanResend bool              `json:"can_resend"`
}

// entry is a line of the timeline.
type entry struct {
	At      web.Moment
	instant time.Time
	Text    string // what happened
	Actor   string // member of staff who did it; "" for others
	Reason  string // in their words; "" for none
	About   string // more about it
	Said    string // the text of a message; "" for none
	Tone    web.Tone
	Message int64 // that can be sent again; 0 for none
}

// visitPage shows one visit.
type visitPage struct {
	formPage

	Visit    wholeVisit
	Now      time.Time
	At       web.Moment
	Ends     string
	Service  string
	Place    string
	Needed   []string // names of needs
	Bring    []string
	Entries  []entry // newest first
	Open     string  // form that is open; "" for none
	Times    []line  // to move to
	TimesAt  web.Moment
	Day      string // date of Times, ISO 8601
	Earlier  string // address of the dates before; "" for none
	Later    string
	Meantime []entry // what changed since the form was opened
}

// Path is the address of the page.
func (p visitPage) Path() string { return visitPath(p.Visit.Reference) }

func visitPath(reference string) string { return Path + "/visits/" + reference }

// Field returns a field of the forms.
func (p visitPage) Field(name string) web.Field {
	return web.Field{Name: name, Label: p.S("visit." + name), Value: p.Values[name], Wrong: p.Wrong[name]}
}

// Is reports whether the visit is in one of some states.
func (p visitPage) Is(list ...slots.Status) bool { return slices.Contains(list, p.Visit.Status) }

// May reports whether the member of staff may do something to the visit: it may still be
// refused, with the reason.
func (p visitPage) May(act string) bool {
	switch act {
	case actCancel:
		return p.may("cancelOnBehalf") && p.Is(slots.Booked, slots.Requested)
	case actMove:
		return p.may("moveOnBehalf") && p.Is(slots.Booked)
	case actCorrect:
		return p.may("correctAppointment") && p.Is(slots.Booked, slots.Requested)
	case actAbsent:
		return p.may("recordNoShow") && p.Is(slots.Booked) && !p.Now.Before(p.Visit.Start)
	case actRestore:
		return p.may("restoreVisit") && p.Is(slots.NoShow)
	}
	return false
}

// visitOf reads the visit that a page is about.
func (k *Console) visitOf(c *fiber.Ctx, in, title string) (p visitPage, err error) {
	p = visitPage{formPage: formPage{
		page: k.page(c, in, title), Values: make(map[string]string), Wrong: make(map[string]string), Once: k.NewID(),
	}, Now: k.Now()}
	if !p.may("getAppointment") {
		return p, access.ErrForbidden
	}
	err = k.ask(c, question{path: "/v1/appointments/" + url.PathEscape(c.Params("reference"))}, &p.Visit)
	if err != nil {
		return p, err
	}
	v, centre := &p.Visit, k.Centre()
	zone := centre.Zone(v.Branch)
	p.Branch = centre.BranchName(v.Branch).In(p.Lang)
	p.Service, p.Place = centre.ServiceName(v.Service).In(p.Lang), p.Branch
	p.At, p.Ends = web.MomentOf(v.Start, zone, p.Lang), web.MomentOf(v.End, zone, p.Lang).Time
	for _, r := range v.Requirements {
		p.Bring = append(p.Bring, r.Name[p.Lang])
	}
	if s, ok := centre.Service(v.Service); ok {
		for _, need := range v.Needs {
			p.Needed = append(p.Needed, needName(s.DeclarableNeeds(), need).In(p.Lang))
		}
	}
	for _, e := range v.History {
		p.Entries = append(p.Entries, p.event(e, zone))
	}
	p.Values[nameField], p.Values[mobileField], p.Values[emailField] = v.Visitor, local(v.Staff.Mobile), v.Staff.Email
	p.Values[partyField] = strconv.Itoa(v.Party)
	return p, nil
}

// event is an event as the timeline shows it.
func (p *visitPage) event(e event, zone *time.Location) entry {
	out := entry{At: web.MomentOf(e.At, zone, p.Lang), instant: e.At, Text: p.S("visit.event_" + e.Event), Tone: web.Neutral}
	switch e.Event {
	case "booked", "approved", "accepted", "completed", "confirmed", "restored":
		out.Tone = web.Good
	case "cancelled", "declined", "no_show":
		out.Tone = web.Wrong
	}
	if e.Event == "moved" || e.Event == "proposed" {
		m := web.MomentOf(e.Start, zone, p.Lang)
		out.Text = p.S("visit.event_"+e.Event+"_to", "Date", m.Near, "Time", m.Time)
	}
	out.Actor, out.Reason = e.Actor, e.Reason
	return out
}

// messages adds the messages about the visit to the timeline.
func (k *Console) messages(c *fiber.Ctx, p *visitPage) error {
	if !p.may("listMessages") {
		return nil
	}
	var answer struct {
		Messages []message `json:"messages"`
	}
	q := question{path: "/v1/messages", query: url.Values{"reference": {p.Visit.Reference}, "limit": {strconv.Itoa(mostHistory)}}}
	r := new(refusal)
	switch err := k.ask(c, q, &answer); {
	case errors.As(err, &r) && r.Status == http.StatusForbidden: // of another department
	case err != nil:
		return err
	}
	zone := k.Centre().Zone(p.Visit.Branch)
	for _, m := range answer.Messages {
		e := entry{
			At: web.MomentOf(m.CreatedAt, zone, p.Lang), instant: m.CreatedAt, Said: m.Text, Tone: web.Neutral,
			Text:  p.S("visit.message_"+m.Way, "Kind", p.S("visit.kind_"+m.Kind), "To", m.To),
			About: p.S("visit.state_" + m.State),
		}
		switch m.State {
		case "failed", "dropped", "expired":
			e.Tone = web.Wrong
		case "delivered":
			e.Tone = web.Good
		}
		if why := m.Why[p.Lang]; why != "" {
			e.About += " · " + why
		}
		if m.CanResend {
			e.Message = m.ID
		}
		p.Entries = append(p.Entries, e)
	}
	return nil
}

// whole reads all that the page of a visit shows.
func (k *Console) whole(c *fiber.Ctx) (visitPage, error) {
	p, err := k.visitOf(c, "console.visits", "visit.title")
	if err != nil {
		return p, err
	}
	if err = k.messages(c, &p); err != nil {
		return p, err
	}
	p.sort()
	return p, nil
}

// sort puts the newest first.
func (p *visitPage) sort() {
	slices.Reverse(p.Entries)
	slices.SortStableFunc(p.Entries, func(a, b entry) int { return b.instant.Compare(a.instant) })
}

// showVisit shows one visit.
func (k *Console) showVisit(c *fiber.Ctx) error {
	p, err := k.whole(c)
	if err != nil {
		return err
	}
	switch done := c.Query(doneField); done {
	case "moved", "cancelled", "corrected", "no_show", "restored", "resent":
		p.Notice = p.S("visit.done_" + done)
	}
	return web.Send(c, http.StatusOK, p.Lang, visitRoom(p))
}

// actOnVisit does what a form of the page says.
func (k *Console) actOnVisit(c *fiber.Ctx) error {
	p, err := k.whole(c)
	if err != nil {
		return err
	}
	act := c.FormValue(actField)
	for _, name := range []string{whyField, nameField, mobileField, emailField, partyField} {
		if c.Context().PostArgs().Has(name) {
			p.Values[name] = strings.TrimSpace(c.FormValue(name))
		}
	}
	p.Open = act
	if seen, err := strconv.Atoi(c.FormValue(seenField)); err == nil && seen < p.Visit.Version && act != actResend {
		return k.meanwhile(c, p, seen)
	}
	q, done := question{method: http.MethodPost, path: "/v1/appointments/" + p.Visit.Reference}, ""
	switch act {
	case actCancel:
		q.path, q.body, done = q.path+"/cancel-on-behalf", map[string]string{"reason": p.Values[whyField]}, "cancelled"
	case actMove:
		q.path, done = q.path+"/move-on-behalf", "moved"
		q.body = map[string]string{"start": c.FormValue(startField), "reason": p.Values[whyField]}
	case actCorrect:
		q.method, q.body, done = http.MethodPatch, p.correction(), "corrected"
	case actAbsent:
		q.path, done = q.path+"/no-show", "no_show"
	case actRestore:
		q.path, q.body, done = q.path+"/restore", map[string]string{"reason": p.Values[whyField]}, "restored"
	case actResend:
		q.path, done = "/v1/messages/"+url.PathEscape(c.FormValue(messageID))+"/resend", "resent"
	default:
		return fiber.ErrNotFound
	}
	if p.Values[whyField] == "" && (act == actCancel || act == actMove || act == actCorrect || act == actRestore) {
		p.wrong(whyField, p.S("visit.why_missing"))
		return k.showAgain(c, p, http.StatusUnprocessableEntity)
	}
	err = k.ask(c, q, nil)
	r := new(refusal)
	switch {
	case err == nil:
		k.halls.poke(p.Visit.Branch)
		return c.Redirect(p.Path()+"?"+url.Values{web.LanguageField: {p.Lang}, doneField: {done}}.Encode(), http.StatusSeeOther)
	case !errors.As(err, &r) || r.Status == http.StatusUnauthorized:
		return err
	}
	p.refused(r, map[string]string{
		whyField: "#/reason", nameField: "#/visitor/name", mobileField: "#/mobile", emailField: "#/visitor/email", partyField: "#/party",
	}, nameField, mobileField, emailField, partyField, whyField)
	return k.showAgain(c, p, r.Status)
}

// wrong says what is wrong with a field.
func (p *formPage) wrong(name, text string) {
	p.Wrong[name] = text
	p.Mistakes = append(p.Mistakes, web.Mistake{Field: name, Text: text})
}

// correction is what a correction asks for: what differs from the visit.
func (p *visitPage) correction() map[string]any {
	body, visitor := map[string]any{"reason": p.Values[whyField]}, map[string]any{}
	if name := p.Values[nameField]; name != p.Visit.Visitor {
		visitor["name"] = name
	}
	if email := p.Values[emailField]; email != p.Visit.Staff.Email {
		visitor["email"] = email
	}
	if len(visitor) > 0 {
		body["visitor"] = visitor
	}
	if mobile := p.Values[mobileField]; mobile != local(p.Visit.Staff.Mobile) {
		body["mobile"] = mobile
	}
	if n, err := strconv.Atoi(p.Values[partyField]); err == nil && n != p.Visit.Party {
		body["party"] = n
	}
	return body
}

// meanwhile shows what changed since the form was opened, and the form again: nothing was
// done.
func (k *Console) meanwhile(c *fiber.Ctx, p visitPage, seen int) error {
	zone := k.Centre().Zone(p.Visit.Branch)
	for _, e := range p.Visit.History[min(max(seen, 0), len(p.Visit.History)):] {
		p.Meantime = append(p.Meantime, p.event(e, zone))
	}
	p.Tone, p.Notice, p.About = web.Warning, p.S("visit.changed"), p.S("visit.changed_about")
	return k.showAgain(c, p, http.StatusConflict)
}

// showAgain shows the page of a visit, or of moving it, after nothing was done.
func (k *Console) showAgain(c *fiber.Ctx, p visitPage, status int) error {
	if p.Open != actMove {
		return web.Send(c, status, p.Lang, visitRoom(p))
	}
	if err := k.timesToMove(c, &p, c.FormValue("day")); err != nil {
		return err
	}
	return web.Send(c, status, p.Lang, moveRoom(p))
}

// askMove shows the times to which a visit can be moved.
func (k *Console) askMove(c *fiber.Ctx) error {
	p, err := k.visitOf(c, "console.visits", "visit.move_title")
	if err != nil {
		return err
	}
	p.sort()
	if err = k.timesToMove(c, &p, c.Query("day")); err != nil {
		return err
	}
	return web.Send(c, http.StatusOK, p.Lang, moveRoom(p))
}

// timesToMove finds the free times of the visit's branch on a date (ISO 8601; "" for as
// early as possible), or on the next one with any.
func (k *Console) timesToMove(c *fiber.Ctx, p *visitPage, day string) error {
	p.Title = p.S("visit.move_title")
	zone := k.Centre().Zone(p.Visit.Branch)
	today := scheduling.DateOf(p.Now, zone)
	from, err := scheduling.ParseDate(day)
	if err != nil {
		from = today
	}
	query := url.Values{
		"branch": {p.Visit.Branch}, "from": {from.String()}, "to": {(from + daysToShow).String()}, "party": {strconv.Itoa(p.Visit.Party)},
	}
	if len(p.Visit.Needs) > 0 {
		query.Set("needs", strings.Join(p.Visit.Needs, ","))
	}
	var answer struct {
		Days []struct {
			Date  string `json:"date"`
			Slots []struct {
				Start time.Time `json:"start"`
			} `json:"slots"`
		} `json:"days"`
	}
	r := new(refusal)
	err = k.ask(c, question{path: "/v1/services/" + url.PathEscape(p.Visit.Service) + "/slots", query: query}, &answer)
	switch {
	case errors.As(err, &r) && r.Status != http.StatusUnauthorized:
		if p.Notice == "" {
			p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
		}
	case err != nil:
		return err
	}
	if len(answer.Days) > 0 {
		if from, err = scheduling.ParseDate(answer.Days[0].Date); err != nil {
			return err
		}
		for _, s := range answer.Days[0].Slots {
			at := s.Start.In(zone)
			p.Times = append(p.Times, line{Value: at.Format(time.RFC3339), Text: web.MomentOf(at, zone, p.Lang).Time})
		}
	}
	p.TimesAt, p.Day = web.DateMoment(from, p.Lang), from.String()
	on := func(d scheduling.Date) string {
		return p.Path() + "/move?" + url.Values{web.LanguageField: {p.Lang}, "day": {d.String()}}.Encode()
	}
	p.Later = on(from + 1)
	if from > today {
		p.Earlier = on(max(today, from-7))
	}
	return nil
}

// stateTone is how a state of a visit is meant.
func stateTone(s slots.Status) (web.Tone, web.Icon) {
	switch s { //nolint:exhaustive // the others are over
	case slots.Booked, slots.Completed:
		return web.Good, web.Check
	case slots.Requested:
		return web.Notify, web.Hourglass
	case slots.NoShow:
		return web.Wrong, web.Alert
	}
	return web.Neutral, web.Close
}

// channelName is the name of the channel through which the visit was booked.
func (p visitPage) channelName() string {
	return p.S("visit.channel_" + cmp.Or(p.Visit.Staff.Channel, "public"))
}
