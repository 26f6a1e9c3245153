package console

import (
	"bufio"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/access"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// Fields of the pages of a change.
const (
	fateField    = "decision"
	exceptField  = "except" // a reference and its decision
	outcomeField = "outcome"
	noteField    = "note"
)

// change is a change of calendars as the API shows it (Change).
type change struct {
	ID         string                `json:"id"`
	State      slots.ChangeState     `json:"state"`
	DeskGroups []string              `json:"desk_groups"`
	Edit       json.RawMessage       `json:"edit"`
	Decision   slots.Decision        `json:"decision"`
	Reason     catalog.Text          `json:"reason"`
	Actor      string                `json:"actor"`
	Expires    time.Time             `json:"expires_at"`
	Applied    time.Time             `json:"applied_at"`
	Affected   int                   `json:"affected"`
	ToCall     int                   `json:"to_call"`
	Outcomes   map[slots.Outcome]int `json:"outcomes"`
}

// affectedVisit is a visit that loses its place (AffectedVisit).
type affectedVisit struct {
	Reference string         `json:"reference"`
	Service   string         `json:"service"`
	Visitor   string         `json:"visitor"`
	Mobile    string         `json:"mobile"`
	Lang      string         `json:"lang"`
	Party     int            `json:"party"`
	Start     time.Time      `json:"start"`
	Decision  slots.Decision `json:"decision"`
	Outcome   slots.Outcome  `json:"outcome"`
	Proposal  *struct {
		Start time.Time `json:"start"`
	} `json:"proposal"`
	Calls    int       `json:"calls"`
	CalledAt time.Time `json:"called_at"`
	Note     string    `json:"note"`
	Message  string    `json:"message"`
}

// hit is a visit that loses its place, as a page shows it.
type hit struct {
	affectedVisit

	Name     string // of the service
	At       web.Moment
	Proposed web.Moment // Time is "" for none
	Called   string     // time of the last call in vain; "" for none
}

// Failed reports whether the message did not reach the visitor.
func (h hit) Failed() bool {
	return slices.Contains([]string{"failed", "expired", "dropped"}, h.Message)
}

// outcomeCount is how many visits came out in a way.
type outcomeCount struct {
	Outcome slots.Outcome
	Count   int
}

// changePage shows what a change does: before it is made whom it hits, and afterwards who
// has answered and whom to call.
type changePage struct {
	page
	change

	Group   *centre.DeskGroup
	Back    string
	Version int64 // of the calendar that the draft was made from
	Does    []string
	Whole   int // days that it closes from beginning to end, from wholeDays on
	Hits    []hit
	More    int // affected visits that are not listed
	Mute    int // listed visits without a mobile
	Alone   int // listed visits without another place
	Until   string
	Counts  []outcomeCount
	Told    int // visits whose fate is carried out
	Follow  string
	Decides bool
	Answers bool
	Since   []actShown
	Filter  slots.Outcome
}

// Share is how much of the change is carried out, in percent.
func (p changePage) Share() string {
	return strconv.Itoa(100 * p.Told / max(p.Affected, 1))
}

// Once reports whether the change stands.
func (p changePage) Stands() bool {
	return p.State == slots.ChangeApplied || p.State == slots.ChangeRunning
}

// Drafted reports whether it can still be made.
func (p changePage) Drafted() bool { return p.State == slots.ChangeDrafted }

func changeAt(id string, version int64, lang string) string {
	q := url.Values{web.LanguageField: {lang}}
	if version > 0 {
		q.Set(calendarField, strconv.FormatInt(version, 10))
	}
	return calendarPath + "/changes/" + url.PathEscape(id) + "?" + q.Encode()
}

const (
	hitsShown = 100
	wholeDays = 2 // a closure of fewer whole days is no cause for a warning
)

// changed reads the page of a change.
func (k *Console) changed(c *fiber.Ctx) (p changePage, err error) {
	p = changePage{page: k.page(c, "console.calendar", "week.change")}
	p.Files = append(slices.Clone(p.Files), weekFiles...)
	path := "/v1/changes/" + url.PathEscape(c.Params("change"))
	if err = k.ask(c, question{path: path}, &p.change); err != nil {
		return p, err
	}
	snapshot := k.Centre()
	zone := snapshot.Zone("")
	p.Back = calendarPath + "?" + url.Values{web.LanguageField: {p.Lang}}.Encode()
	if len(p.DeskGroups) > 0 {
		if p.Group, err = snapshot.DeskGroup(p.DeskGroups[0]); err != nil {
			return p, err
		}
		zone = p.Group.Calendar.Zone()
		if b, ok := snapshot.Branch(p.Group.Branch); ok {
			p.Branch = b.Name.In(p.Lang)
		}
		first := scheduling.DateOf(k.Now(), zone)
		if d, ok := firstDate(p.Edit, zone); ok {
			first = d
		}
		p.Back = weekAt(p.Group.Slug, first, p.Lang)
		p.Title = p.Group.Name.In(p.Lang)
	}
	p.Version, _ = strconv.ParseInt(c.Query(calendarField, posted(c, calendarField)), 10, 64)
	p.Does, p.Whole = describeEdit(p.Edit, p.Group, p.Lang)
	p.Until = web.MomentOf(p.Expires, zone, p.Lang).Time
	p.Told = p.Affected - p.Outcomes[slots.OutcomePending]
	for _, o := range []slots.Outcome{
		slots.OutcomePending, slots.OutcomeWaiting, slots.OutcomeUnanswered, slots.OutcomeAccepted, slots.OutcomeChose,
		slots.OutcomeKept, slots.OutcomeCancelled, slots.OutcomeCalledOff, slots.OutcomeSuperseded, slots.OutcomeRestored,
	} {
		if n := p.Outcomes[o]; n > 0 {
			p.Counts = append(p.Counts, outcomeCount{o, n})
		}
	}
	p.Decides, p.Answers = p.may("createChange"), p.may("answerChange")
	p.Follow = calendarPath + "/changes/" + url.PathEscape(p.ID) + "/follow"
	if !p.may("listChangeVisits") {
		return p, nil
	}
	if p.Stands() {
		return p, k.toCall(c, &p, path, zone)
	}
	return p, k.hits(c, &p, path, "", zone)
}

// toCall lists whom to call: first those whom no message reached.
func (k *Console) toCall(c *fiber.Ctx, p *changePage, path string, zone *time.Location) error {
	for _, outcome := range []slots.Outcome{slots.OutcomeUnanswered, slots.OutcomeWaiting} {
		if p.Outcomes[outcome] == 0 {
			continue
		}
		if err := k.hits(c, p, path, outcome, zone); err != nil {
			return err
		}
	}
	slices.SortStableFunc(p.Hits, func(a, b hit) int { return b.urgency() - a.urgency() })
	p.More = max(0, p.ToCall-len(p.Hits))
	return nil
}

// urgency is higher for visitors whom no message has reached.
func (h hit) urgency() int {
	switch {
	case h.Failed():
		return 2
	case h.Mobile == "":
		return 1
	}
	return 0
}

// hits lists visits that lose their places.
func (k *Console) hits(c *fiber.Ctx, p *changePage, path string, outcome slots.Outcome, zone *time.Location) error {
	var list struct {
		Visits []affectedVisit `json:"visits"`
	}
	q := url.Values{"limit": {strconv.Itoa(hitsShown)}}
	if outcome != "" {
		q.Set("outcome", string(outcome))
	}
	if err := k.ask(c, question{path: path + "/visits", query: q}, &list); err != nil {
		return err
	}
	snapshot := k.Centre()
	for _, v := range list.Visits {
		h := hit{affectedVisit: v, Name: v.Service, At: web.MomentOf(v.Start, zone, p.Lang)}
		if s, ok := snapshot.Service(v.Service); ok {
			h.Name = s.Name.In(p.Lang)
		}
		if v.Mobile == "" {
			p.Mute++
		}
		if v.Proposal != nil {
			h.Proposed = web.MomentOf(v.Proposal.Start, zone, p.Lang)
		} else {
			p.Alone++
		}
		if v.Calls > 0 {
			h.Called = web.MomentOf(v.CalledAt, zone, p.Lang).Time
		}
		p.Hits = append(p.Hits, h)
	}
	p.More = max(0, p.Affected-len(p.Hits))
	return nil
}

// editOf is an edit of a plan, as far as a page says what it does.
type editOf struct {
	Close    []closureOf `json:"close"`
	Reopen   []int       `json:"reopen"`
	SetHours []struct {
		Date     scheduling.Date `json:"date"`
		Reason   catalog.Text    `json:"reason"`
		Openings []struct {
			From   string `json:"from"`
			To     string `json:"to"`
			Places int    `json:"places"`
		} `json:"openings"`
		Extra bool `json:"extra"`
	} `json:"set_hours"`
	ClearHours []scheduling.Date `json:"clear_hours"`
}

// firstDate is the first date that an edit names.
func firstDate(edit json.RawMessage, zone *time.Location) (d scheduling.Date, ok bool) {
	var e editOf
	if json.Unmarshal(edit, &e) != nil {
		return 0, false
	}
	switch {
	case len(e.Close) > 0:
		return scheduling.DateOf(e.Close[0].Start, zone), true
	case len(e.SetHours) > 0:
		return e.SetHours[0].Date, true
	case len(e.ClearHours) > 0:
		return e.ClearHours[0], true
	}
	return 0, false
}

// describeEdit says what an edit does, and how many whole days it closes: -1 for no end.
func describeEdit(edit json.RawMessage, g *centre.DeskGroup, lang string) (list []string, whole int) {
	var e editOf
	if g == nil || json.Unmarshal(edit, &e) != nil {
		return nil, 0
	}
	zone := g.Calendar.Zone()
	say := func(key string, parameters ...any) string { return texts.Staff(key, parameters...).In(lang) }
	for _, c := range e.Close {
		list = append(list, say("week.does_close")+" "+c.describe(zone, lang))
		switch {
		case c.Places > 0:
		case c.End.IsZero():
			whole = -1
		default:
			whole += int(c.End.Sub(c.Start) / (24 * time.Hour))
		}
	}
	for _, h := range e.SetHours {
		key := "week.does_hours"
		if h.Extra {
			key = "week.does_extra"
		}
		for _, o := range h.Openings {
			list = append(list, say(key)+" "+say("week.opening", "Date", web.DateMoment(h.Date, lang).Near,
				"From", clockText(o.From, lang), "Until", clockText(o.To, lang), "Count", o.Places)+texts.Comma().In(lang)+h.Reason.In(lang))
		}
	}
	for range e.Reopen {
		list = append(list, say("week.does_reopen"))
	}
	for _, d := range e.ClearHours {
		list = append(list, say("week.does_usual")+" "+web.DateMoment(d, lang).Near)
	}
	return list, whole
}

func clockText(wall, lang string) string {
	minute, _ := minuteOf(wall)
	return clockOf(minute, lang)
}

// showChange shows a change.
func (k *Console) showChange(c *fiber.Ctx) error {
	p, err := k.changed(c)
	if err != nil {
		return err
	}
	if d := slots.Decision(posted(c, fateField)); isKept(c) && d.Known() {
		p.Decision = d
	}
	switch c.Query("done") {
	case "applied":
		p.Notice = p.S("week.applied")
	case "answered":
		p.Notice = p.S("week.answered")
	}
	return web.Send(c, http.StatusOK, p.Lang, changeRoom(p))
}

// actOnChange does what a button on the page of a change says.
func (k *Console) actOnChange(c *fiber.Ctx) error {
	id := c.Params("change")
	path := "/v1/changes/" + url.PathEscape(id)
	lang := web.Language(c, "")
	switch act := posted(c, actField); act {
	case "apply":
		return k.apply(c)
	case "again":
		return k.draftAgain(c)
	case "drop":
		var dropped change
		if err := k.ask(c, question{path: path}, &dropped); err != nil {
			return err
		}
		if err := k.ask(c, question{method: http.MethodDelete, path: path}, nil); err != nil {
			return k.refusedChange(c, err)
		}
		to := calendarPath + "?" + url.Values{web.LanguageField: {lang}}.Encode()
		if len(dropped.DeskGroups) > 0 {
			g, err := k.Centre().DeskGroup(dropped.DeskGroups[0])
			if err != nil {
				return err
			}
			first, ok := firstDate(dropped.Edit, g.Calendar.Zone())
			if !ok {
				first = scheduling.DateOf(k.Now(), g.Calendar.Zone())
			}
			to = weekAt(g.Slug, first, lang)
		}
		return c.Redirect(to, http.StatusSeeOther)
	case "accepts", "keeps", "cancels", "not_reached":
		body := map[string]any{"outcome": act}
		if note := strings.TrimSpace(posted(c, noteField)); note != "" {
			body["note"] = note
		}
		err := k.ask(c, question{
			method: http.MethodPost, path: path + "/visits/" + url.PathEscape(posted(c, visitField)), body: body,
		}, nil)
		if err != nil {
			return k.refusedChange(c, err)
		}
		k.changes.poke(id)
		return c.Redirect(changeAt(id, 0, lang)+"&done=answered", http.StatusSeeOther)
	}
	return fiber.ErrNotFound
}

// apply makes the drafted change.
func (k *Console) apply(c *fiber.Ctx) error {
	p, err := k.changed(c)
	if err != nil {
		return err
	}
	if p.Group == nil {
		return fiber.ErrNotFound
	}
	body := map[string]any{"draft": p.ID, "reason": p.Reason}
	if d := posted(c, fateField); d != "" {
		body["decision"] = d
	}
	var except []map[string]string
	for _, one := range c.Context().PostArgs().PeekMulti(exceptField) {
		if reference, decision, ok := strings.Cut(string(one), " "); ok && decision != posted(c, fateField) {
			except = append(except, map[string]string{"reference": reference, "decision": decision})
		}
	}
	if len(except) > 0 {
		body["exceptions"] = except
	}
	err = k.ask(c, question{method: http.MethodPost, path: groupPath(p.Group) + "/changes", match: tagOf(p.Version), body: body}, nil)
	r := new(refusal)
	switch {
	case err == nil:
		return c.Redirect(changeAt(p.ID, 0, p.Lang)+"&done=applied", http.StatusSeeOther)
	case errors.As(err, &r) && r.Status == http.StatusPreconditionFailed:
		p.Tone, p.Notice, p.About = web.Warning, r.Title, p.S("week.stale_about")
		group, err := k.Centre().DeskGroup(p.Group.Slug)
		if err != nil {
			return err
		}
		if p.Since, err = k.since(c, group, group.Version-p.Version, p.Lang); err != nil {
			return err
		}
		return web.Send(c, r.Status, p.Lang, changeRoom(p))
	}
	return k.refusedChange(c, err)
}

// draftAgain drafts the same change of the calendar as it is now.
func (k *Console) draftAgain(c *fiber.Ctx) error {
	p, err := k.changed(c)
	if err != nil {
		return err
	}
	if p.Group == nil {
		return fiber.ErrNotFound
	}
	if p.Drafted() { // its places are free for the next draft
		if err = k.ask(c, question{method: http.MethodDelete, path: "/v1/changes/" + url.PathEscape(p.ID)}, nil); err != nil {
			return k.refusedChange(c, err)
		}
	}
	var plan planOf
	if err = k.ask(c, question{path: groupPath(p.Group)}, &plan); err != nil {
		return err
	}
	made, err := k.draft(c, p.Group, plan.Version, p.Edit, p.Reason)
	if err != nil {
		return k.refusedChange(c, err)
	}
	return c.Redirect(changeAt(made.ID, plan.Version, p.Lang), http.StatusSeeOther)
}

// refusedChange shows the change again, and why the API refused what was asked.
func (k *Console) refusedChange(c *fiber.Ctx, err error) error {
	r := refusedBy(err)
	if r == nil || r.Status == http.StatusForbidden {
		return err
	}
	p, lost := k.changed(c)
	if lost != nil {
		return lost
	}
	p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	return web.Send(c, r.Status, p.Lang, changeRoom(p))
}

// followChange tells a browser whenever something happens to the visits of a change, as
// followHall does of a hall.
func (k *Console) followChange(c *fiber.Ctx) error {
	if _, err := access.May(staffOf(c), "getChange"); err != nil {
		return err
	}
	id := c.Params("change")
	if err := k.ask(c, question{path: "/v1/changes/" + url.PathEscape(id)}, nil); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/event-stream")
	c.Set("X-Accel-Buffering", "no") // a proxy must not hold events back
	if c.Method() == http.MethodHead {
		return nil
	}
	last := c.Get("Last-Event-ID")
	c.Context().SetBodyStreamWriter(func(out *bufio.Writer) {
		b, leave := k.changes.enter(id)
		defer leave()
		_ = k.tell(out, b, last)
	})
	return nil
}
