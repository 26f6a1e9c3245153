package slots

import (
	"time"

	"ziyara/scheduling"
)

// WaitPolicy says when offers are made and how long they last (docs/adr/0018).
// Wall times are those of the branch.
type WaitPolicy struct {
	// Stands is how long an offer lasts, and Least the shortest offer that is
	// made: an offer never outlasts the notice of its visit.
	Stands, Least time.Duration

	// From QuietFrom in the evening until QuietUntil the next morning, only
	// visits that begin before QuietVisits on that morning are offered; and none
	// from NightFrom until NightUntil.
	QuietFrom, QuietUntil scheduling.WallTime
	NightFrom, NightUntil scheduling.WallTime
	QuietVisits           scheduling.WallTime

	// Ignored is how many offers may expire without an answer; the last of them
	// ends the entry.
	Ignored int
}

// DefaultWaitPolicy returns the policy of the centre.
func DefaultWaitPolicy() WaitPolicy {
	return WaitPolicy{
		Stands: 15 * time.Minute, Least: 5 * time.Minute,
		QuietFrom: scheduling.Clock(21, 0), QuietUntil: scheduling.Clock(9, 0),
		NightFrom: scheduling.Clock(23, 0), NightUntil: scheduling.Clock(6, 0),
		QuietVisits: scheduling.Clock(12, 0),
		Ignored:     3,
	}
}

// until returns when an offer made at now of a visit v that begins at start ends,
// in the calendar c; false when it must not be made.
func (p WaitPolicy) until(c *scheduling.Calendar, v Shape, start, now time.Time) (time.Time, bool) {
	local := now.In(c.Zone())
	if !p.awake(local, start) {
		return time.Time{}, false
	}
	ends := earlier(now.Add(p.Stands), start.Add(-v.Notice))
	if v.NoticeDays > 0 { // tomorrow is a day less
		ends = earlier(ends, c.Day(scheduling.NewDate(local.Date())+1).Start)
	}
	return ends, ends.Sub(now) >= p.Least
}

// awake reports whether a visit that begins at start may be offered at the
// local time now.
func (p WaitPolicy) awake(now, start time.Time) bool {
	clock := scheduling.Clock(now.Hour(), now.Minute())
	morning := scheduling.NewDate(now.Date())
	switch {
	case clock >= p.NightFrom, clock < p.NightUntil:
		return false
	case clock >= p.QuietFrom:
		morning++
	case clock >= p.QuietUntil:
		return true
	}
	return start.Before(morning.At(p.QuietVisits, now.Location()))
}
