package scheduling

import (
	"iter"
	"math/bits"
	"slices"
	"sync/atomic"
	"time"

	"github.com/teambition/rrule-go"
)

// Recurrence is a checked recurrence rule over dates. Whether it includes a
// date follows from that date alone, so a rule that began years ago costs no
// more than a fresh one. rrule-go parses the text but does not expand it here:
// it steps from the first date, is not bounded for rules that rarely or never
// occur, and panics on some. The tests use it as the reference.
type Recurrence struct {
	text        string
	freq        rrule.Frequency
	interval    int
	weekStart   time.Weekday
	first, last Date // both inclusive

	weekdays  uint8  // bit per time.Weekday; 0 for any
	months    uint16 // bit per month; 0 for any
	monthDays ordinals
	yearDays  ordinals
	weeks     ordinals
	nth       []nthWeekdays
	positions []int
	start     int // the period that contains first

	// kept holds, for each kind of year that was asked for, the dates that
	// match: all years of a kind look the same to the BY parts.
	kept *[yearKinds]atomic.Pointer[yearDates]
}

// yearKinds is how many kinds of year there are: it begins on one of seven
// weekdays, and of three years in a row at most one is a leap year.
const yearKinds = 7 * 4

// yearDates has a bit for each day of a year, from 1.
type yearDates [6]uint64

func (y *yearDates) has(day int) bool { return y[day/64]&(1<<(day%64)) != 0 }

// nthWeekdays are numbered weekdays of a month or a year, such as 2MO.
type nthWeekdays struct {
	day time.Weekday
	n   ordinals
}

// ordinals is a set of positions from 1 to 383, counted from the start or, if
// negative, from the end.
type ordinals struct {
	some       bool
	start, end [6]uint64
}

func newOrdinals(list []int) ordinals {
	o := ordinals{some: len(list) > 0}
	for _, n := range list {
		if n > 0 {
			o.start[n/64] |= 1 << (n % 64)
		} else {
			o.end[-n/64] |= 1 << (-n % 64)
		}
	}
	return o
}

// has reports whether the set contains the position at among length.
func (o *ordinals) has(at, length int) bool {
	back := length - at + 1
	return o.start[at/64]&(1<<(at%64)) != 0 || o.end[back/64]&(1<<(back%64)) != 0
}

// String returns the canonical text of the rule.
func (r *Recurrence) String() string { return r.text }

// On reports whether the rule includes d.
func (r *Recurrence) On(d Date) bool { return r.on(d, new(civil)) }

// on reports the same. parts is d split into its parts, or zero and then set
// if they are needed.
func (r *Recurrence) on(d Date, parts *civil) bool {
	if d < r.first || d > r.last {
		return false
	}
	if r.plainWeekly() {
		return r.weekdays&(1<<d.Weekday()) != 0
	}
	if parts.date != d {
		*parts = civilOf(d)
	}
	return (r.interval == 1 || (r.period(*parts)-r.start)%r.interval == 0) && r.year(*parts).has(parts.yearDay)
}

// year returns the days of the year of c that match and are at one of the
// positions, whatever INTERVAL says.
func (r *Recurrence) year(c civil) *yearDates {
	kind := &r.kept[c.kind]
	dates := kind.Load()
	if dates == nil {
		dates = r.expand(c)
		kind.Store(dates)
	}
	return dates
}

// expand computes what year returns.
func (r *Recurrence) expand(c civil) *yearDates {
	var dates yearDates
	from := c.date - Date(c.yearDay) + 1
	until := from + Date(c.yearLen())
	for c = civilOf(from); c.date < until; {
		if len(r.positions) > 0 {
			begin, end := r.span(c)
			for _, d := range r.inPositions(begin, end) {
				if d >= from && d < until {
					day := int(d-from) + 1
					dates[day/64] |= 1 << (day % 64)
				}
			}
			c.skip(end)
			continue
		}
		if r.months != 0 && r.months&(1<<c.month) == 0 {
			c.skip(c.date + Date(c.monthLen-c.day) + 1)
			continue
		}
		if r.matches(c) {
			dates[c.yearDay/64] |= 1 << (c.yearDay % 64)
		}
		c.next()
	}
	return &dates
}

// plainWeekly reports whether the rule has the most common form: every week, on
// the same weekdays.
func (r *Recurrence) plainWeekly() bool {
	return r.freq == rrule.WEEKLY && r.interval == 1 && r.months == 0 && len(r.positions) == 0
}

func newRecurrence(o *rrule.ROption, first, last Date) Recurrence {
	r := Recurrence{
		freq: o.Freq, interval: max(o.Interval, 1),
		weekStart: weekday(o.Wkst), first: first, last: last,
		monthDays: newOrdinals(o.Bymonthday), yearDays: newOrdinals(o.Byyearday),
		weeks: newOrdinals(o.Byweekno), positions: sorted(o.Bysetpos),
		kept: new([yearKinds]atomic.Pointer[yearDates]),
	}
	for _, m := range o.Bymonth {
		r.months |= 1 << m
	}
	var numbered [7][]int
	for _, d := range o.Byweekday {
		if d.N() == 0 {
			r.weekdays |= 1 << weekday(d)
		} else {
			numbered[weekday(d)] = append(numbered[weekday(d)], d.N())
		}
	}
	for day, n := range numbered {
		if len(n) > 0 {
			r.nth = append(r.nth, nthWeekdays{time.Weekday(day), newOrdinals(n)})
		}
	}
	c := civilOf(first)
	r.fromFirst(c)
	r.start = r.period(c)
	return r
}

// fromFirst takes from the first date what the rule leaves open: the weekday of
// a weekly rule, the day of a monthly one, the month and day of a yearly one.
func (r *Recurrence) fromFirst(c civil) {
	byDay := r.weekdays != 0 || len(r.nth) > 0
	if byDay || r.monthDays.some || r.yearDays.some || r.weeks.some {
		return
	}
	switch r.freq {
	case rrule.WEEKLY:
		r.weekdays = 1 << c.date.Weekday()
	case rrule.MONTHLY:
		r.monthDays = newOrdinals([]int{c.day})
	case rrule.YEARLY:
		r.monthDays = newOrdinals([]int{c.day})
		if r.months == 0 {
			r.months = 1 << c.month
		}
	default: // every day
	}
}

// farthestYears is how many years from its first date a rule is followed when
// its dates have to be counted or its first one found.
const farthestYears = 200

// bound sets the last date of the rule, and first to its first occurrence. It
// reports whether there is one within farthestYears of the first date.
func (r *Recurrence) bound(count int) bool {
	limit := r.first + farthestYears*366
	if r.last == 0 {
		r.last = NewDate(9999, time.December, 31)
	}
	found := 0
	var first, last Date
	for d := range r.dates(min(r.last, limit)) {
		if found++; found == 1 {
			first = d
		}
		last = d
		if found >= count {
			break
		}
	}
	if found == 0 {
		return false
	}
	r.first = first
	if count > 0 {
		r.last = last
	}
	return true
}

// dates yields the dates of the rule up to and including last.
func (r *Recurrence) dates(last Date) iter.Seq[Date] {
	return func(yield func(Date) bool) {
		for c := civilOf(r.first); c.date <= last; {
			_, until := r.span(c)
			if (r.period(c)-r.start)%r.interval != 0 {
				c.skip(until)
				continue
			}
			begin := c.date - Date(c.yearDay) // of its year, less one
			end := begin + Date(c.yearLen()) + 1
			if r.interval == 1 { // one period after the other
				until = end
			}
			until = min(until, end, last+1)
			for year := r.year(c); c.date < until; {
				day := year.next(int(c.date - begin))
				if c.date = begin + Date(day); c.date < until && !yield(c.date) {
					return
				}
				c.date++
			}
			c = civilOf(until)
		}
	}
}

// next returns the first day of the year from day on that it has, or one after
// all years.
func (y *yearDates) next(day int) int {
	for i, mask := day/64, ^uint64(0)<<(day%64); i < len(y); i, mask = i+1, ^uint64(0) {
		if rest := y[i] & mask; rest != 0 {
			return i*64 + bits.TrailingZeros64(rest)
		}
	}
	return len(y) * 64
}

// inPositions returns the dates of the period [from, until) that match and are
// at one of the positions among the matching dates, ascending.
func (r *Recurrence) inPositions(from, until Date) []Date {
	var matching, at []Date
	for c := civilOf(from); c.date < until; c.next() {
		if r.matches(c) {
			matching = append(matching, c.date)
		}
	}
	for i, d := range matching {
		if slices.Contains(r.positions, i+1) || slices.Contains(r.positions, i-len(matching)) {
			at = append(at, d)
		}
	}
	return at
}

// matches applies the BY parts to one date.
func (r *Recurrence) matches(c civil) bool {
	if r.months != 0 && r.months&(1<<c.month) == 0 {
		return false
	}
	if r.monthDays.some && !r.monthDays.has(c.day, c.monthLen) {
		return false
	}
	if r.weekdays != 0 || len(r.nth) > 0 {
		if r.weekdays&(1<<c.date.Weekday()) == 0 && !r.matchesNth(c) {
			return false
		}
	}
	if r.yearDays.some && !r.yearDays.has(c.yearDay, c.yearLen()) {
		return false
	}
	if r.weeks.some {
		return r.weeks.has(r.week(c))
	}
	return true
}

// matchesNth reports whether c is one of the numbered weekdays of its month, or
// of its year in a yearly rule without months.
func (r *Recurrence) matchesNth(c civil) bool {
	at, length := c.day, c.monthLen
	if r.freq == rrule.YEARLY && r.months == 0 {
		at, length = c.yearDay, c.yearLen()
	}
	day := c.date.Weekday()
	for i := range r.nth {
		if w := &r.nth[i]; w.day == day {
			before, after := (at-1)/7, (length-at)/7
			return w.n.has(before+1, before+1+after)
		}
	}
	return false
}

// week returns the number of the week that contains c, and how many weeks its
// year has. Week 1 is the first with at least four days in the year.
func (r *Recurrence) week(c civil) (week, weeks int) {
	begin := c.date - Date(c.yearDay) + 1
	end := begin + Date(c.yearLen())
	first, next := r.firstWeek(begin), r.firstWeek(end)
	switch {
	case c.date < first:
		first, next = r.firstWeek(begin-365-Date(leap(c.year-1))), first
	case c.date >= next:
		first, next = next, r.firstWeek(end+365+Date(leap(c.year+1)))
	}
	return int(c.date-first)/7 + 1, int(next-first) / 7
}

// firstWeek returns the first date of week 1 of the year that begins on the
// date.
func (r *Recurrence) firstWeek(begin Date) Date {
	fourth := begin + 3
	return fourth - Date((fourth.Weekday()-r.weekStart+7)%7)
}

// period returns the number of the day, week, month or year that INTERVAL
// counts.
func (r *Recurrence) period(c civil) int {
	switch r.freq {
	case rrule.YEARLY:
		return c.year
	case rrule.MONTHLY:
		return c.year*12 + c.month
	case rrule.WEEKLY:
		return (int(c.date) - int(r.weekStart) + 7) / 7
	default:
		return int(c.date)
	}
}

// span returns the dates [from, until) of the period that contains c.
func (r *Recurrence) span(c civil) (from, until Date) {
	switch r.freq {
	case rrule.YEARLY:
		from = c.date - Date(c.yearDay) + 1
		return from, from + Date(c.yearLen())
	case rrule.MONTHLY:
		from = c.date - Date(c.day) + 1
		return from, from + Date(c.monthLen)
	case rrule.WEEKLY:
		from = c.date - Date((c.date.Weekday()-r.weekStart+7)%7)
		return from, from + 7
	default:
		return c.date, c.date + 1
	}
}

func weekday(w rrule.Weekday) time.Weekday { return time.Weekday((w.Day() + 1) % 7) }

// civil is a date split into its parts.
type civil struct {
	date             Date
	year, month, day int
	yearDay          int // from 1
	monthLen         int
	kind             int // of the year, from 0 up to yearKinds
}

func civilOf(d Date) civil {
	t := d.Time()
	year, month, day := t.Date()
	c := civil{date: d, year: year, month: int(month), day: day, yearDay: t.YearDay()}
	c.monthLen = monthLength(c.year, c.month)
	c.kind = c.yearKind()
	return c
}

// next moves to the following date.
func (c *civil) next() {
	c.date++
	c.day++
	c.yearDay++
	if c.day <= c.monthLen {
		return
	}
	c.day = 1
	if c.month++; c.month > 12 {
		c.month, c.yearDay = 1, 1
		c.year++
		c.kind = c.yearKind()
	}
	c.monthLen = monthLength(c.year, c.month)
}

// skip advances to a later date.
func (c *civil) skip(to Date) {
	if to == c.date+1 {
		c.next()
		return
	}
	*c = civilOf(to)
}

func (c *civil) yearLen() int { return 365 + leap(c.year) }

// yearKind returns the kind of the year.
func (c *civil) yearKind() int {
	begin := c.date - Date(c.yearDay) + 1
	return 4*int(begin.Weekday()) + leap(c.year) + 2*leap(c.year-1) + 3*leap(c.year+1)
}

// longMonths has a bit set for each month of 31 days.
const longMonths uint16 = 1<<1 | 1<<3 | 1<<5 | 1<<7 | 1<<8 | 1<<10 | 1<<12

func monthLength(year, month int) int {
	if month == 2 {
		return 28 + leap(year)
	}
	return 30 + bits.OnesCount16(longMonths&(1<<month))
}

func leap(year int) int {
	if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 1
	}
	return 0
}
