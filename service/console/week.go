package console

import (
	"cmp"
	_ "embed" // the stylesheet and the module
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

// Fields of the forms and queries of the calendar.
const (
	onDateField = "date"  // ISO 8601
	beginField  = "from"  // wall time, HH:MM
	endField    = "until" // wall time, HH:MM
	tapField    = "tap"   // a cell: date and wall time
)

const calendarPath = Path + "/calendar"

// dayOfGroup is a day of a desk group as the API shows it (DeskGroupDay).
type dayOfGroup struct {
	Date        scheduling.Date `json:"date"`
	Open        bool            `json:"open"`
	Summary     catalog.Text    `json:"summary"`
	Layers      []layer         `json:"layers"`
	Stretches   []stretch       `json:"stretches"`
	Visits      int             `json:"visits"`
	Requests    int             `json:"requests"`
	Unsupported int             `json:"unsupported"`
}

// layer is one reason why a date or an instant is open or closed.
type layer struct {
	Kind    scheduling.LayerKind `json:"kind"`
	Name    catalog.Text         `json:"name"`
	Effect  catalog.Text         `json:"effect"`
	Decided bool                 `json:"decided"`
}

// stretch is a part of a day with a constant number of places.
type stretch struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Open  int       `json:"open"`
	Used  int       `json:"used"`
}

// daysOfGroup are days of a desk group as the API shows them (DeskGroupDays).
type daysOfGroup struct {
	Version int64        `json:"version"`
	Days    []dayOfGroup `json:"days"`
}

// cellState is what a part of a day is for visitors.
type cellState string

// The states of a cell.
const (
	cellFree cellState = "free"
	cellFull cellState = "full"
	cellShut cellState = "shut"
	cellOver cellState = "over" // more is taken than open: visits have lost their places
)

// partOfDay is a part of a day.
type partOfDay struct {
	Minute     int    // of the date at which it begins
	Value      string // for tapField
	Time       string // as people read it
	State      cellState
	Open, Used int
	Past       bool
	Chosen     bool
}

// Squares are one for each place, true for those that are taken; none if they are too many
// to draw.
func (c partOfDay) Squares() []bool {
	n := max(c.Open, c.Used)
	if n > mostSquares {
		return nil
	}
	out := make([]bool, n)
	for i := range min(c.Used, n) {
		out[i] = true
	}
	return out
}

const mostSquares = 5

// weekDay is a column of a week.
type weekDay struct {
	Date    scheduling.Date
	At      web.Moment
	Hijri   string
	Href    string // the same week with this day in front
	Share   int    // percent of the open places that are taken
	Visits  int
	Lost    int // visits that have lost their places
	Named   []string
	Shut    string      // why no place is open all day; "" if one is, or for no reason
	Cells   []partOfDay // none for a day that is shut
	Current bool        // the day that a narrow screen shows
	Today   bool
}

// rowOfWeek is a row of a week.
type rowOfWeek struct {
	Time string
	Gap  bool // time before it is left out, since every day is shut then
}

// selection is a stretch of a date that is chosen; the zero value is none.
type selection struct {
	Date        scheduling.Date
	From, Until int // minutes of the date, half-open
}

// none reports whether nothing is chosen.
func (s selection) none() bool { return s.Until == 0 }

// tapped returns the selection after a tap on the part [minute, minute+step) of a date: the
// first tap chooses it, and a second one the stretch between both.
func (s selection) tapped(d scheduling.Date, minute, step int) selection {
	if s.none() || s.Date != d || s.Until-s.From != step || s.From == minute {
		return selection{d, minute, minute + step}
	}
	return selection{d, min(s.From, minute), max(s.Until, minute+step)}
}

// picture is a week as rows and columns.
type picture struct {
	Days    []weekDay
	Rows    []rowOfWeek
	Leftout []string // names of the days without any hours
	Step    int      // minutes of a cell
}

// Cells is how many cells it has.
func (p picture) Cells() (n int) {
	for _, d := range p.Days {
		n += len(d.Cells)
	}
	return n
}

const (
	halfHour   = 30  // minutes
	mostCells  = 200 // of half an hour; a longer week has cells of an hour
	shortBreak = 2   // cells: a longer time during which every day is shut is left out
)

// view says how a week is drawn.
type view struct {
	lang   string
	zone   *time.Location
	now    time.Time
	day    scheduling.Date // in front
	chosen selection
	href   func(scheduling.Date) string
}

// draw draws days of a desk group.
func draw(days []dayOfGroup, v view) (p picture) {
	var shown []dayOfGroup
	for _, d := range days {
		if !d.hasHours() {
			p.Leftout = append(p.Leftout, web.DateMoment(d.Date, v.lang).Weekday)
			continue
		}
		shown = append(shown, d)
	}
	p.Step = halfHour
	rows := rowsOf(shown, v.zone, p.Step)
	if len(rows)*len(shown) > mostCells {
		p.Step = 2 * halfHour
		rows = rowsOf(shown, v.zone, p.Step)
	}
	last := -1
	for _, minute := range rows {
		p.Rows = append(p.Rows, rowOfWeek{Time: clockOf(minute, v.lang), Gap: last >= 0 && minute > last+p.Step})
		last = minute
	}
	today := scheduling.DateOf(v.now, v.zone)
	front := 0
	for i, d := range shown {
		if d.Date <= v.day {
			front = i
		}
		p.Days = append(p.Days, d.column(rows, p.Step, today, v))
	}
	if len(p.Days) > 0 {
		p.Days[front].Current = true
	}
	return p
}

// hasHours reports whether a day is usually open, or is made so, or has visits.
func (d dayOfGroup) hasHours() bool {
	return len(d.Stretches) > 0 || slices.ContainsFunc(d.Layers, func(l layer) bool {
		return l.Kind != scheduling.LayerHoliday && l.Kind != scheduling.LayerClosure
	})
}

// minuteOn is the minute of a date at which an instant is, by the clock on the wall.
func minuteOn(d scheduling.Date, at time.Time, zone *time.Location) int {
	local := at.In(zone)
	return int(scheduling.DateOf(at, zone)-d)*24*60 + local.Hour()*60 + local.Minute()
}

// rowsOf returns the minutes at which rows begin: those in which a day has places, and short
// breaks between them.
func rowsOf(days []dayOfGroup, zone *time.Location, step int) []int {
	in := make(map[int]bool)
	for _, d := range days {
		for _, s := range d.Stretches {
			from, until := minuteOn(d.Date, s.Start, zone), minuteOn(d.Date, s.End, zone)
			for m := from / step * step; m < until; m += step {
				in[m] = true
			}
		}
	}
	var rows []int
	for m := range in {
		rows = append(rows, m)
	}
	slices.Sort(rows)
	for i := len(rows) - 1; i > 0; i-- {
		if missing := (rows[i]-rows[i-1])/step - 1; missing > 0 && missing <= shortBreak {
			for m := rows[i] - step; m > rows[i-1]; m -= step {
				rows = slices.Insert(rows, i, m)
			}
		}
	}
	return rows
}

// column returns a day as a column with these rows.
func (d dayOfGroup) column(rows []int, step int, today scheduling.Date, v view) weekDay {
	out := weekDay{
		Date: d.Date, At: web.DateMoment(d.Date, v.lang), Hijri: hijriDay(d.Date, v.lang), Href: v.href(d.Date),
		Visits: d.Visits + d.Requests,
		Lost:   d.Unsupported, Today: d.Date == today,
	}
	open, used := 0, 0
	for _, s := range d.Stretches {
		length := int(s.End.Sub(s.Start) / time.Minute)
		open, used = open+s.Open*length, used+min(s.Used, s.Open)*length
	}
	if open > 0 {
		out.Share = (100*used + open/2) / open
	}
	for _, l := range d.Layers {
		if l.Kind == scheduling.LayerRule || l.Name.In(v.lang) == "" {
			continue
		}
		if out.Named = append(out.Named, l.Name.In(v.lang)); l.Decided && open == 0 {
			out.Shut = l.Name.In(v.lang)
		}
	}
	out.Named = slices.Compact(out.Named)
	if len(d.Stretches) == 0 {
		out.Shut = cmp.Or(out.Shut, d.Summary.In(v.lang))
		return out
	}
	now := minuteOn(d.Date, v.now, v.zone)
	for _, m := range rows {
		c := partOfDay{
			Minute: m, Value: d.Date.String() + "T" + wallTime(m), Time: clockOf(m, v.lang), Past: m+step <= now,
			Chosen: v.chosen.Date == d.Date && m >= v.chosen.From && m < v.chosen.Until,
		}
		lost := false
		for _, s := range d.Stretches {
			if minuteOn(d.Date, s.Start, v.zone) < m+step && minuteOn(d.Date, s.End, v.zone) > m {
				c.Open, c.Used, lost = max(c.Open, s.Open), max(c.Used, s.Used), lost || s.Used > s.Open
			}
		}
		switch {
		case lost:
			c.State = cellOver
		case c.Open == 0:
			c.State = cellShut
		case c.Used >= c.Open:
			c.State = cellFull
		default:
			c.State = cellFree
		}
		out.Cells = append(out.Cells, c)
	}
	return out
}

// wallTime writes a minute of a date as forms do: HH:MM, beyond 24:00 on the next date.
func wallTime(minute int) string { return scheduling.WallTime(minute).String() }

// clockOf writes a minute of a date as people read it.
func clockOf(minute int, lang string) string { return texts.Clock(minute/60%24, minute%60).In(lang) }

// minuteOf reads a wall time; ok is false for anything else.
func minuteOf(s string) (minute int, ok bool) {
	at, err := scheduling.ParseWallTime(s)
	return int(at), err == nil
}

// weekPage is the week of a desk group.
type weekPage struct {
	page
	picture

	Group   *centre.DeskGroup
	Choice  []groupsOf
	Where   string // branch and department
	Day     scheduling.Date
	Version int64
	Span    string // of the week, in both calendars
	Hijri   string
	Before  string // addresses
	After   string
	Now     string
	Edits   bool // may change the calendar
	Chosen  selection
	Why     why
	Form    changeForm
	Since   []actShown // what others changed meanwhile
}

// groupsOf are the desk groups of a branch to choose from.
type groupsOf struct {
	Branch string
	Groups []web.Option
}

// why explains an instant.
type why struct {
	At      web.Moment
	Summary string
	Layers  []layer
	Closed  []closed // closures that can be removed
	Own     bool     // the date has hours of its own
}

// at is the address of the week of a date.
func (p weekPage) at(d scheduling.Date) string { return weekAt(p.Group.Slug, d, p.Lang) }

func weekAt(group string, d scheduling.Date, lang string) string {
	return calendarPath + "?" + url.Values{groupField: {group}, onDateField: {d.String()}, web.LanguageField: {lang}}.Encode()
}

// ChosenText says which stretch is chosen.
func (p weekPage) ChosenText() string {
	if p.Chosen.none() {
		return ""
	}
	return p.S("week.chosen", "Date", web.DateMoment(p.Chosen.Date, p.Lang).Near,
		"From", clockOf(p.Chosen.From, p.Lang), "Until", clockOf(p.Chosen.Until, p.Lang))
}

// group finds the desk group that a page is about: the one that is asked for, or the first
// that the member of staff may see. It returns fiber.ErrNotFound for one that they may not
// see, as for one that does not exist.
func (k *Console) group(c *fiber.Ctx, p *page) (group *centre.DeskGroup, choice []groupsOf, err error) {
	grant, err := access.May(p.Staff, "listDeskGroupDays")
	if err != nil {
		return nil, nil, err
	}
	snapshot, asked := k.Centre(), c.Query(groupField, posted(c, groupField))
	for _, b := range snapshot.Branches {
		in := groupsOf{Branch: b.Name.In(p.Lang)}
		for _, g := range snapshot.GroupsAt(b.Slug) {
			if grant.Permit(g.Department, g.Branch) != nil || g.Ended(k.Now()) && g.Slug != asked {
				continue
			}
			if group == nil || g.Slug == asked {
				group = g
			}
			name := g.Name.In(p.Lang)
			if d, ok := snapshot.Department(g.Department); ok {
				name += " · " + d.Name.In(p.Lang)
			}
			in.Groups = append(in.Groups, web.Option{Value: g.Slug, Text: name})
		}
		if len(in.Groups) > 0 {
			choice = append(choice, in)
		}
	}
	switch {
	case group == nil:
		return nil, nil, access.ErrForbidden
	case asked != "" && group.Slug != asked:
		return nil, nil, fiber.ErrNotFound
	}
	if b, ok := snapshot.Branch(group.Branch); ok {
		p.Branch = b.Name.In(p.Lang)
	}
	p.At = web.MomentOf(k.Now(), snapshot.Zone(group.Branch), p.Lang)
	return group, choice, nil
}

// week reads the week of the desk group that is asked for.
func (k *Console) week(c *fiber.Ctx) (p weekPage, err error) {
	p = weekPage{page: k.page(c, "console.calendar", "console.calendar")}
	p.Files = append(slices.Clone(p.Files), weekFiles...)
	if p.Group, p.Choice, err = k.group(c, &p.page); err != nil {
		return p, err
	}
	grant, err := access.May(p.Staff, "createChange")
	p.Edits = err == nil && grant.Permit(p.Group.Department, p.Group.Branch) == nil
	zone := p.Group.Calendar.Zone()
	today := scheduling.DateOf(k.Now(), zone)
	p.Title = p.Group.Name.In(p.Lang)
	p.choose(c, today)
	first := p.Day - scheduling.Date(p.Day.Time().Weekday())
	var week daysOfGroup
	if err = k.ask(c, question{path: groupPath(p.Group) + "/days", query: url.Values{"from": {first.String()}}}, &week); err != nil {
		return p, err
	}
	p.Version = week.Version
	p.picture = draw(week.Days, view{p.Lang, zone, k.Now(), p.Day, p.Chosen, p.at})
	last := first + 6
	if n := len(p.Days); n > 0 {
		first, last = p.Days[0].Date, p.Days[n-1].Date
	}
	p.Span, p.Hijri = rangeText(first, last, p.Lang)
	p.Before, p.After, p.Now = p.at(p.Day-7), p.at(p.Day+7), p.at(today)
	p.Form = p.form()
	if p.Chosen.none() {
		return p, nil
	}
	p.Why, err = k.why(c, p.Group, p.Chosen, p.Edits, p.Lang)
	return p, err
}

// choose reads which date and which stretch of it are chosen.
func (p *weekPage) choose(c *fiber.Ctx, today scheduling.Date) {
	value := func(name string) string { return c.Query(name, posted(c, name)) }
	p.Day = today
	if d, err := scheduling.ParseDate(value(onDateField)); err == nil && !scheduling.HijriOf(d).IsZero() {
		p.Day = d
	}
	from, okFrom := minuteOf(value(beginField))
	until, okUntil := minuteOf(value(endField))
	if okFrom && okUntil && until > from {
		p.Chosen = selection{p.Day, from, until}
	}
	date, at, _ := strings.Cut(c.Query(tapField), "T")
	d, err := scheduling.ParseDate(date)
	if minute, ok := minuteOf(at); ok && err == nil && !scheduling.HijriOf(d).IsZero() {
		step := halfHour
		if c.Query("step") == "60" {
			step = 2 * halfHour
		}
		p.Chosen, p.Day = p.Chosen.tapped(d, minute, step), d
	}
}

// why explains the beginning of a stretch.
func (k *Console) why(c *fiber.Ctx, g *centre.DeskGroup, s selection, edits bool, lang string) (w why, err error) {
	zone := g.Calendar.Zone()
	at := instantOf(s.Date, s.From, zone)
	var day struct {
		Moment struct {
			Summary catalog.Text `json:"summary"`
			Layers  []layer      `json:"layers"`
		} `json:"moment"`
		Layers []layer `json:"layers"`
	}
	q := url.Values{"date": {s.Date.String()}, "at": {at.Format(time.RFC3339)}}
	if err = k.ask(c, question{path: groupPath(g) + "/day", query: q}, &day); err != nil {
		return w, err
	}
	w = why{At: web.MomentOf(at, zone, lang), Summary: day.Moment.Summary.In(lang), Layers: day.Moment.Layers}
	is := func(kinds ...scheduling.LayerKind) func(layer) bool {
		return func(l layer) bool { return slices.Contains(kinds, l.Kind) }
	}
	w.Own = slices.ContainsFunc(day.Layers, is(scheduling.LayerHours, scheduling.LayerExtra))
	if edits && slices.ContainsFunc(day.Layers, is(scheduling.LayerClosure)) {
		w.Closed, err = k.closedAt(c, g, at, instantOf(s.Date, s.Until, zone), lang)
	}
	return w, err
}

// instantOf is the instant of a minute of a date.
func instantOf(d scheduling.Date, minute int, zone *time.Location) time.Time {
	return d.At(scheduling.WallTime(minute), zone).In(zone)
}

// groupPath is where the API has a desk group.
func groupPath(g *centre.DeskGroup) string { return "/v1/desk-groups/" + url.PathEscape(g.Slug) }

// showWeek shows a week.
func (k *Console) showWeek(c *fiber.Ctx) error {
	p, err := k.week(c)
	if err != nil {
		return err
	}
	if isKept(c) {
		p.Form.typed(c)
	}
	if c.Query("done") == "undone" {
		p.Notice = p.S("week.undone")
	}
	return web.Send(c, http.StatusOK, p.Lang, weekRoom(p))
}

// refusedBy returns the refusal that err is, nil for another error.
func refusedBy(err error) *refusal {
	r := new(refusal)
	if errors.As(err, &r) && r.Status != http.StatusUnauthorized {
		return r
	}
	return nil
}

//go:embed week.css
var weekStyle []byte

//go:embed week.js
var weekModule []byte

//nolint:gochecknoglobals // constants in all but name
var weekFiles = []web.Asset{
	web.NewAsset("console-week", "css", web.Stylesheet, weekStyle), web.NewAsset("console-week", "js", web.Module, weekModule),
}

func (p weekPage) historyAt() string {
	return calendarPath + "/history?" + url.Values{groupField: {p.Group.Slug}, web.LanguageField: {p.Lang}}.Encode()
}

// LeftoutText names the days that have no hours.
func (p weekPage) LeftoutText() string {
	return strings.Join(p.Leftout, texts.And().In(p.Lang))
}

// cellText says in words what the squares of a cell show, and of how many places.
func (p weekPage) cellText(c partOfDay) (text, of string) {
	switch c.State {
	case cellShut:
		return p.S("week.shut"), ""
	case cellFull:
		return p.S("week.full"), p.S("week.all_of", "Of", c.Open)
	case cellOver:
		return p.S("week.over", "Used", c.Used), p.S("week.of", "Of", c.Open)
	case cellFree:
	}
	return p.S("week.free", "Free", c.Open-c.Used), p.S("week.of", "Of", c.Open)
}

// rangeText says from which date to which, in both calendars, and each month once.
func rangeText(first, last scheduling.Date, lang string) (gregorian, hijri string) {
	say := func(from, until string) string {
		return texts.Staff("week.from_to", "From", from, "Until", until).In(lang)
	}
	a, b := first.Time(), last.Time()
	from := strconv.Itoa(a.Day())
	if a.Month() != b.Month() {
		from += " " + texts.Month(a.Month()).In(lang)
	}
	gregorian = say(from, texts.Date(b).In(lang))
	h, until := scheduling.HijriOf(first), scheduling.HijriOf(last)
	if h.IsZero() || until.IsZero() {
		return gregorian, ""
	}
	from = strconv.Itoa(h.Day)
	if h.Month != until.Month {
		from = hijriDay(first, lang)
	}
	return gregorian, say(from, until.Long().In(lang))
}

// hijriDay is a date of the Hijri calendar without its year.
func hijriDay(d scheduling.Date, lang string) string {
	h := scheduling.HijriOf(d)
	if h.IsZero() {
		return ""
	}
	return strconv.Itoa(h.Day) + " " + texts.HijriMonth(h.Month).In(lang)
}

// field returns a field of the form that changes the calendar.
func (p weekPage) field(name, kind string) web.Field {
	f := web.Field{
		Name: name, Label: p.S("week." + name), Value: p.Form.Values[name], Wrong: p.Form.Wrong[name],
		Attributes: map[string]any{"type": kind},
	}
	switch kind {
	case "time":
		f.Attributes["step"] = "300"
	case "number":
		f.Attributes["min"], f.Attributes["max"] = "1", "1000"
	case "text":
		f.Attributes["maxlength"], f.Attributes["dir"] = "120", "auto"
	}
	return f
}

func dayClass(d weekDay) string {
	class := "weekday"
	if d.Current {
		class += " current"
	}
	if d.Today {
		class += " today"
	}
	return class
}

func cellClass(c partOfDay, gap bool) string {
	class := "c " + string(c.State)
	if c.Past {
		class += " past"
	}
	if gap {
		class += " gap"
	}
	return class
}

// barClass is how a visit that loses its place looks among the others.
func barClass(h hit) string {
	if h.Proposed.Time == "" || h.Mobile == "" {
		return "open"
	}
	return ""
}
