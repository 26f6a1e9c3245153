package scheduling

import (
	"cmp"
	"iter"
	"maps"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// Calendar is a compiled Plan: it answers for any date when the desk group is
// open and with how many places. It never changes and serves concurrent
// callers.
//
// What decides a date, in layers; a later one wins over those before it:
//
//	layer     applies to               effect
//	rule      the dates of its RRULE   opens; overlapping rules join, the larger
//	                                   number of places counts unless one adds
//	holiday   its dates                closes the date
//	hours     its date                 replaces rules and holiday, also to open
//	closure   its instants             takes places away, never below none
type Calendar struct {
	zone     *time.Location
	rules    []compiledRule
	holidays []Holiday // by From
	// holidayEnds[i] is the last date of holidays[:i+1].
	holidayEnds []Date
	hours       map[Date]*compiledHours
	ownDates    []Date            // of hours, in the order of the plan
	closures    []compiledClosure // by from
	// closureEnds[i] is the latest end of closures[:i+1].
	closureEnds []int64

	// Both are caches of pure results. ruled holds what each combination of
	// rules comes to on a calm date; around is the last period of constant
	// offset that was asked for.
	ruled  atomic.Pointer[map[uint64]*capacity]
	around atomic.Pointer[period]
}

type compiledRule struct {
	Rule
	recurrence Recurrence
}

type compiledHours struct {
	DayHours
	calm capacity
}

// compiledClosure is a closure over the Unix seconds [from, until).
type compiledClosure struct {
	Closure
	from, until int64
}

// maxKept is how many combinations of rules are kept.
const maxKept = 256

// Compile checks the plan and returns its Calendar, which keeps no reference
// to the slices of p. The error joins a *PlanError for each fault found.
func Compile(p Plan) (*Calendar, error) {
	zone, rules, err := p.check()
	if err != nil {
		return nil, err
	}
	c := &Calendar{zone: zone, rules: rules, hours: make(map[Date]*compiledHours, len(p.Hours))}
	c.ruled.Store(&map[uint64]*capacity{})
	for _, h := range p.Hours {
		h.Openings = slices.Clone(h.Openings)
		c.ownDates = append(c.ownDates, h.Date)
		c.hours[h.Date] = &compiledHours{h, newCapacity(calmBlocks(h.Openings))}
	}
	c.addHolidays(p.Holidays)
	c.addClosures(p.Closures)
	return c, nil
}

func (c *Calendar) addHolidays(holidays []Holiday) {
	c.holidays = slices.Clone(holidays)
	slices.SortStableFunc(c.holidays, func(a, b Holiday) int { return cmp.Compare(a.From, b.From) })
	last := Date(0)
	for _, h := range c.holidays {
		last = max(last, h.Until)
		c.holidayEnds = append(c.holidayEnds, last)
	}
}

func (c *Calendar) addClosures(closures []Closure) {
	for _, closure := range closures {
		until := int64(math.MaxInt64)
		if !closure.End.IsZero() {
			until = closure.End.Add(time.Second - 1).Unix()
		}
		c.closures = append(c.closures, compiledClosure{closure, closure.Start.Unix(), until})
	}
	slices.SortStableFunc(c.closures, func(a, b compiledClosure) int { return cmp.Compare(a.from, b.from) })
	last := int64(math.MinInt64)
	for _, closure := range c.closures {
		last = max(last, closure.until)
		c.closureEnds = append(c.closureEnds, last)
	}
}

// Zone returns the time zone of the plan.
func (c *Calendar) Zone() *time.Location { return c.zone }

// DateOf returns the local date at the instant t.
func (c *Calendar) DateOf(t time.Time) Date {
	unix := t.Unix()
	if p := c.around.Load(); p != nil && p.from <= unix && unix < p.until {
		return unixEpoch + Date(floorDiv(unix+p.offset, daySeconds))
	}
	return DateOf(t, c.zone)
}

// Day returns the capacity of the local date d. Days share their slices: the
// caller reads them only. A date that the zone skipped is closed.
func (c *Calendar) Day(d Date) Day {
	begin, calm := c.midnight(d)
	usual := c.usual(d, begin, calm)
	day := Day{
		Date: d, Start: time.Unix(begin, 0).UTC(),
		First: usual.first, Open: usual.open, Openings: usual.openings,
	}
	if len(day.Open) > 0 && len(c.closures) > 0 {
		day.Open = c.close(day, begin)
	}
	return day
}

// midnight returns the Unix time at which d begins, and whether wall time is
// elapsed time from there to the end of the next date.
func (c *Calendar) midnight(d Date) (unix int64, calm bool) {
	local := d.unix()
	if p := c.around.Load(); p != nil && p.calm(local) {
		return local - p.offset, true
	}
	unix = instant(local, c.zone)
	p := periodAt(unix, c.zone)
	c.around.Store(&p)
	return unix, p.calm(local)
}

// usual returns what d comes to before closures.
func (c *Calendar) usual(d Date, begin int64, calm bool) capacity {
	if calm {
		if hours, ok := c.hours[d]; ok {
			return hours.calm
		}
		if c.holiday(d) {
			return capacity{}
		}
		return c.calmRules(c.matching(d))
	}
	start := time.Unix(begin, 0).UTC()
	if DateOf(start, c.zone) != d {
		return capacity{} // the zone skipped this date
	}
	return newCapacity(zonedBlocks(c.openings(d), d, start, c.zone))
}

// openings returns the openings in force on d: those of its own hours, none
// on a holiday, else those of its rules.
func (c *Calendar) openings(d Date) []Opening {
	if hours, ok := c.hours[d]; ok {
		return hours.Openings
	}
	if c.holiday(d) {
		return nil
	}
	return c.ruleOpenings(c.matching(d))
}

// holiday reports whether d is in a holiday.
func (c *Calendar) holiday(d Date) bool {
	started, _ := slices.BinarySearchFunc(c.holidays, d+1, func(h Holiday, d Date) int { return cmp.Compare(h.From, d) })
	return started > 0 && c.holidayEnds[started-1] >= d
}

// matching returns a bit for each rule that includes d.
func (c *Calendar) matching(d Date) (rules uint64) {
	for i := range c.rules {
		if c.rules[i].recurrence.On(d) {
			rules |= 1 << i
		}
	}
	return rules
}

// calmRules returns what a combination of rules comes to on a calm date.
func (c *Calendar) calmRules(rules uint64) capacity {
	kept := c.ruled.Load()
	if found, ok := (*kept)[rules]; ok {
		return *found
	}
	built := newCapacity(calmBlocks(c.ruleOpenings(rules)))
	if len(*kept) < maxKept {
		more := maps.Clone(*kept)
		more[rules] = &built
		c.ruled.CompareAndSwap(kept, &more) // losing a race costs a rebuild
	}
	return built
}

func (c *Calendar) ruleOpenings(rules uint64) []Opening {
	var openings []Opening
	for i := range c.rules {
		if rules&(1<<i) != 0 {
			openings = append(openings, c.rules[i].Openings...)
		}
	}
	return openings
}

// close returns day.Open less what closures take. It copies before the first
// change.
func (c *Calendar) close(day Day, begin int64) []int16 {
	const tick = int64(Tick / time.Second)
	from := begin + int64(day.First)*tick
	until := from + int64(len(day.Open))*tick
	open, copied := day.Open, false
	for closure := range c.closing(from, until) {
		if !copied {
			open, copied = slices.Clone(open), true
		}
		span := closure.ticks(begin)
		lo, hi := max(span.From-day.First, 0), min(span.To-day.First, len(open))
		for i := lo; i < hi; i++ {
			if closure.Places == 0 {
				open[i] = 0
			} else {
				open[i] = max(open[i]-int16(min(closure.Places, math.MaxInt16)), 0)
			}
		}
	}
	return open
}

// closing yields the closures that touch the Unix seconds [from, until), in
// the order in which they start.
func (c *Calendar) closing(from, until int64) iter.Seq[*compiledClosure] {
	return func(yield func(*compiledClosure) bool) {
		i, _ := slices.BinarySearch(c.closureEnds, from+1)
		for ; i < len(c.closures) && c.closures[i].from < until; i++ {
			if c.closures[i].until > from && !yield(&c.closures[i]) {
				return
			}
		}
	}
}

// ticks returns every tick that the closure touches, of the date that begins
// at the Unix time begin.
func (c *compiledClosure) ticks(begin int64) TickSpan {
	const tick = int64(Tick / time.Second)
	span := TickSpan{From: int(floorDiv(c.from-begin, tick)), To: math.MaxInt}
	if c.until != math.MaxInt64 {
		span.To = int(-floorDiv(begin-c.until, tick))
	}
	return span
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
