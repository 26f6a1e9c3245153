// Package open says what is free to other portals: as SMART Scheduling Links, and as a feed of
// Realtime Paged Data Exchange. It is pure: days and rules, no I/O. What it says is nobody's.
package open

import (
	"cmp"
	"slices"
	"time"
)

// Day is what is free for a service at a branch on a day.
type Day struct {
	Service, Branch string        // slugs
	Date            string        // YYYY-MM-DD in the zone of the branch
	Length          time.Duration // of a visit
	Starts          []time.Time   // ascending, UTC; none when nothing is free any more
	Change          int64         // rises with each change of any day
	Changed         time.Time
}

// Gone reports whether nothing is free any more.
func (d Day) Gone() bool { return len(d.Starts) == 0 }

// key names the day.
type key struct{ service, branch, date string }

func (d Day) key() key { return key{d.Service, d.Branch, d.Date} }

// KeepGone is how long days that are gone are told as deleted. RPDE asks for 48 hours.
const KeepGone = 7 * 24 * time.Hour

// Places are all days that are published. The zero value has none; a value never changes.
type Places struct {
	days  []Day // by change
	byKey map[key]int
}

// With returns the places after days that have changed, which are in the order of their changes, and without
// those that are gone for long.
func (p *Places) With(changed []Day, now time.Time) *Places {
	newer := make(map[key]bool, len(changed))
	for _, d := range changed {
		newer[d.key()] = true
	}
	next := &Places{days: make([]Day, 0, len(p.days)+len(changed)), byKey: map[key]int{}}
	for _, d := range slices.Concat(p.days, changed) {
		old := newer[d.key()] && p.has(d)
		if !old && !(d.Gone() && now.Sub(d.Changed) > KeepGone) {
			next.byKey[d.key()] = len(next.days)
			next.days = append(next.days, d)
		}
	}
	return next
}

// has reports whether this very change of the day is known.
func (p *Places) has(d Day) bool {
	i, ok := p.byKey[d.key()]
	return ok && p.days[i].Change == d.Change
}

// Last returns the number of the last change, and when it was; 0 for none.
func (p *Places) Last() (change int64, at time.Time) {
	if len(p.days) == 0 {
		return 0, time.Time{}
	}
	last := p.days[len(p.days)-1]
	return last.Change, last.Changed
}

// Differences returns what has changed when found is all that is free now.
func (p *Places) Differences(found []Day) (changed []Day) {
	free := make(map[key]bool, len(found))
	for _, d := range found {
		free[d.key()] = true
		i, ok := p.byKey[d.key()]
		if !ok || p.days[i].Length != d.Length || !slices.EqualFunc(p.days[i].Starts, d.Starts, time.Time.Equal) {
			changed = append(changed, d)
		}
	}
	for _, d := range p.days {
		if !d.Gone() && !free[d.key()] {
			d.Starts = nil
			changed = append(changed, d)
		}
	}
	return changed
}

// After returns at most limit days after a change, by change, those that are gone too.
func (p *Places) After(change int64, limit int) []Day {
	i, _ := slices.BinarySearchFunc(p.days, change+1, func(d Day, c int64) int { return cmp.Compare(d.Change, c) })
	return p.days[i:min(len(p.days), i+limit)]
}

// Free returns the days on which a service has free starts at a branch, ascending.
func (p *Places) Free(service, branch string) (days []Day) {
	for _, d := range p.days {
		if d.Service == service && d.Branch == branch && !d.Gone() {
			days = append(days, d)
		}
	}
	slices.SortFunc(days, func(a, b Day) int { return cmp.Compare(a.Date, b.Date) })
	return days
}
