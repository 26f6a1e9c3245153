package portal

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/service/web"
	"ziyara/slots"
	"ziyara/texts"
)

// weeks is how many weeks one page of days shows.
const weeks = 4

// timesAt is the page of the days and times of a service at a branch.
type timesAt struct {
	web.Page
	chosen

	Notice   string   // what happened to the day that was asked for; "" for nothing
	Paused   []string // when the branch doesn't offer the service, and why
	Dates    string   // the first and the last date of the table
	Hijri    string   // the same in the Hijri calendar; "" where it doesn't reach
	Columns  []string // names of the days of the week that the table has
	Weeks    [][]cell
	Closed   []string    // why days are closed, in sentences
	Day      *web.Moment // whose times are shown; nil if no day has any
	Parts    []part
	Earlier  string  // address of the days before; "" for none
	Later    string  // address of the days after; "" for none
	Next     *string // first free moment elsewhere in time, in words; nil if days are free here
	NextLink string  // address of its day
	Held     string  // how long a place is held, in words
}

// cell is one day in the table.
type cell struct {
	Weekday, Date        string // Date is the day of the month
	HijriDay, HijriMonth string
	MonthName            string // short, where the language has short names
	FullMonth            string
	Begins, HijriBegins  bool   // a month begins, or the table
	State                string // free, chosen, shut, past or none
	Says                 string // places in words, or why there are none
	Link                 string // "" if the day has no free start
}

// part is the starts of one part of a day.
type part struct {
	Name  string
	Times []web.Choice
}

// daysAsked is a request for a page of days: the page says what its address does, in a
// language, on a host.
type daysAsked struct{ lang, host, address string }

// days shows the days of a service at a branch, and the times of one of them. The page is
// kept for all who ask for the same, unless a place is kept for the browser, or the page
// has no free day: then it tells when the next is, and is counted.
func (p *Portal) days(c *fiber.Ctx) error {
	choice, err := p.chosenAt(c)
	if err != nil {
		return err
	}
	now, version := p.Now(), centreOf(c).Version
	dates := datesOf(c, choice, now)
	kept, holds := p.draftOf(c).keptFor(choice, now)
	out := timesAt{Page: p.frameOf(c, ""), chosen: choice}
	asked := daysAsked{out.Lang, out.Host, out.Here}
	var page *web.Packed
	overview, searched, err := bookerOf(c).OverviewUnless(c.UserContext(), slots.Query{
		Service: choice.Service.Slug, Branch: choice.Branch.Slug, Party: choice.Party, Channel: catalog.Public, Needs: choice.Needs,
		From: max(dates.today, dates.first), To: dates.first + 7*weeks - 1,
	}, func(version, stamp int64) (ready bool) {
		page, ready = p.ready.Find(asked, web.BasisAt(now, version, stamp))
		return ready && !holds
	}, now)
	if err != nil {
		return err
	}
	if searched {
		if holds {
			overview.Days = withKept(overview.Days, kept, overview.Zone)
		}
		if err = p.fillDays(c, &out, overview, dates); err != nil {
			return err
		}
		if holds {
			out.mark(kept, overview.Zone)
		}
		if page, err = web.Compose(c, out.page()); err != nil {
			return err
		}
		// While it was searched for, the centre may have become another than it is chosen from.
		if !holds && out.Day != nil && out.Here != "" && overview.Stamp != 0 && overview.Version == version {
			p.ready.Keep(asked, page, web.BasisAt(now, version, overview.Stamp), page.Weight())
		}
	}
	if err = p.begin(c); err != nil {
		return err
	}
	return web.SendReady(c, out.Lang, page)
}

// pageDates are the dates of a page of days.
type pageDates struct {
	today  scheduling.Date
	wanted scheduling.Date // whose times are asked for; 0 for any
	first  scheduling.Date // in the table, a Sunday
	last   scheduling.Date // that can be booked
}

func datesOf(c *fiber.Ctx, choice chosen, now time.Time) pageDates {
	d := pageDates{today: scheduling.DateOf(now, centreOf(c).Zone(choice.Branch.Slug)), wanted: dateOf(c.Query("day"), 0)}
	d.last = d.today + scheduling.Date(choice.Service.Horizon/(24*time.Hour))
	d.first = sunday(max(d.today, min(d.last, dateOf(c.Query("from"), d.wanted))))
	return d
}

// fillDays fills the page with the days from first on, and the times of one of them.
func (p *Portal) fillDays(c *fiber.Ctx, out *timesAt, overview slots.Overview, d pageDates) error {
	choice := out.chosen
	out.Held = minutes(p.Hold).In(out.Lang)
	out.Title = out.T("portal.days_title")
	out.Paused = pauses(centreOf(c).PausesOf(choice.Service, choice.Branch.Slug, p.Now()), out.Lang)
	shown := pick(overview.Days, d.wanted)
	if d.wanted != 0 && (shown == nil || shown.Date != d.wanted) {
		out.Notice = out.T("portal.day_gone")
	}
	out.table(overview.Days, d.first, d.today, shown)
	if shown != nil {
		day := web.DateMoment(shown.Date, out.Lang)
		out.Day, out.Parts = &day, parts(out.Page, shown.Slots, overview.Zone)
	} else {
		if c.Query("from") == "" { // later days tell nothing of what is wanted
			p.Counts.FoundNothing(centreOf(c), choice.Service.Slug, choice.Branch.Slug, catalog.Public, p.Now())
		}
		from := scheduling.Date(0) // any date: later days are shown
		if d.first <= d.today {
			from = d.first + 7*weeks
		}
		if err := p.next(c, out, from); err != nil {
			return err
		}
	}
	if d.first > d.today {
		out.Earlier = choice.at(choice.Branch.Slug, "", "from", max(d.today, d.first-7*weeks).String())
	}
	if d.first+7*weeks <= d.last {
		out.Later = choice.at(choice.Branch.Slug, "", "from", (d.first + 7*weeks).String())
	}
	out.Public = &web.Public{
		Path:  servicePath + choice.Service.Slug + "/" + choice.Branch.Slug,
		About: out.T("portal.days_about", "Service", choice.Service.Name, "Branch", choice.Branch.Name),
	}
	return nil
}

// withKept adds the start whose place is kept for this browser to those of its day: it is
// taken for all others.
func withKept(days []slots.DayOffer, kept held, zone *time.Location) []slots.DayOffer {
	start := time.Unix(kept.Start, 0).UTC()
	at := slices.IndexFunc(days, func(d slots.DayOffer) bool { return d.Date == scheduling.DateOf(start, zone) })
	if at < 0 {
		return days
	}
	n, found := slices.BinarySearchFunc(days[at].Slots, start, func(s slots.Slot, t time.Time) int { return s.Start.Compare(t) })
	if found {
		return days
	}
	days = slices.Clone(days)
	days[at].State, days[at].Slots = slots.DayFree, slices.Insert(slices.Clone(days[at].Slots), n, slots.Slot{Start: start})
	return days
}

// mark says at the start whose place is kept for this browser until when it is.
func (t *timesAt) mark(kept held, zone *time.Location) {
	value := time.Unix(kept.Start, 0).UTC().Format(time.RFC3339)
	for _, p := range t.Parts {
		for i := range p.Times {
			if p.Times[i].Value == value {
				p.Times[i].Note = t.T("portal.kept_for_you", "Time", clock(kept.Ends, zone, t.Lang))
			}
		}
	}
}

// sunday returns the first day of the week of a date.
func sunday(d scheduling.Date) scheduling.Date {
	return d - scheduling.Date(d.Time().Weekday())
}

// pick returns the wanted day if it has free starts, or else the first that has;
// nil for none.
func pick(days []slots.DayOffer, wanted scheduling.Date) *slots.DayOffer {
	var first *slots.DayOffer
	for i, d := range days {
		switch {
		case len(d.Slots) == 0:
		case d.Date == wanted:
			return &days[i]
		case first == nil:
			first = &days[i]
		}
	}
	return first
}

// next finds the first free start of the branch from a date on.
func (p *Portal) next(c *fiber.Ctx, out *timesAt, from scheduling.Date) error {
	found, err := bookerOf(c).First(c.UserContext(), slots.FirstQuery{
		Service: out.Service.Slug, Branch: out.Branch.Slug, From: from, Party: out.Party, Channel: catalog.Public, Needs: out.Needs,
	}, p.Now())
	if err != nil {
		return err
	}
	for _, f := range found {
		if f.Found {
			moment := web.MomentOf(f.Slot.Start, f.Zone, out.Lang)
			words := out.T("portal.next_free", "Date", moment.Date(), "Time", moment.Time)
			out.Next, out.NextLink = &words, out.at(f.Branch, "", "day", scheduling.DateOf(f.Slot.Start, f.Zone).String())+"#day"
		}
	}
	return nil
}

// table fills the table of days from first on. Days before today are past.
func (t *timesAt) table(days []slots.DayOffer, first, today scheduling.Date, shown *slots.DayOffer) {
	from := days[0].Date
	columns := openOn(days)
	for _, w := range columns {
		t.Columns = append(t.Columns, texts.Weekday(w).In(t.Lang))
	}
	says := wordsOf(t.Page)
	var previous *cell
	for week := range scheduling.Date(weeks) {
		row := make([]cell, 0, len(columns))
		for i, w := range columns {
			date := first + 7*week + scheduling.Date(w)
			c := says.cell(date, today, shown)
			c.Weekday = t.Columns[i]
			if date >= from {
				t.fill(&c, says, days[date-from], date == today)
			}
			c.Begins = previous != nil && previous.MonthName != c.MonthName
			c.HijriBegins = previous != nil && previous.HijriMonth != c.HijriMonth
			row, previous = append(row, c), &c
		}
		t.Weeks = append(t.Weeks, row)
	}
	begin, end := first+scheduling.Date(columns[0]), first+7*(weeks-1)+scheduling.Date(columns[len(columns)-1])
	t.Dates, t.Hijri = span(t.Page, begin, end), hijriSpan(t.Page, begin, end)
	t.Closed = closed(t.Page, days, columns)
}

// shortMonth is the month of a date, as short as it is written.
func shortMonth(d scheduling.Date) texts.Text {
	day, short := strconv.Itoa(d.Time().Day())+" ", texts.ShortDate(d.Time())
	return texts.Text{AR: strings.TrimPrefix(short.AR, day), EN: strings.TrimPrefix(short.EN, day)}
}

// span says from which date to which; a year that both have is said once.
func span(p web.Page, from, to scheduling.Date) string {
	a, b := from.Time(), to.Time()
	begin := texts.Date(a)
	if a.Year() == b.Year() {
		month := texts.Month(a.Month())
		begin = texts.Text{AR: strconv.Itoa(a.Day()) + " " + month.AR, EN: strconv.Itoa(a.Day()) + " " + month.EN}
	}
	return p.T("portal.range", "From", begin, "To", texts.Date(b))
}

// hijriSpan is like span, in the Hijri calendar; "" where it doesn't reach.
func hijriSpan(p web.Page, from, to scheduling.Date) string {
	a, b := scheduling.HijriOf(from), scheduling.HijriOf(to)
	if a.IsZero() || b.IsZero() {
		return ""
	}
	begin := a.Long()
	if a.Year == b.Year {
		day := strconv.Itoa(a.Day) + " "
		begin = texts.Text{AR: day + a.MonthName().AR, EN: day + a.MonthName().EN}
	}
	return p.T("portal.range", "From", begin, "To", b.Long())
}

// openOn returns the days of the week on which the branch is open for the service on
// any of these dates, or Sunday to Thursday if it is on none.
func openOn(days []slots.DayOffer) []time.Weekday {
	var seen [7]bool
	for _, d := range days {
		if d.State != slots.DayClosed && d.State != slots.DayHoliday {
			seen[d.Date.Time().Weekday()] = true
		}
	}
	var list []time.Weekday
	for w, is := range seen {
		if is {
			list = append(list, time.Weekday(w))
		}
	}
	if list == nil {
		return []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday}
	}
	return list
}

// cellWords are the words of a table, looked up once for all of its cells.
type cellWords struct {
	lang                       string
	none, today, closed, later string
	paused                     string
	months                     map[time.Month]monthNames
	hijri                      map[int]string // names of months
}

// monthNames are the names of a month: as short as it is written, and in full.
type monthNames struct{ short, full string }

func wordsOf(p web.Page) cellWords {
	return cellWords{
		p.Lang, p.T("portal.cell_none"), p.T("portal.cell_today"), p.T("portal.cell_closed"), p.T("portal.cell_later"),
		p.T("portal.cell_paused"),
		map[time.Month]monthNames{}, map[int]string{},
	}
}

func (w cellWords) month(d scheduling.Date) monthNames {
	month := d.Time().Month()
	names, ok := w.months[month]
	if !ok {
		names = monthNames{shortMonth(d).In(w.lang), texts.Month(month).In(w.lang)}
		w.months[month] = names
	}
	return names
}

func (w cellWords) hijriMonth(h scheduling.Hijri) string {
	name, ok := w.hijri[h.Month]
	if !ok {
		name = h.MonthName().In(w.lang)
		w.hijri[h.Month] = name
	}
	return name
}

// cell is a date that offers nothing.
func (w cellWords) cell(date, today scheduling.Date, shown *slots.DayOffer) cell {
	names := w.month(date)
	c := cell{Date: strconv.Itoa(date.Time().Day()), State: "past", MonthName: names.short, FullMonth: names.full, Says: w.none}
	if h := scheduling.HijriOf(date); !h.IsZero() {
		c.HijriDay, c.HijriMonth = strconv.Itoa(h.Day), w.hijriMonth(h)
	}
	if date == today {
		c.Says = w.today
	}
	if shown != nil && shown.Date == date {
		c.State = "chosen"
	}
	return c
}

// fill says what a day offers.
func (t *timesAt) fill(c *cell, says cellWords, d slots.DayOffer, today bool) {
	switch d.State {
	case slots.DayFree:
		if c.State != "chosen" {
			c.State = "free"
		}
		c.Says = t.T("portal.cell_free", "Count", len(d.Slots))
		c.Link = t.at(t.Branch.Slug, "", "day", d.Date.String()) + "#day"
	case slots.DayClosed, slots.DayHoliday:
		c.State, c.Says = "shut", says.closed
	case slots.DayPaused:
		c.State, c.Says = "shut", says.paused
	case slots.DayTooLate:
		c.State, c.Says = "none", says.later
	case slots.DayTooSoon, slots.DayFull:
		c.State = "none"
		if !today {
			c.Says = says.none
		}
	}
}

// closed says in sentences why days are closed: the holidays by name, and the days
// of the week on which the branch never opens.
func closed(p web.Page, days []slots.DayOffer, columns []time.Weekday) []string {
	var list []string
	for i := 0; i < len(days); {
		first := days[i]
		last := i
		for last+1 < len(days) && days[last+1].State == slots.DayHoliday && days[last+1].Holiday == first.Holiday {
			last++
		}
		if first.State == slots.DayHoliday {
			from, to := web.DateMoment(first.Date, p.Lang), web.DateMoment(days[last].Date, p.Lang)
			if last == i {
				list = append(list, p.T("portal.closed_on", "Date", from.Date(), "Why", first.Holiday))
			} else {
				list = append(list, p.T("portal.closed_from", "From", from.Date(), "To", to.Date(), "Why", first.Holiday))
			}
		}
		i = last + 1
	}
	var never []texts.Text
	for w := range time.Weekday(7) {
		if !slices.Contains(columns, w) {
			never = append(never, texts.Weekday(w))
		}
	}
	if len(never) > 0 {
		list = append(list, p.T("portal.closed_weekly", "Days", texts.List(never, texts.And())))
	}
	return list
}

// parts divides starts into the parts of the day.
func parts(p web.Page, list []slots.Slot, zone *time.Location) []part {
	var out []part
	for _, s := range list {
		hour := s.Start.In(zone).Hour()
		name := "portal.morning"
		switch {
		case hour >= 16:
			name = "portal.evening"
		case hour >= 12:
			name = "portal.noon"
		}
		name = p.T(name)
		if len(out) == 0 || out[len(out)-1].Name != name {
			out = append(out, part{Name: name})
		}
		at := &out[len(out)-1]
		at.Times = append(at.Times, web.Choice{Value: s.Start.UTC().Format(time.RFC3339), Shown: texts.ClockAt(s.Start.In(zone)).In(p.Lang)})
	}
	return out
}
