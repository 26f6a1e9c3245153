package console

import (
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
	"ziyara/texts"
)

// Fields of the form that changes a calendar.
const (
	kindField     = "kind"
	lastField     = "last"   // the last date of a closure, ISO 8601
	endlessField  = "open"   // until further notice
	placesField   = "places" // how many
	causeField    = "cause"
	causeARField  = "cause_ar"
	causeENField  = "cause_en"
	calendarField = "calendar" // version of the calendar that was read
	indexField    = "index"    // of a closure in the plan
)

// changeKind is what a change does to the chosen stretch.
type changeKind string

// The kinds of changes.
const (
	kindClose  changeKind = "close"
	kindFewer  changeKind = "fewer"  // some places are taken away
	kindExtra  changeKind = "extra"  // more places, or more time
	kindHours  changeKind = "hours"  // of the date, in the place of its usual ones
	kindReopen changeKind = "reopen" // a closure is removed
	kindUsual  changeKind = "usual"  // the date gets its usual hours again
)

// kinds are those that the form offers.
func kinds() []changeKind { return []changeKind{kindClose, kindFewer, kindExtra, kindHours} }

// ownCause is a cause in one's own words.
const ownCause = "own"

// causes can be chosen without typing anything.
func causes() []string {
	return []string{"unforeseen", "meeting", "training", "maintenance", "staffing", "season", ownCause}
}

// changeForm is what was typed in the form that changes a calendar.
type changeForm struct {
	Kind    changeKind
	Values  map[string]string
	Endless bool
	Version int64
	Wrong   map[string]string
}

// form reads the form, or fills it with what is chosen in the week.
func (p *weekPage) form() changeForm {
	f := changeForm{Kind: kindClose, Version: p.Version, Wrong: map[string]string{}, Values: map[string]string{
		onDateField: p.Day.String(), lastField: p.Day.String(), placesField: "1", causeField: causes()[0],
	}}
	if !p.Chosen.none() {
		f.Values[beginField], f.Values[endField] = wallTime(p.Chosen.From), wallTime(p.Chosen.Until)
	}
	return f
}

// typed reads what was typed; what is missing stays as it is.
func (f *changeForm) typed(c *fiber.Ctx) {
	for _, name := range []string{
		onDateField, lastField, beginField, endField, placesField, causeField, causeARField, causeENField, indexField,
	} {
		if arg := c.Context().PostArgs().Peek(name); arg != nil {
			f.Values[name] = strings.TrimSpace(string(arg))
		}
	}
	if kind := changeKind(posted(c, kindField)); kind != "" {
		f.Kind = kind
	}
	f.Endless = posted(c, endlessField) != ""
	if v, err := strconv.ParseInt(posted(c, calendarField), 10, 64); err == nil {
		f.Version = v
	}
}

// opening is one of a plan.
type opening map[string]any

// edit returns the edit of the plan that the form asks for, and the reason that visitors are
// told. extra are the openings that the date has beside its usual ones. It says in f.Wrong
// what is wrong with fields, in the words of say.
func (f *changeForm) edit(zone *time.Location, extra []opening, say func(key string, _ ...any) string) (
	edit map[string]any, reason catalog.Text,
) {
	wrong := func(name, key string) { f.Wrong[name] = say(key) }
	date, err := scheduling.ParseDate(f.Values[onDateField])
	if err != nil {
		wrong(onDateField, "week.wrong_date")
	}
	reason = f.reason(wrong)
	switch f.Kind {
	case kindReopen:
		index, err := strconv.Atoi(f.Values[indexField])
		if err != nil || index < 0 {
			wrong(indexField, "week.wrong_kind")
		}
		return map[string]any{"reopen": []int{index}}, reason
	case kindUsual:
		return map[string]any{"clear_hours": []string{date.String()}}, reason
	case kindClose, kindFewer, kindExtra, kindHours:
	}
	from, okFrom := minuteOf(f.Values[beginField])
	until, okUntil := minuteOf(f.Values[endField])
	last := date
	if f.Kind == kindClose && f.Values[lastField] != "" {
		if last, err = scheduling.ParseDate(f.Values[lastField]); err != nil || last < date {
			wrong(lastField, "week.wrong_last")
		}
	}
	if !okFrom {
		wrong(beginField, "week.wrong_time")
	}
	switch {
	case f.Kind == kindClose && f.Endless:
	case !okUntil:
		wrong(endField, "week.wrong_time")
	case last == date && until <= from:
		wrong(endField, "week.wrong_until")
	}
	places, err := strconv.Atoi(f.Values[placesField])
	if f.Kind != kindClose && (err != nil || places < 1 || places > 1000) {
		wrong(placesField, "week.wrong_places")
	}
	if len(f.Wrong) > 0 {
		return nil, reason
	}
	switch f.Kind {
	case kindExtra:
		more := append(slices.Clone(extra), opening{"from": wallTime(from), "to": wallTime(until), "places": places, "add": true})
		return hoursOf(date, reason, more, true), reason
	case kindHours:
		return hoursOf(date, reason, []opening{{"from": wallTime(from), "to": wallTime(until), "places": places}}, false), reason
	case kindClose, kindFewer, kindReopen, kindUsual:
	default:
		wrong(kindField, "week.wrong_kind")
	}
	closure := map[string]any{"start": instantOf(date, from, zone).Format(time.RFC3339), "reason": reason}
	if !f.Endless || f.Kind == kindFewer {
		closure["end"] = instantOf(last, until, zone).Format(time.RFC3339)
	}
	if f.Kind == kindFewer {
		closure["places"] = places
	}
	return map[string]any{"close": []any{closure}}, reason
}

func hoursOf(d scheduling.Date, reason catalog.Text, openings []opening, extra bool) map[string]any {
	return map[string]any{"set_hours": []any{map[string]any{
		"date": d.String(), "reason": reason, "openings": openings, "extra": extra,
	}}}
}

// reason is what visitors are told.
func (f *changeForm) reason(wrong func(name, key string)) catalog.Text {
	if !slices.Contains(causes(), f.Values[causeField]) {
		wrong(causeField, "week.wrong_cause")
		return catalog.Text{}
	}
	if f.Values[causeField] != ownCause {
		return texts.Visitors("change_cause." + f.Values[causeField])
	}
	for _, name := range []string{causeARField, causeENField} {
		if f.Values[name] == "" {
			wrong(name, "week.wrong_own")
		}
	}
	return catalog.Text{AR: f.Values[causeARField], EN: f.Values[causeENField]}
}

// mistakes are what is wrong with the fields, in the order in which they stand.
func (f *changeForm) mistakes() (list []web.Mistake) {
	for _, name := range []string{
		kindField, onDateField, beginField, endField, lastField, placesField, causeField, causeARField, causeENField, indexField,
	} {
		if f.Wrong[name] != "" {
			list = append(list, web.Mistake{Field: name, Text: f.Wrong[name]})
		}
	}
	return list
}

// planOf is the plan of a desk group, as far as the console needs it.
type planOf struct {
	Version int64 `json:"version"`
	Plan    struct {
		Hours []struct {
			Date     scheduling.Date `json:"date"`
			Openings []opening       `json:"openings"`
			Extra    bool            `json:"extra"`
		} `json:"hours"`
		Closures []closureOf `json:"closures"`
	} `json:"plan"`
	Warnings []struct {
		Text catalog.Text `json:"text"`
	} `json:"warnings"`
}

// closureOf is a closure of a plan.
type closureOf struct {
	Start  time.Time    `json:"start"`
	End    time.Time    `json:"end"` // zero until further notice
	Reason catalog.Text `json:"reason"`
	Places int          `json:"places"`
}

// closed is a closure that can be removed.
type closed struct {
	Index int
	Text  string
}

// closedAt returns the closures of a desk group that overlap a stretch.
func (k *Console) closedAt(c *fiber.Ctx, g *centre.DeskGroup, from, until time.Time, lang string) (list []closed, err error) {
	var plan planOf
	if err = k.ask(c, question{path: groupPath(g)}, &plan); err != nil {
		return nil, err
	}
	for i, closure := range plan.Plan.Closures {
		if closure.Start.Before(until) && (closure.End.IsZero() || closure.End.After(from)) {
			list = append(list, closed{i, closure.describe(g.Calendar.Zone(), lang)})
		}
	}
	return list, nil
}

// describe says what a closure takes away, and why.
func (c closureOf) describe(zone *time.Location, lang string) string {
	say := func(key string, parameters ...any) string { return texts.Staff(key, parameters...).In(lang) }
	from, until := web.MomentOf(c.Start, zone, lang), web.MomentOf(c.End, zone, lang)
	var text string
	switch {
	case c.End.IsZero():
		text = say("week.from_on", "Date", from.Near, "From", from.Time)
	case from.Near == until.Near:
		text = say("week.chosen", "Date", from.Near, "From", from.Time, "Until", until.Time)
	default:
		text = say("week.span", "Date", from.Near, "From", from.Time, "Last", until.Near, "Until", until.Time)
	}
	if c.Places > 0 {
		text = say("week.fewer_places", "Count", c.Places) + texts.Comma().In(lang) + text
	}
	return text + texts.Comma().In(lang) + c.Reason.In(lang)
}

// askChange drafts the change of the form, and leads to what it would do. Nobody is told
// anything before that is confirmed.
func (k *Console) askChange(c *fiber.Ctx) error {
	p, err := k.week(c)
	if err != nil {
		return err
	}
	p.Form.typed(c)
	var extra []opening
	if p.Form.Kind == kindExtra {
		if extra, err = k.extraOf(c, p.Group, p.Form.Values[onDateField]); err != nil {
			return err
		}
	}
	edit, reason := p.Form.edit(p.Group.Calendar.Zone(), extra, p.S)
	if p.Mistakes = p.Form.mistakes(); len(p.Mistakes) > 0 {
		return web.Send(c, http.StatusUnprocessableEntity, p.Lang, weekRoom(p))
	}
	made, err := k.draft(c, p.Group, p.Form.Version, edit, reason)
	if err == nil {
		return c.Redirect(changeAt(made.ID, p.Form.Version, p.Lang), http.StatusSeeOther)
	}
	r := refusedBy(err)
	if r == nil {
		return err
	}
	p.Tone, p.Notice, p.About = web.Warning, r.Title, r.Detail
	switch {
	case r.Status == http.StatusPreconditionFailed:
		if p.Since, err = k.since(c, p.Group, p.Version-p.Form.Version, p.Lang); err != nil {
			return err
		}
		p.Form.Version = p.Version
	default:
		for _, w := range r.Errors {
			p.About += " " + w.Detail
		}
	}
	return web.Send(c, r.Status, p.Lang, weekRoom(p))
}

// extraOf returns the openings that a date of a desk group has beside its usual ones.
func (k *Console) extraOf(c *fiber.Ctx, g *centre.DeskGroup, date string) ([]opening, error) {
	var plan planOf
	if err := k.ask(c, question{path: groupPath(g)}, &plan); err != nil {
		return nil, err
	}
	for _, h := range plan.Plan.Hours {
		if h.Extra && h.Date.String() == date {
			return h.Openings, nil
		}
	}
	return nil, nil
}

// draft asks what an edit of a version of a calendar would do.
func (k *Console) draft(c *fiber.Ctx, g *centre.DeskGroup, version int64, edit any, reason catalog.Text) (made change, err error) {
	err = k.ask(c, question{
		method: http.MethodPost, path: groupPath(g) + "/changes", query: url.Values{"dry_run": {"true"}}, match: tagOf(version),
		body: map[string]any{"edit": edit, "reason": reason},
	}, &made)
	return made, err
}

// undo takes back the last change of a calendar.
func (k *Console) undo(c *fiber.Ctx) error {
	p := k.page(c, "console.calendar", "console.calendar")
	g, _, err := k.group(c, &p)
	if err != nil {
		return err
	}
	version, err := strconv.ParseInt(posted(c, calendarField), 10, 64)
	if err != nil {
		return fiber.ErrNotFound
	}
	err = k.ask(c, question{method: http.MethodPost, path: groupPath(g) + "/undo", match: tagOf(version)}, nil)
	r := new(refusal)
	switch {
	case errors.As(err, &r) && r.Status != http.StatusUnauthorized:
		return k.sendHistory(c, r)
	case err != nil:
		return err
	}
	return c.Redirect(calendarPath+"?"+url.Values{groupField: {g.Slug}, "done": {"undone"}, web.LanguageField: {p.Lang}}.Encode(),
		http.StatusSeeOther)
}

// actShown is a change of a calendar as the log has it.
type actShown struct {
	At     web.Moment
	Actor  string
	Reason string
	Did    []string
}

// since returns the last n changes of a calendar, newest first.
func (k *Console) since(c *fiber.Ctx, g *centre.DeskGroup, n int64, lang string) ([]actShown, error) {
	if n < 1 {
		return nil, nil
	}
	if _, err := access.May(staffOf(c), "listActs"); err != nil {
		return nil, nil //nolint:nilerr // what is not shown is not an error
	}
	var log struct {
		Acts []struct {
			At     time.Time       `json:"at"`
			Actor  string          `json:"actor"`
			Reason string          `json:"reason"`
			Before json.RawMessage `json:"before"`
			After  json.RawMessage `json:"after"`
		} `json:"acts"`
	}
	q := url.Values{"subject": {"desk-group " + g.Slug}, "limit": {strconv.FormatInt(min(n, 50), 10)}}
	if err := k.ask(c, question{path: "/v1/audit", query: q}, &log); err != nil {
		return nil, err
	}
	var list []actShown
	zone := g.Calendar.Zone()
	for _, a := range log.Acts {
		list = append(list, actShown{
			At: web.MomentOf(a.At, zone, lang), Actor: a.Actor, Reason: a.Reason,
			Did: slices.Concat(
				parts(a.After, func(part string) catalog.Text { return texts.Staff("week.put_" + part) }, zone, lang),
				parts(a.Before, func(part string) catalog.Text { return texts.Staff("week.taken_" + part) }, zone, lang)),
		})
	}
	return list, nil
}

// parts says which parts of a plan were put in or taken out by a change.
func parts(object json.RawMessage, verb func(part string) catalog.Text, zone *time.Location, lang string) (list []string) {
	var plan map[string][]json.RawMessage
	if json.Unmarshal(object, &plan) != nil {
		return nil
	}
	for _, part := range []string{"rules", "seasons", "holidays", "stays_open", "hours", "closures"} {
		for _, entry := range plan[part] {
			text := verb(part).In(lang)
			var named struct {
				Name   catalog.Text    `json:"name"`
				Reason catalog.Text    `json:"reason"`
				Date   scheduling.Date `json:"date"`
			}
			var c closureOf
			switch {
			case part == "stays_open" || json.Unmarshal(entry, &named) != nil:
			case part == "closures" && json.Unmarshal(entry, &c) == nil:
				text += " " + c.describe(zone, lang)
			case !named.Date.IsZero():
				text += " " + web.DateMoment(named.Date, lang).Near + texts.Comma().In(lang) + named.Reason.In(lang)
			default:
				text += " " + named.Name.In(lang)
			}
			list = append(list, text)
		}
	}
	return list
}

// historyPage lists what was changed in a calendar.
type historyPage struct {
	page

	Group   *centre.DeskGroup
	Back    string
	Version int64
	Edits   bool
	Acts    []actShown
}

// showHistory lists what was changed in a calendar, and offers to take the last change back.
func (k *Console) showHistory(c *fiber.Ctx) error { return k.sendHistory(c, nil) }

func (k *Console) sendHistory(c *fiber.Ctx, refused *refusal) error {
	p := historyPage{page: k.page(c, "console.calendar", "week.history")}
	p.Files = append(slices.Clone(p.Files), weekFiles...)
	grant, err := access.May(p.Staff, "listActs")
	if err != nil {
		return err
	}
	if p.Group, _, err = k.group(c, &p.page); err != nil {
		return err
	}
	if err = grant.Permit(p.Group.Department, p.Group.Branch); err != nil {
		return err
	}
	grant, err = access.May(p.Staff, "undoDeskGroup")
	p.Edits = err == nil && grant.Permit(p.Group.Department, p.Group.Branch) == nil
	p.Back = weekAt(p.Group.Slug, scheduling.DateOf(k.Now(), p.Group.Calendar.Zone()), p.Lang)
	p.Version = p.Group.Version
	if p.Acts, err = k.since(c, p.Group, 50, p.Lang); err != nil {
		return err
	}
	if refused == nil {
		return web.Send(c, http.StatusOK, p.Lang, historyRoom(p))
	}
	p.Tone, p.Notice, p.About = web.Warning, refused.Title, refused.Detail
	return web.Send(c, refused.Status, p.Lang, historyRoom(p))
}
