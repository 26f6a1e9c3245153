package scheduling

import (
	"fmt"
	"math"
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

// warnDays is how many days ahead two rules are searched for a common date.
const warnDays = 400

// Warnings returns what a coordinator should check: openings that overlap on a
// date without adding, and openings that run past midnight into those of the
// next date.
func (c *Calendar) Warnings() []Warning {
	var warnings []Warning
	ordinary := c.ordinarySources()
	for i, a := range ordinary {
		for _, b := range ordinary[i:] {
			warnings = append(warnings, overlaps(a, b)...)
		}
		for _, b := range ordinary {
			warnings = append(warnings, crossings(a, b)...)
		}
	}
	hours := c.hoursSources()
	on := make(map[Date][]source, len(hours))
	for _, h := range hours {
		on[h.from] = append(on[h.from], h)
	}
	for i, h := range hours {
		for _, a := range ordinary {
			warnings = append(warnings, overlaps(a, h)...)
			warnings = append(warnings, crossings(a, h)...)
			warnings = append(warnings, crossings(h, a)...)
		}
		for _, other := range on[h.from] {
			if other.index >= i {
				warnings = append(warnings, overlaps(h, other)...)
			}
		}
		for _, next := range on[h.from+1] {
			warnings = append(warnings, crossings(h, next)...)
		}
	}
	return warnings
}

// source is a set of openings and the dates on which it applies.
type source struct {
	pointer  string
	openings []Opening
	from     Date // no dates before it
	until    Date // no dates after it; 0 for no end
	index    int  // index into hours
	on       func(Date) bool
}

// ordinarySources returns the sources of the rules and the seasons.
func (c *Calendar) ordinarySources() []source {
	all := c.ruleSources(c.rules, "", 0)
	for i := range c.seasons {
		season, pointer := &c.seasons[i], fmt.Sprintf("/seasons/%d", i)
		if len(season.Openings) > 0 {
			all = append(all, source{
				pointer: pointer, openings: season.Openings, from: c.begins(season),
				on: func(d Date) bool {
					of := c.combination(d)
					return of.season == i+1 && of.worked && c.ordinary(d)
				},
			})
		}
		all = append(all, c.ruleSources(season.rules, pointer, i+1)...)
	}
	return all
}

// hoursSources returns the sources of the hours of single dates.
func (c *Calendar) hoursSources() []source {
	all := make([]source, 0, len(c.planned))
	for i, h := range c.planned {
		all = append(all, source{
			pointer: fmt.Sprintf("/hours/%d", i), index: i, openings: h.Openings, from: h.Date, until: h.Date,
			on: func(d Date) bool { return d == h.Date },
		})
	}
	return all
}

// ruleSources returns the sources of the rules of a season; 0 for those outside
// all seasons.
func (c *Calendar) ruleSources(rules []compiledRule, pointer string, season int) []source {
	all := make([]source, 0, len(rules))
	for i := range rules {
		rule := &rules[i]
		from := rule.begins()
		if season > 0 {
			from = max(from, c.seasons[season-1].next(from))
		}
		all = append(all, source{
			pointer: fmt.Sprintf("%s/rules/%d", pointer, i), openings: rule.Openings, from: from,
			on: func(d Date) bool {
				return rule.on(d) && c.combination(d).season == season && c.ordinary(d)
			},
		})
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
func overlaps(a, b source) []Warning {
	var warnings []Warning
	var date Date
	for i, x := range a.openings {
		for j, y := range b.openings {
			if a.pointer == b.pointer && j <= i || x.Add || y.Add || !overlap(&x, &y) {
				continue
			}
			if date == 0 {
				if date = common(a, b, 0); date == 0 {
					return nil
				}
			}
			warnings = append(warnings, Warning{
				Kind: WarnOverlap, Pointers: []string{a.at(i), b.at(j)}, Date: date,
				Text: overlapText(x, y),
			})
		}
	}
	return warnings
}

// overlap reports whether both openings are open at the same time, breaks
// excluded.
func overlap(x, y *Opening) bool {
	if x.From >= y.To || y.From >= x.To {
		return false
	}
	for _, a := range calmBlocks([]Opening{*x}) {
		for _, b := range calmBlocks([]Opening{*y}) {
			if a.From < b.To && b.From < a.To {
				return true
			}
		}
	}
	return false
}

// crossings finds the openings of a that reach into openings of b on the
// following date.
func crossings(a, b source) []Warning {
	var warnings []Warning
	var date Date
	for i, x := range a.openings {
		for j, y := range b.openings {
			if x.Add || y.Add || x.To-endOfDay <= y.From {
				continue
			}
			if date == 0 {
				if date = common(a, b, 1); date == 0 {
					return nil
				}
			}
			warnings = append(warnings, Warning{
				Kind: WarnMidnight, Pointers: []string{a.at(i), b.at(j)}, Date: date,
				Text: midnightText(x, y),
			})
		}
	}
	return warnings
}

// common returns the first date of a that is days before a date of b, or zero
// if there is none within warnDays.
func common(a, b source, days Date) Date {
	from := max(a.from, b.from-days)
	last := from + warnDays - 1
	if a.until > 0 {
		last = min(last, a.until)
	}
	if b.until > 0 {
		last = min(last, b.until-days)
	}
	for d := from; d <= last; d++ {
		if a.on(d) && b.on(d+days) {
			return d
		}
	}
	return 0
}

func (s source) at(opening int) string {
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
