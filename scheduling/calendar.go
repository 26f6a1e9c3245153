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

// Calendar is a compiled Plan. For any date it tells when the desk group is
// open and with how many places. It is immutable and safe for concurrent use.
//
// These layers decide a date; a later layer wins over the earlier ones:
//
//	layer     applies to                effect
//	rule      the dates of its RRULE    opens; overlapping openings join, the
//	          and of Also, less Except  larger number of places counts unless
//	                                    one adds
//	season    its dates                 replaces the openings of the rules
//	holiday   its dates, unless the     closes the date
//	          desk group stays open
//	hours     its date                  replaces all before, also to open
//	extra     its date                  adds openings to whatever there is
//	closure   its instants              takes places away, never below none
type Calendar struct {
	zone    *time.Location
	rules   []compiledRule
	seasons []compiledSeason
	// holidays are those of the plan, those of each list, and the bridges.
	holidays  []*Holidays
	staysOpen []string
	hours     map[Date]*compiledHours
	planned   []*DayHours       // the plan's hours, in its order
	closures  []compiledClosure // by from
	// closureEnds[i] is the latest end of closures[:i+1].
	closureEnds []int64
	steps       []closureStep // what they take together, where tick 0 is a multiple of Tick
	restricted  bool          // some opening is

	// All cache pure results. ruled holds the capacity of combinations of rules
	// on a calm date, zoned that of dates that are not calm; around is the
	// period of constant offset that was asked for last; open and openFor are
	// the dates that have a place, for anybody and for an audience.
	ruled   atomic.Pointer[map[combination]*capacity]
	zoned   [32]atomic.Pointer[zonedDate]
	around  atomic.Pointer[period]
	open    openDates
	openFor atomic.Pointer[map[audience]*openDates]
	closed  capacity
}

// zonedDate is the capacity of a date that is not calm, before closures.
type zonedDate struct {
	date  Date
	usual *capacity
}

// compiledHours are the hours of one date, own and extra, with all openings
// that result.
type compiledHours struct {
	own      *DayHours // nil if the date has only extra hours
	extra    []*DayHours
	openings []Opening
	calm     *capacity
}

// compiledClosure is a closure over the Unix seconds [from, until).
type compiledClosure struct {
	Closure
	from, until int64
}

// closureStep is how many places closures take from an instant, in Unix
// seconds, until that of the next step.
type closureStep struct{ from, places int64 }

// allPlaces is more than any date has.
const allPlaces = math.MaxInt16

// combination is the rules and seasons that apply to a date. Dates with the
// same combination have the same openings.
type combination struct {
	season int    // 1 is the first season; 0 for none
	rules  uint64 // a bit for each rule that includes the date; within a season, the season's rules
	worked bool   // within a season: whether one of the plan's rules includes the date
}

// maxKept is the most combinations that are cached; beyond it begins anew.
const maxKept = 256

// Compiler compiles the plans of many desk groups. Their calendars share equal
// zones and recurrence rules. The zero Compiler is ready to use. It is not safe
// for concurrent use.
type Compiler struct {
	zones       map[string]*time.Location
	recurrences map[recurrenceKey]*Recurrence
}

// Compile checks the plan and returns its Calendar, with the holidays of the
// plan and of the lists. The Calendar keeps the lists but no reference to the
// slices of p. The error joins a *PlanError for each fault.
func Compile(p Plan, lists ...*Holidays) (*Calendar, error) {
	var c Compiler
	return c.Compile(p, lists...)
}

// Compile is like the function Compile.
func (m *Compiler) Compile(p Plan, lists ...*Holidays) (*Calendar, error) {
	c, err := m.check(&p)
	if err != nil {
		return nil, err
	}
	c.ruled.Store(&map[combination]*capacity{})
	c.staysOpen = slices.Clone(p.StaysOpen)
	c.addHolidays(p.Holidays, lists)
	c.addHours(p.Hours)
	c.addClosures(p.Closures)
	c.restricted = c.restricts()
	return c, nil
}

// restricts reports whether any opening treats services or channels
// differently.
func (c *Calendar) restricts() bool {
	some := func(openings []Opening) bool {
		return slices.ContainsFunc(openings, func(o Opening) bool { return o.restricted() })
	}
	rules := func(rules []compiledRule) bool {
		return slices.ContainsFunc(rules, func(r compiledRule) bool { return some(r.Openings) })
	}
	return rules(c.rules) ||
		slices.ContainsFunc(c.seasons, func(s compiledSeason) bool { return some(s.Openings) || rules(s.rules) }) ||
		slices.ContainsFunc(c.planned, func(h *DayHours) bool { return some(h.Openings) })
}

func (c *Calendar) addHolidays(own []Holiday, lists []*Holidays) {
	if len(own) > 0 {
		c.holidays = append(c.holidays, newHolidays(own))
	}
	c.holidays = append(c.holidays, lists...)
	if between := c.bridges(lists); len(between) > 0 {
		c.holidays = append(c.holidays, newHolidays(between))
	}
}

// addHours must run after rules, seasons and holidays are compiled, because
// extra openings add to what they yield.
func (c *Calendar) addHours(hours []DayHours) {
	c.hours = make(map[Date]*compiledHours, len(hours))
	for _, h := range hours {
		h.Openings = cloneOpenings(h.Openings)
		c.planned = append(c.planned, &h)
		of := c.hours[h.Date]
		if of == nil {
			of = &compiledHours{}
			c.hours[h.Date] = of
		}
		if h.Extra {
			of.extra = append(of.extra, &h)
		} else {
			of.own = &h
		}
	}
	for d, of := range c.hours {
		switch {
		case of.own != nil:
			of.openings = slices.Clone(of.own.Openings)
		case !c.holiday(d):
			of.openings = slices.Clone(c.combined(c.combination(d)))
		}
		for _, h := range of.extra {
			of.openings = append(of.openings, h.Openings...)
		}
		of.calm = newCapacity(calmBlocks(of.openings))
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
	c.steps = closureSteps(slices.Values(c.closures), 0)
}

// closureSteps adds up what closures take in each tick that they overlap, where
// ticks begin phase seconds after a multiple of Tick.
func closureSteps(closures iter.Seq[compiledClosure], phase int64) []closureStep {
	const tick = int64(Tick / time.Second)
	var steps []closureStep // first what is taken more or less than before
	for closure := range closures {
		places := int64(closure.Places)
		if places == 0 {
			places = allPlaces
		}
		steps = append(steps, closureStep{floorDiv(closure.from-phase, tick)*tick + phase, places})
		if closure.until != math.MaxInt64 {
			steps = append(steps, closureStep{-floorDiv(phase-closure.until, tick)*tick + phase, -places})
		}
	}
	slices.SortFunc(steps, func(a, b closureStep) int { return cmp.Compare(a.from, b.from) })
	sums, taken := steps[:0], int64(0)
	for i, step := range steps {
		taken += step.places
		if i+1 == len(steps) || steps[i+1].from > step.from {
			sums = append(sums, closureStep{step.from, taken})
		}
	}
	return slices.Clip(sums)
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

// Day returns the capacity of the local date d. Days share their slices, so
// callers must not change them. A date that the zone skipped is closed.
func (c *Calendar) Day(d Date) Day {
	begin, calm := c.midnight(d)
	usual := c.usual(d, begin, calm)
	day := Day{
		Date: d, Start: time.Unix(begin, 0).UTC(),
		First: usual.first, Open: usual.open, Openings: usual.openings, usual: usual,
	}
	if len(day.Open) > 0 && len(c.closures) > 0 {
		day.Open = c.close(day, begin)
	}
	return day
}

// Before returns the day before d: that of the last earlier date which the zone did not
// skip. Its openings may run into d.
func (c *Calendar) Before(d Date) Day {
	day := c.Day(d - 1)
	if c.DateOf(day.Start) != day.Date { // skipped: no zone has skipped two in a row
		day = c.Day(d - 2)
	}
	return day
}

// midnight returns the Unix time at which d begins, and whether wall time
// equals elapsed time from then until the end of the next date.
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

// usual returns the capacity of d before closures.
func (c *Calendar) usual(d Date, begin int64, calm bool) *capacity {
	if calm {
		if hours, ok := c.hours[d]; ok {
			return hours.calm
		}
		if c.holiday(d) {
			return &c.closed
		}
		return c.calmCombination(c.combination(d))
	}
	known := &c.zoned[int(d)&(len(c.zoned)-1)]
	if kept := known.Load(); kept != nil && kept.date == d {
		return kept.usual
	}
	usual := &c.closed
	if start := time.Unix(begin, 0).UTC(); DateOf(start, c.zone) == d { // else the zone skipped this date
		usual = newCapacity(zonedBlocks(c.openings(d), d, start, c.zone))
	}
	known.Store(&zonedDate{d, usual})
	return usual
}

// openings returns the openings that apply to d: the date's own hours if it has
// any, none on a holiday, otherwise those of the season or the rules.
func (c *Calendar) openings(d Date) []Opening {
	if hours, ok := c.hours[d]; ok {
		return hours.openings
	}
	if c.holiday(d) {
		return nil
	}
	return c.combined(c.combination(d))
}

// holiday reports whether the desk group closes for a holiday on d.
func (c *Calendar) holiday(d Date) bool {
	for _, h := range c.holidays {
		if !h.covers(d) {
			continue
		}
		if len(c.staysOpen) == 0 {
			return true
		}
		for one := range h.Between(d, d) {
			if !c.opensOn(&one) {
				return true
			}
		}
	}
	return false
}

// HolidayOn returns the name of the first holiday that closes the local date d.
// It returns false if no holiday does: there is none on d, the desk group stays
// open on it, or the date has hours of its own.
func (c *Calendar) HolidayOn(d Date) (name Text, closes bool) {
	if _, ok := c.hours[d]; ok {
		return Text{}, false
	}
	for _, list := range c.holidays {
		for h := range list.Between(d, d) {
			if !c.opensOn(&h) {
				return h.Name, true
			}
		}
	}
	return Text{}, false
}

// opensOn reports whether the desk group stays open on the holiday.
func (c *Calendar) opensOn(h *Holiday) bool {
	return h.Slug != "" && slices.Contains(c.staysOpen, h.Slug)
}

// combination returns the rules and seasons that apply to d.
func (c *Calendar) combination(d Date) combination {
	rules := matching(c.rules, d)
	for i := len(c.seasons) - 1; i >= 0; i-- {
		if s := &c.seasons[i]; s.covers(d) {
			return combination{season: i + 1, rules: matching(s.rules, d), worked: rules != 0}
		}
	}
	return combination{rules: rules}
}

// combined returns the openings of a combination.
func (c *Calendar) combined(of combination) []Opening {
	if of.season == 0 {
		return openingsOf(c.rules, of.rules, nil)
	}
	s := &c.seasons[of.season-1]
	if of.worked {
		return openingsOf(s.rules, of.rules, s.Openings)
	}
	return openingsOf(s.rules, of.rules, nil)
}

// calmCombination returns the capacity of a combination on a calm date.
func (c *Calendar) calmCombination(of combination) *capacity {
	kept := c.ruled.Load()
	if found, ok := (*kept)[of]; ok {
		return found
	}
	built := newCapacity(calmBlocks(c.combined(of)))
	more := map[combination]*capacity{of: built}
	if len(*kept) < maxKept {
		maps.Copy(more, *kept)
	}
	c.ruled.CompareAndSwap(kept, &more) // losing this race only costs a rebuild
	return built
}

// close returns day.Open minus the places that closures take. It copies the
// slice before the first change.
func (c *Calendar) close(day Day, begin int64) []int16 {
	const tick = int64(Tick / time.Second)
	first := begin + int64(day.First)*tick
	until := first + int64(len(day.Open))*tick
	steps := c.steps
	if phase := first - floorDiv(first, tick)*tick; phase != 0 {
		steps = closureSteps(values(c.closing(first, until)), phase)
	}
	i, found := slices.BinarySearchFunc(steps, first, func(s closureStep, at int64) int { return cmp.Compare(s.from, at) })
	if !found {
		i-- // the step before is still in force
	}
	open, copied := day.Open, false
	for i = max(i, 0); i < len(steps) && steps[i].from < until; i++ {
		taken := int16(min(steps[i].places, allPlaces))
		if taken == 0 {
			continue
		}
		if !copied {
			open, copied = slices.Clone(open), true
		}
		end := until
		if i+1 < len(steps) {
			end = min(end, steps[i+1].from)
		}
		for at := max(steps[i].from, first); at < end; at += tick {
			places := &open[(at-first)/tick]
			*places = max(*places-taken, 0)
		}
	}
	return open
}

// values yields what the pointers of a sequence point to.
func values[T any](pointers iter.Seq[*T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for p := range pointers {
			if !yield(*p) {
				return
			}
		}
	}
}

// closing yields the closures that overlap the Unix seconds [from, until), in
// order of their starts.
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

// ticks returns every tick that the closure overlaps on the date that begins at
// the Unix time begin.
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
