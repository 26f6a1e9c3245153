package scheduling

import (
	"maps"
	"slices"
)

// compiledRule is a Rule with its recurrence and dates ready.
type compiledRule struct {
	Rule
	recurrence   *Recurrence // nil for a rule of single dates
	also, except []Date      // sorted
}

// on reports whether the rule includes d. parts is d split into its parts, once
// for all rules: zero until one needs it.
func (r *compiledRule) on(d Date, parts *civil) bool {
	if r.recurrence != nil && r.recurrence.on(d, parts) || has(r.also, d) {
		return !has(r.except, d)
	}
	return false
}

// has reports whether a sorted list contains d.
func has(list []Date, d Date) bool {
	if len(list) == 0 {
		return false
	}
	_, found := slices.BinarySearch(list, d)
	return found
}

// begins returns a date before which the rule has no dates.
func (r *compiledRule) begins() Date {
	if len(r.also) > 0 && (r.recurrence == nil || r.also[0] < r.From) {
		return r.also[0]
	}
	return r.From
}

// matching returns a bit for each rule that includes d.
func matching(rules []compiledRule, d Date) (bits uint64) {
	var parts civil
	for i := range rules {
		if rules[i].on(d, &parts) {
			bits |= 1 << i
		}
	}
	return bits
}

// openingsOf appends the openings of the rules whose bits are set.
func openingsOf(rules []compiledRule, bits uint64, openings []Opening) []Opening {
	openings = slices.Clip(openings)
	for i := range rules {
		if bits&(1<<i) != 0 {
			openings = append(openings, rules[i].Openings...)
		}
	}
	return openings
}

// compiledSeason is a season with its dates.
type compiledSeason struct {
	Season
	spans []DateSpan // by From
	// ends[i] is the last date of spans[:i+1].
	ends  []Date
	rules []compiledRule
}

func newSeason(s Season, rules []compiledRule) compiledSeason {
	c := compiledSeason{Season: s, rules: rules}
	c.Openings = cloneOpenings(s.Openings)
	all := s.occurrences()
	c.spans, c.ends = make([]DateSpan, 0, len(all)), make([]Date, 0, len(all))
	last := Date(0)
	for _, o := range all {
		last = max(last, o.Until)
		c.spans, c.ends = append(c.spans, o.DateSpan), append(c.ends, last)
	}
	return c
}

// covers reports whether d is in the season.
func (s *compiledSeason) covers(d Date) bool {
	i, _ := slices.BinarySearch(s.ends, d)
	for ; i < len(s.spans) && s.spans[i].From <= d; i++ {
		if s.spans[i].Until >= d {
			return true
		}
	}
	return false
}

// cloneOpenings returns a deep copy of the openings.
func cloneOpenings(openings []Opening) []Opening {
	openings = slices.Clone(openings)
	for i := range openings {
		o := &openings[i]
		o.Breaks, o.Services = slices.Clone(o.Breaks), slices.Clone(o.Services)
		o.Reserve = maps.Clone(o.Reserve)
	}
	return openings
}
