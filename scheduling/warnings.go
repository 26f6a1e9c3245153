package scheduling

import (
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"time"
)

// WarningKind is the subject of a Warning.
type WarningKind string

// The kinds of warning.
const (
	// WarnOverlap: openings overlap on a date and neither adds its places, so
	// the larger number counts.
	WarnOverlap WarningKind = "overlap"
	// WarnMidnight: an opening runs past midnight into one of the next date, so
	// both offer the same desks.
	WarnMidnight WarningKind = "midnight"
	// WarnStep: the interval between starts leaves part of an opening unused.
	WarnStep WarningKind = "step"
)

// Warning reports something in a plan that is allowed but may be a mistake.
type Warning struct {
	Kind     WarningKind
	Pointers []string // JSON pointers to the openings concerned
	Date     Date     // the first date on which it was found; zero if it does not depend on dates
	Text     Text
}

// The limits of Warnings.
const (
	// warnDays is how many days ahead two rules are searched for a common date.
	warnDays = 400
	// maxWarnings is the most warnings that are returned.
	maxWarnings = 1000
)

// Warnings returns what a coordinator should check: openings that overlap on a
// date without adding, and openings that run past midnight into those of the
// next date. Of more than 1,000 it returns the first.
func (c *Calendar) Warnings() []Warning {
	w, _ := c.warnings(context.Background()) // which does not end
	return w
}

// warnings is Warnings until ctx ends: then it returns the error of ctx.
func (c *Calendar) warnings(ctx context.Context) ([]Warning, error) {
	w := warner{calendar: c, dates: make(map[Date]*[64]ruled)}
	ordinary := w.ordinarySources()
	for i, a := range ordinary {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, b := range ordinary[i:] {
			w.overlaps(a, b)
		}
		for _, b := range ordinary {
			w.crossings(a, b)
		}
		if len(w.warnings) >= maxWarnings {
			return w.warnings[:maxWarnings], nil
		}
	}
	hours := w.hoursSources()
	on := make(map[Date][]*source, len(hours))
	for _, h := range hours {
		on[h.from] = append(on[h.from], h)
	}
	near := make([]bool, len(ordinary)) // applies on the date, or the one before or after
	for i, h := range hours {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		clear(near)
		for d := h.from - 1; d <= h.from+1; d++ {
			w.mark(near, d)
		}
		for k, a := range ordinary {
			if near[k] {
				w.overlaps(a, h)
				w.crossings(a, h)
				w.crossings(h, a)
			}
		}
		for _, other := range on[h.from] {
			if other.index >= i {
				w.overlaps(h, other)
			}
		}
		for _, next := range on[h.from+1] {
			w.crossings(h, next)
		}
		if len(w.warnings) >= maxWarnings {
			return w.warnings[:maxWarnings], nil
		}
	}
	return w.warnings, nil
}

// warner gathers warnings.
type warner struct {
	calendar *Calendar
	warnings []Warning
	// dates are what applies to the dates of blocks of 64.
	dates map[Date]*[64]ruled
	// rules and openings are the indexes of the sources of the rules of each
	// season and of its openings, -1 for none; 0 is outside all seasons.
	rules, openings []int
}

// ruled is what applies to a date.
type ruled struct {
	combination
	ordinary bool // rules and seasons do
}

// block returns what applies to the dates from first, a multiple of 64.
func (w *warner) block(first Date) *[64]ruled {
	block := w.dates[first]
	if block == nil {
		block = new([64]ruled)
		for i := range block {
			d := first + Date(i) //nolint:gosec // less than 64
			block[i] = ruled{w.calendar.combination(d), w.calendar.ordinary(d)}
		}
		w.dates[first] = block
	}
	return block
}

// mark sets those of the ordinary sources that apply to d.
func (w *warner) mark(on []bool, d Date) {
	of := w.block(d &^ 63)[d&63]
	if !of.ordinary {
		return
	}
	if i := w.openings[of.season]; i >= 0 && of.worked {
		on[i] = true
	}
	for left := of.rules; left != 0; left &= left - 1 {
		on[w.rules[of.season]+bits.TrailingZeros64(left)] = true
	}
}

// source is a set of openings and the dates on which it applies.
type source struct {
	pointer  string
	openings []Opening
	blocks   [][]block // of each opening, on a calm date
	from     Date      // no dates before it
	until    Date      // no dates after it; 0 for no end
	index    int       // index into hours
	season   int       // from 1; 0 for rules outside all seasons

	on    func(ruled) bool // nil for a single date
	dates map[Date]uint64  // known so far, in blocks of 64
}

func newSource(pointer string, openings []Opening) *source {
	s := &source{pointer: pointer, openings: openings, blocks: make([][]block, len(openings)), dates: make(map[Date]uint64)}
	for i := range openings {
		s.blocks[i] = calmBlocks(openings[i : i+1])
	}
	return s
}

// applies returns a bit for each of the 64 dates from first, a multiple of 64,
// on which the source applies.
func (w *warner) applies(s *source, first Date) uint64 {
	if s.on == nil {
		if s.from&^63 != first {
			return 0
		}
		return 1 << (s.from & 63)
	}
	dates, known := s.dates[first]
	if !known {
		for i, of := range w.block(first) {
			if of.ordinary && s.on(of) {
				dates |= 1 << i
			}
		}
		s.dates[first] = dates
	}
	return dates
}

// ordinarySources returns the sources of the rules and the seasons.
func (w *warner) ordinarySources() []*source {
	c := w.calendar
	w.rules, w.openings = []int{0}, []int{-1}
	all := c.ruleSources(c.rules, "", 0)
	for i := range c.seasons {
		season, pointer := &c.seasons[i], fmt.Sprintf("/seasons/%d", i)
		w.openings = append(w.openings, -1)
		if len(season.Openings) > 0 {
			w.openings[i+1] = len(all)
			s := newSource(pointer, season.Openings)
			s.from, s.season = c.begins(season), i+1
			s.on = func(of ruled) bool { return of.season == i+1 && of.worked }
			all = append(all, s)
		}
		w.rules = append(w.rules, len(all))
		all = append(all, c.ruleSources(season.rules, pointer, i+1)...)
	}
	return all
}

// hoursSources returns the sources of the hours of single dates.
func (w *warner) hoursSources() []*source {
	all := make([]*source, 0, len(w.calendar.planned))
	for i, h := range w.calendar.planned {
		s := newSource(fmt.Sprintf("/hours/%d", i), h.Openings)
		s.index, s.from, s.until = i, h.Date, h.Date
		all = append(all, s)
	}
	return all
}

// ruleSources returns the sources of the rules of a season; 0 for those outside
// all seasons.
func (c *Calendar) ruleSources(rules []compiledRule, pointer string, season int) []*source {
	all := make([]*source, 0, len(rules))
	for i := range rules {
		s := newSource(fmt.Sprintf("%s/rules/%d", pointer, i), rules[i].Openings)
		s.from, s.season = rules[i].begins(), season
		if season > 0 {
			s.from = max(s.from, c.seasons[season-1].next(s.from))
		}
		s.on = func(of ruled) bool { return of.season == season && of.rules&(1<<i) != 0 }
		all = append(all, s)
	}
	return all
}

// ordinary reports whether rules and seasons apply to d.
func (c *Calendar) ordinary(d Date) bool {
	hours := c.hours[d]
	return (hours == nil || hours.own == nil) && !c.holiday(d)
}

// begins returns a date before which no rule opens in the season.
func (c *Calendar) begins(s *compiledSeason) Date {
	first := Date(math.MaxInt32)
	for i := range c.rules {
		first = min(first, c.rules[i].begins())
	}
	return max(first, s.next(first))
}

// next returns the beginning of the first span of the season that ends on or
// after d, or zero.
func (s *compiledSeason) next(d Date) Date {
	i, _ := slices.BinarySearch(s.ends, d)
	if i == len(s.spans) {
		return 0
	}
	return s.spans[i].From
}

// overlaps compares the openings of a and b, which may be the same source, on a
// date that both have.
func (w *warner) overlaps(a, b *source) {
	if a.season != b.season && a.on != nil && b.on != nil {
		return // no date is in both
	}
	var date Date
	for i, x := range a.openings {
		for j, y := range b.openings {
			if a.pointer == b.pointer && j <= i || x.Add || y.Add || !overlap(a.blocks[i], b.blocks[j]) {
				continue
			}
			if date == 0 {
				if date = w.common(a, b, 0); date == 0 {
					return
				}
			}
			w.add(Warning{
				Kind: WarnOverlap, Pointers: []string{a.at(i), b.at(j)}, Date: date,
				Text: overlapText(x, y),
			})
		}
	}
}

// add adds a warning, unless there are too many.
func (w *warner) add(warning Warning) {
	if len(w.warnings) < maxWarnings {
		w.warnings = append(w.warnings, warning)
	}
}

// overlap reports whether some block of a and some of b are open at the same
// time. Both are sorted and each without overlaps.
func overlap(a, b []block) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].To <= b[0].From || a[0].To <= a[0].From:
			a = a[1:]
		case b[0].To <= a[0].From || b[0].To <= b[0].From:
			b = b[1:]
		default:
			return true
		}
	}
	return false
}

// crossings finds the openings of a that reach into openings of b on the
// following date.
func (w *warner) crossings(a, b *source) {
	var date Date
	for i, x := range a.openings {
		if x.Add || x.To <= endOfDay {
			continue
		}
		for j, y := range b.openings {
			if y.Add || x.To-endOfDay <= y.From {
				continue
			}
			if date == 0 {
				if date = w.common(a, b, 1); date == 0 {
					return
				}
			}
			w.add(Warning{
				Kind: WarnMidnight, Pointers: []string{a.at(i), b.at(j)}, Date: date,
				Text: midnightText(x, y),
			})
		}
	}
}

// common returns the first date of a that is days (0 or 1) before a date of b,
// or zero if there is none within warnDays.
func (w *warner) common(a, b *source, days Date) Date {
	from := max(a.from, b.from-days)
	last := from + warnDays - 1
	if a.until > 0 {
		last = min(last, a.until)
	}
	if b.until > 0 {
		last = min(last, b.until-days)
	}
	for d := from; d <= last; d = d&^63 + 64 {
		first := d &^ 63
		dates := w.applies(b, first)
		if days > 0 {
			dates = dates>>1 | w.applies(b, first+64)<<63
		}
		if dates = dates & w.applies(a, first) >> (d - first); dates != 0 {
			if d += Date(bits.TrailingZeros64(dates)); d <= last {
				return d
			}
			return 0
		}
	}
	return 0
}

func (s *source) at(opening int) string {
	return fmt.Sprintf("%s/openings/%d", s.pointer, opening)
}

// StepWarnings returns a warning for each span of openings whose length is not
// a multiple of step, the interval between the starts of visits: the remainder
// is unused. Openings that overlap or touch form one span. If step is not
// positive, there are no warnings.
func StepWarnings(openings []Opening, step time.Duration) []Warning {
	if step <= 0 {
		return nil
	}
	var warnings []Warning
	for _, span := range newCapacity(calmBlocks(openings)).openings {
		length := time.Duration(span.To-span.From) * Tick
		if unused := length % step; unused != 0 {
			warnings = append(warnings, Warning{Kind: WarnStep, Text: stepText(span, step, unused)})
		}
	}
	return warnings
}
