package scheduling

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The faults of a Plan or a HolidayList, in addition to those of recurrence
// rules. They are wrapped in a *PlanError.
var (
	ErrZone     = errors.New("scheduling: unknown time zone")
	ErrOpening  = errors.New("scheduling: an opening must start on its date, end after it starts, and end by 48:00")
	ErrBreak    = errors.New("scheduling: breaks must lie inside their opening, not overlap, and leave part of it open")
	ErrPlaces   = errors.New("scheduling: places out of range")
	ErrReserve  = errors.New("scheduling: a reserve must be from 0 to the places of its opening")
	ErrServices = errors.New("scheduling: empty or repeated service")
	ErrRange    = errors.New("scheduling: ends before it starts, or has no start or end")
	ErrTwice    = errors.New("scheduling: duplicate entry")
	ErrMany     = errors.New("scheduling: too many entries")
	ErrEmpty    = errors.New("scheduling: no openings")
	ErrSlug     = errors.New("scheduling: the holiday has no slug")
)

// PlanError is one fault of a Plan, an Edit or a HolidayList.
type PlanError struct {
	Pointer string // JSON pointer, for example /rules/2/openings/0
	Name    Text   // name or reason of the rule, holiday, hours or closure
	Err     error
}

// Error returns where the fault is and what is wrong.
func (e *PlanError) Error() string {
	if e.Name.EN == "" {
		return fmt.Sprintf("%s: %v", e.Pointer, e.Err)
	}
	return fmt.Sprintf("%s (%s): %v", e.Pointer, e.Name.EN, e.Err)
}

// Unwrap returns the fault without its pointer.
func (e *PlanError) Unwrap() error { return e.Err }

// The limits of a plan.
const (
	MaxRules    = 64 // one bit each
	MaxSeasons  = 32
	MaxOpenings = 50
	MaxNamed    = 50     // breaks, services or channels of an opening
	MaxListed   = 10_000 // dates of RDATE or EXDATE
	MaxDated    = 20_000 // holidays, hours and closures, each
	MaxPlaces   = 1000
)

// The limits of a plan as a whole. They are those of an edit: a plan that was
// saved with more stays as it is.
const (
	maxAllRules = 256  // of the plan and its seasons together
	maxSpans    = 2000 // openings and breaks of rules and seasons together
	maxExtra    = 50   // extra hours of one date
)

// checkTotals checks what an edit makes of the parts of a plan that it changes.
func (f *faults) checkTotals(p *Plan, e *Edit) {
	spans, rules := 0, 0
	count := func(openings []Opening) {
		for i := range openings {
			spans += 1 + len(openings[i].Breaks)
		}
	}
	all := func(of []Rule) {
		rules += len(of)
		for i := range of {
			count(of[i].Openings)
		}
	}
	all(p.Rules)
	for i := range p.Seasons {
		count(p.Seasons[i].Openings)
		all(p.Seasons[i].Rules)
	}
	if e.Rules != nil || e.Seasons != nil {
		pointer := "/rules"
		if e.Rules == nil {
			pointer = "/seasons"
		}
		f.checkSizes(size{pointer, rules, maxAllRules}, size{pointer, spans, maxSpans})
	}
	if e.Hours == nil && len(e.SetHours) == 0 {
		return
	}
	extra := make(map[Date]int)
	for i, h := range p.Hours {
		if h.Extra {
			if extra[h.Date]++; extra[h.Date] == maxExtra+1 {
				f.add(fmt.Errorf("%w: more than %d", ErrMany, maxExtra), h.Reason, "/hours/%d", i)
			}
		}
	}
}

// faults collects the faults of a plan.
type faults []error

func (f *faults) add(err error, name Text, pointer string, args ...any) {
	if err != nil {
		*f = append(*f, &PlanError{fmt.Sprintf(pointer, args...), name, err})
	}
}

// size is the length of a list in a plan and its limit.
type size struct {
	pointer   string
	n, atMost int
}

// checkSizes reports whether all lists are short enough to be checked.
func (f *faults) checkSizes(sizes ...size) bool {
	before := len(*f)
	for _, list := range sizes {
		if list.n > list.atMost {
			f.add(fmt.Errorf("%w: more than %d", ErrMany, list.atMost), Text{}, "%s", list.pointer)
		}
	}
	return len(*f) == before
}

// check validates the whole plan. It returns a Calendar with the zone, rules
// and seasons, which it has to build on the way.
func (m *Compiler) check(p *Plan) (*Calendar, error) {
	var f faults
	zone, err := m.zone(p.Zone)
	f.add(err, Text{}, "/zone")
	if !f.checkSizes(
		size{"/rules", len(p.Rules), MaxRules},
		size{"/seasons", len(p.Seasons), MaxSeasons},
		size{"/holidays", len(p.Holidays), MaxDated},
		size{"/stays_open", len(p.StaysOpen), MaxNamed},
		size{"/hours", len(p.Hours), MaxDated},
		size{"/closures", len(p.Closures), MaxDated},
	) {
		return nil, errors.Join(f...)
	}
	c := &Calendar{zone: zone, rules: m.checkRules(&f, p.Rules, "")}
	for i := range p.Seasons {
		c.seasons = append(c.seasons, m.checkSeason(&f, &p.Seasons[i], fmt.Sprintf("/seasons/%d", i)))
	}
	for i, h := range p.Holidays {
		f.add(checkSpan(h.From, h.Until), h.Name, "/holidays/%d", i)
	}
	f.checkHours(p.Hours)
	for i, closure := range p.Closures {
		if closure.Start.IsZero() || !closure.End.IsZero() && !closure.End.After(closure.Start) {
			f.add(ErrRange, closure.Reason, "/closures/%d", i)
		}
		if closure.Places < 0 || closure.Places > MaxPlaces {
			f.add(fmt.Errorf("%w: 0 to %d", ErrPlaces, MaxPlaces), closure.Reason, "/closures/%d/places", i)
		}
	}
	return c, errors.Join(f...)
}

// checkSpan returns ErrRange unless from is a date and until is not before it.
func checkSpan(from, until Date) error {
	if from <= 0 || until < from {
		return ErrRange
	}
	return nil
}

// check validates the list.
func (l *HolidayList) check() error {
	var f faults
	if !f.checkSizes(size{"/holidays", len(l.Holidays), MaxRules}) {
		return errors.Join(f...)
	}
	seen := make(map[string]bool, len(l.Holidays))
	for i := range l.Holidays {
		r, pointer := &l.Holidays[i], fmt.Sprintf("/holidays/%d", i)
		switch {
		case r.Slug == "":
			f.add(ErrSlug, r.Name, "%s/slug", pointer)
		case seen[r.Slug]:
			f.add(fmt.Errorf("%w: %.80s", ErrTwice, r.Slug), r.Name, "%s/slug", pointer)
		}
		seen[r.Slug] = true
		f.checkWhen(&r.When, r.Name, pointer)
	}
	return errors.Join(f...)
}

func (f *faults) checkWhen(w *When, name Text, pointer string) {
	ways := 0
	for _, span := range []*YearSpan{w.Hijri, w.Yearly} {
		if span == nil {
			continue
		}
		ways++
		if !span.From.valid() || !span.Until.valid() || span == w.Hijri && max(span.From.Day, span.Until.Day) > 30 {
			f.add(ErrMonthDay, name, "%s", pointer)
		}
	}
	if len(w.Dates) > 0 {
		ways++
	}
	if ways != 1 {
		f.add(ErrWhen, name, "%s", pointer)
	}
	if !f.checkSizes(
		size{pointer + "/dates", len(w.Dates), MaxDated},
		size{pointer + "/announced", len(w.Announced), MaxDated},
	) {
		return
	}
	for i, d := range w.Dates {
		f.add(checkSpan(d.From, d.Until), name, "%s/dates/%d", pointer, i)
	}
	for i, a := range w.Announced {
		f.add(checkSpan(a.From, a.Until), name, "%s/announced/%d", pointer, i)
	}
	f.checkYears(w.Announced, name, pointer)
}

// checkYears reports announced dates that overlap or touch others of their year:
// one of them is meant to replace the other.
func (f *faults) checkYears(announced []Announced, name Text, pointer string) {
	order := make([]int, len(announced))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := announced[i], announced[j]
		return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.From, b.From))
	})
	for n := 1; n < len(order); n++ {
		if a, b := announced[order[n-1]], announced[order[n]]; a.Year == b.Year && b.From <= a.Until+1 {
			f.add(fmt.Errorf("%w: %d", ErrTwice, b.Year), name, "%s/announced/%d/year", pointer, max(order[n-1], order[n]))
		}
	}
}

func (m *Compiler) checkSeason(f *faults, s *Season, pointer string) compiledSeason {
	before := len(*f)
	f.checkWhen(&s.When, s.Name, pointer)
	if len(s.Openings) == 0 && len(s.Rules) == 0 {
		f.add(ErrEmpty, s.Name, "%s/openings", pointer)
	}
	f.checkOpenings(s.Openings, s.Name, pointer)
	if !f.checkSizes(size{pointer + "/rules", len(s.Rules), MaxRules}) {
		return compiledSeason{}
	}
	rules := m.checkRules(f, s.Rules, pointer)
	if len(*f) > before {
		return compiledSeason{}
	}
	return newSeason(*s, rules)
}

// zone loads an IANA zone, or returns the one loaded before.
func (m *Compiler) zone(name string) (*time.Location, error) {
	if zone := m.zones[name]; zone != nil {
		return zone, nil
	}
	zone, err := loadZone(name)
	if err != nil {
		return nil, err
	}
	if m.zones == nil {
		m.zones = make(map[string]*time.Location)
	}
	m.zones[name] = zone
	return zone, nil
}

// recurrenceKey is everything that defines a Recurrence.
type recurrenceKey struct {
	text        string
	from, until Date
}

// recurrence parses a rule, or returns the one parsed before.
func (m *Compiler) recurrence(key recurrenceKey) (*Recurrence, error) {
	if r := m.recurrences[key]; r != nil {
		return r, nil
	}
	r, err := ParseRRule(key.text, key.from, key.until)
	if err != nil {
		return nil, err
	}
	if m.recurrences == nil {
		m.recurrences = make(map[recurrenceKey]*Recurrence)
	}
	m.recurrences[key] = &r
	return &r, nil
}

// loadZone loads an IANA zone. It rejects the empty name and "Local", which
// depend on where the program runs.
func loadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, fmt.Errorf("%w: %q", ErrZone, name)
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %.80q", ErrZone, name)
	}
	return zone, nil
}

func (m *Compiler) checkRules(f *faults, rules []Rule, pointer string) []compiledRule {
	compiled := make([]compiledRule, 0, len(rules))
	for i := range rules {
		compiled = append(compiled, m.checkRule(f, rules[i], fmt.Sprintf("%s/rules/%d", pointer, i)))
	}
	return compiled
}

func (m *Compiler) checkRule(f *faults, r Rule, pointer string) compiledRule {
	c := compiledRule{Rule: r}
	if len(r.Openings) == 0 {
		f.add(ErrEmpty, r.Name, "%s/openings", pointer)
	}
	f.checkOpenings(r.Openings, r.Name, pointer)
	c.Openings = cloneOpenings(r.Openings)
	c.also = f.checkDates(r.Also, r.Name, pointer+"/also")
	c.except = f.checkDates(r.Except, r.Name, pointer+"/except")
	c.Also, c.Except = c.also, c.except
	if r.RRule == "" && len(r.Also) > 0 {
		return c
	}
	if r.From <= 0 || r.Until != 0 && r.Until < r.From {
		f.add(ErrRange, r.Name, "%s/until", pointer)
		return c
	}
	var err error
	c.recurrence, err = m.recurrence(recurrenceKey{r.RRule, r.From, r.Until})
	f.add(err, r.Name, "%s/rrule", pointer)
	return c
}

// checkDates returns the dates sorted.
func (f *faults) checkDates(dates []Date, name Text, pointer string) []Date {
	if len(dates) == 0 || !f.checkSizes(size{pointer, len(dates), MaxListed}) {
		return nil
	}
	dates = slices.Sorted(slices.Values(dates))
	if dates[0] <= 0 {
		f.add(ErrRange, name, "%s", pointer)
	}
	return slices.Compact(dates)
}

func (f *faults) checkHours(hours []DayHours) {
	seen := make(map[Date]bool, len(hours))
	for i, h := range hours {
		switch {
		case h.Date <= 0:
			f.add(ErrRange, h.Reason, "/hours/%d/date", i)
		case h.Extra && len(h.Openings) == 0:
			f.add(ErrEmpty, h.Reason, "/hours/%d/openings", i)
		case !h.Extra && seen[h.Date]:
			f.add(fmt.Errorf("%w: %s", ErrTwice, h.Date), h.Reason, "/hours/%d/date", i)
		}
		seen[h.Date] = seen[h.Date] || !h.Extra
		f.checkOpenings(h.Openings, h.Reason, fmt.Sprintf("/hours/%d", i))
	}
}

func (f *faults) checkOpenings(openings []Opening, name Text, pointer string) {
	if !f.checkSizes(size{pointer + "/openings", len(openings), MaxOpenings}) {
		return
	}
	for i := range openings {
		f.checkOpening(&openings[i], name, fmt.Sprintf("%s/openings/%d", pointer, i))
	}
}

func (f *faults) checkOpening(o *Opening, name Text, pointer string) {
	if !o.From.valid() || !o.To.valid() || o.From >= endOfDay || o.To <= o.From {
		f.add(fmt.Errorf("%w: %v–%v", ErrOpening, o.From, o.To), name, "%s", pointer)
	}
	if o.Places < 1 || o.Places > MaxPlaces {
		f.add(fmt.Errorf("%w: 1 to %d", ErrPlaces, MaxPlaces), name, "%s/places", pointer)
	}
	if !f.checkSizes(
		size{pointer + "/breaks", len(o.Breaks), MaxNamed},
		size{pointer + "/services", len(o.Services), MaxNamed},
		size{pointer + "/reserve", len(o.Reserve), MaxNamed},
	) {
		return
	}
	at, open := o.From, WallTime(0)
	for _, pause := range o.sortedBreaks() {
		if pause.From < at || pause.To <= pause.From || pause.To > o.To {
			f.add(fmt.Errorf("%w: %v–%v", ErrBreak, pause.From, pause.To), name, "%s/breaks", pointer)
			return
		}
		at, open = pause.To, open+pause.From-at
	}
	if open += o.To - at; len(o.Breaks) > 0 && open <= 0 {
		f.add(ErrBreak, name, "%s/breaks", pointer)
	}
	for i, s := range o.Services {
		if s == "" || slices.Contains(o.Services[:i], s) {
			f.add(fmt.Errorf("%w: %.80q", ErrServices, s), name, "%s/services/%d", pointer, i)
		}
	}
	for channel, n := range o.Reserve {
		if n < 0 || n > o.Places {
			f.add(fmt.Errorf("%w: %d", ErrReserve, n), name, "%s/reserve/%.80s", pointer, channel)
		}
	}
}
