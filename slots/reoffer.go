package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// reofferLead is how long a place can be booked after it is offered again: it is
// offered at least this long before its notice begins.
const reofferLead = 5 * time.Minute

// ReofferAt returns when a place given up at now is offered again: a random number
// of whole seconds from 0 to delay later, but not after until, all equally
// likely. It is zero, meaning at once, without a delay or when until is not
// ahead. random returns a number in [0, n).
func ReofferAt(delay time.Duration, until, now time.Time, random func(n int64) int64) time.Time {
	most := min(delay, until.Sub(now))
	if most < time.Second {
		return time.Time{}
	}
	return now.Add(time.Duration(random(int64(most/time.Second)+1)) * time.Second)
}

// delayed returns the transition with BackAt set. It is not set when a move takes
// part of its own place again, or when a change took the place.
func (b *Booker) delayed(t Transition, now time.Time) Transition {
	moved := t.After.Status.TakesPlace()
	if !t.Changes() || !t.Leaves() || t.Before.Displaced() || moved && t.Before.Place.overlaps(t.After.Place) {
		return t
	}
	t.BackAt = b.backAt(t.Before, now)
	return t
}

// backAt returns when a's place, given up at now, is offered again; zero means at
// once.
func (b *Booker) backAt(a Appointment, now time.Time) time.Time {
	service, group, err := b.centre.Desk(a.Service, a.Branch)
	if err != nil || service.ReofferDelay == 0 {
		return time.Time{} // it is offered at once
	}
	shape, err := ShapeOf(service, 1, catalog.Public)
	if err != nil {
		return time.Time{}
	}
	until := shape.noticeEnds(group.Calendar, a.Place.Day, a.Start, now, now.Add(service.ReofferDelay+reofferLead)).Add(-reofferLead)
	return ReofferAt(service.ReofferDelay, until, now, b.random)
}

// noticeEnds returns the last instant in [now, end] at which notice lets a start by
// the openings of date be booked; an instant before now when there is none.
func (v Shape) noticeEnds(c *scheduling.Calendar, date scheduling.Date, start, now, end time.Time) time.Time {
	last := earlier(end, start.Add(-v.Notice))
	if v.NoticeDays == 0 {
		return last
	}
	for d := c.DateOf(now); d <= c.DateOf(end); d++ {
		if first, ok := c.AddWorkingDays(d, v.NoticeDays); !ok || first > date {
			return earlier(last, c.Day(d).Start.Add(-time.Second))
		}
	}
	return last
}

// overlaps reports whether both places need the same tick of a ledger day.
func (p Place) overlaps(other Place) bool {
	return p.Branch == other.Branch && p.DeskGroup == other.DeskGroup && p.Day == other.Day &&
		p.First < other.First+other.Ticks && other.First < p.First+p.Ticks
}
