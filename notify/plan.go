package notify

import (
	"time"

	"ziyara/scheduling"
)

const (
	// evening is how long before the quiet hours a reminder goes out if it can't
	// wait for their end. After an outage of an hour another one is left.
	evening = 2 * time.Hour

	// instant is the resolution of the database's timestamps.
	instant = time.Microsecond
)

// Lead is one reminder of a service's plan (docs/adr/0023).
type Lead struct {
	Before time.Duration // how long before the start it is due
	Next   time.Duration // lead of the plan's next reminder; 0 for the last
}

// Leads returns the plan of a service, the longest lead first, as its leads.
func Leads(plan []time.Duration) []Lead {
	leads := make([]Lead, len(plan))
	for i, before := range plan {
		leads[i].Before = before
		if i+1 < len(plan) {
			leads[i].Next = plan[i+1]
		}
	}
	return leads
}

// Last returns how long before the start a late reminder stops being of use: halfway
// to the next one, but at the latest when a quarter of its lead is left.
func (l Lead) Last() time.Duration {
	last := l.Before / 4
	if l.Next > 0 {
		last = max(last, (l.Before+l.Next)/2)
	}
	return last
}

// patience is how much later than its lead a reminder may be planned: half of the
// time in which it is of use, which leaves the other half for delays.
func (l Lead) patience() time.Duration { return (l.Before - l.Last()) / 2 }

// Due returns when the reminder of a visit at start goes out: its lead before start;
// if that is in the quiet hours, at their end; and if that is too near the visit,
// in the evening before them. It is never dropped.
func (l Lead) Due(start time.Time, h Hours) time.Time {
	due := start.Add(-l.Before)
	night, quiet := h.nightAt(due)
	switch {
	case !quiet:
		return due
	case night.to.Sub(due) <= l.patience():
		return night.to
	default:
		return night.from.Add(-evening)
	}
}

// Planned is one reminder of a visit.
type Planned struct {
	Lead  time.Duration // as in the plan
	Due   time.Time     // it goes out then
	Until time.Time     // and no more from this instant on
}

// Plan returns the reminders of a visit at start that was booked or moved at known,
// in the order of the plan. It is the reference by which StartsDue is tested.
// Reminders that were already due at known are left out, and so are all on the
// day of the visit: the confirmation has just said the same.
func Plan(plan []time.Duration, h Hours, start, known time.Time) []Planned {
	var reminders []Planned
	for _, lead := range Leads(plan) {
		due := lead.Due(start, h)
		if !known.Before(start.Add(-lead.Before)) || !known.Before(due) ||
			scheduling.DateOf(known, h.Zone) >= scheduling.DateOf(start, h.Zone) {
			continue
		}
		reminders = append(reminders, Planned{Lead: lead.Before, Due: due, Until: start.Add(-lead.Last())})
	}
	return reminders
}

// StartRange is a range of starts of visits whose reminders are due.
type StartRange struct {
	From, To time.Time // the starts, [From, To)
	Due      time.Time // of all of them; zero when each is due its lead before
}

// StartsDue returns the ranges of starts whose reminders became due in (after, upTo]
// and are still of use at upTo. It is the inverse of Due, so that a query reads
// only what is due. The ranges don't overlap.
func (l Lead) StartsDue(h Hours, after, upTo time.Time) []StartRange {
	// What was due longer ago is of no use any more.
	after = later(after, upTo.Add(-l.Before-evening-48*time.Hour))
	if !after.Before(upTo) {
		return nil
	}
	var ranges []StartRange
	add := func(from, to, due time.Time) { // by the instants of their lead, [from, to)
		w := StartRange{From: from.Add(l.Before), To: to.Add(l.Before), Due: due}
		w.From = later(w.From, upTo.Add(l.Last()+instant))
		if w.From.Before(w.To) {
			ranges = append(ranges, w)
		}
	}
	isDue := func(at time.Time) bool { return at.After(after) && !at.After(upTo) }
	awake := func(from, to time.Time) {
		add(later(from, after.Add(instant)), earlier(to, upTo.Add(instant)), time.Time{})
	}
	if h.Quiet.None() {
		awake(after, upTo.Add(instant))
		return ranges
	}
	for d := scheduling.DateOf(after, h.Zone) - 1; d <= scheduling.DateOf(upTo, h.Zone)+1; d++ {
		night := h.night(d)
		split := later(night.from, night.to.Add(-l.patience()))
		if due := night.from.Add(-evening); isDue(due) {
			add(night.from, split, due)
		}
		if isDue(night.to) {
			add(split, night.to, night.to)
		}
		awake(night.to, h.night(d+1).from)
	}
	return ranges
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
