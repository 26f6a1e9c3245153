package scheduling

import (
	"fmt"
	"time"
)

// WarningKind says what a Warning is about.
type WarningKind string

// The kinds of warning.
const (
	// WarnOverlap: openings overlap on one date and none adds its places, so
	// the larger number counts.
	WarnOverlap WarningKind = "overlap"
	// WarnMidnight: an opening runs past midnight into one of the next date,
	// so that both offer the same desks.
	WarnMidnight WarningKind = "midnight"
	// WarnStep: the distance between starts leaves time of an opening unused.
	WarnStep WarningKind = "step"
)

// Warning is something in a plan that is allowed but may not be meant.
type Warning struct {
	Kind     WarningKind
	Pointers []string // JSON pointers to the openings concerned
	Date     Date     // the first date found on which it happens; zero if it is no matter of dates
	Text     Text
}

// warnDays is how far ahead two rules are searched for a common date.
const warnDays = 400

// Warnings returns what a coordinator should look at again: openings of one
// date that overlap without adding, and openings that run past midnight into
// those of the next date.
func (c *Calendar) Warnings() []Warning {
	var warnings []Warning
	sources := c.sources()
	for i, a := range sources {
		for _, b := range sources[i:] {
			warnings = append(warnings, overlaps(a, b)...)
		}
		for _, b := range sources {
			warnings = append(warnings, crossings(a, b)...)
		}
	}
	return warnings
}

// source is a set of openings and the dates on which it applies.
type source struct {
	pointer  string
	openings []Opening
	from     Date // no date before it
	on       func(Date) bool
}

// sources lists the rules and the dates' own hours, in the order of dates.
func (c *Calendar) sources() []source {
	var all []source
	for i := range c.rules {
		rule := &c.rules[i]
		all = append(all, source{
			pointer:  fmt.Sprintf("/rules/%d", i),
			openings: rule.Openings,
			from:     rule.From,
			on: func(d Date) bool {
				_, own := c.hours[d]
				return !own && !c.holiday(d) && rule.recurrence.On(d)
			},
		})
	}
	for i, d := range c.ownDates {
		h := c.hours[d]
		all = append(all, source{
			pointer:  fmt.Sprintf("/hours/%d", i),
			openings: h.Openings,
			from:     d,
			on:       func(asked Date) bool { return asked == d },
		})
	}
	return all
}

// overlaps compares the openings of a and b, which may be the same, on a date
// that both have.
func overlaps(a, b source) []Warning {
	var warnings []Warning
	var date Date
	for i, x := range a.openings {
		for j, y := range b.openings {
			if a.pointer == b.pointer && j <= i || x.Add || y.Add || x.From >= y.To || y.From >= x.To {
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

// crossings finds the openings of a that reach into those of b on the date
// after.
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

// common returns the first date of a after which, days later, b applies; zero
// if there is none in reach.
func common(a, b source, days Date) Date {
	from := max(a.from, b.from-days)
	for d := from; d < from+warnDays; d++ {
		if a.on(d) && b.on(d+days) {
			return d
		}
	}
	return 0
}

func (s source) at(opening int) string {
	return fmt.Sprintf("%s/openings/%d", s.pointer, opening)
}

// StepWarnings returns a warning for each span of openings, overlapping and
// touching ones joined, whose length is no multiple of step, the distance
// between the starts of visits: the rest of it stays unused. A step that is
// not positive is no step.
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
