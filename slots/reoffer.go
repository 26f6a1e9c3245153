package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// reofferLead is how long a place that comes back late can still be booked: it
// is offered at least so long before its notice begins.
const reofferLead = 5 * time.Minute

// ReofferAt returns when a place that is given up at now is offered again: now
// or whole seconds later, up to delay but not behind until, each as likely as
// the others. It is zero, for at once, without a delay and when until is not
// ahead. random returns a number from 0 up to n, exclusive.
func ReofferAt(delay time.Duration, until, now time.Time, random func(n int64) int64) time.Time {
	most := min(delay, until.Sub(now))
	if most < time.Second {
		return time.Time{}
	}
	return now.Add(time.Duration(random(int64(most/time.Second)+1)) * time.Second)
}

// delayed returns the transition with when the place that it leaves is offered
// again. A part of its own place, which a move takes again, and a place that a
// change took are no places to wait for.
func (b *Booker) delayed(t Transition, now time.Time) Transition {
	moved := t.After.Status.TakesPlace()
	if !t.Changes() || !t.Leaves() || t.Before.Displaced() || moved && t.Before.Place.overlaps(t.After.Place) {
		return t
	}
	t.BackAt = b.backAt(t.Before, now)
	return t
}

// backAt returns when the place of a is offered again that is given up at now;
// zero for at once.
func (b *Booker) backAt(a Appointment, now time.Time) time.Time {
	service, group, err := b.centre().Desk(a.Service, a.Branch)
	if err != nil || service.ReofferDelay == 0 {
		return time.Time{} // nobody would wait for it
	}
	shape, err := ShapeOf(service, 1, catalog.Public)
	if err != nil {
		return time.Time{}
	}
	until := shape.noticeEnds(group.Calendar, a.Place.Day, a.Start, now, now.Add(service.ReofferDelay+reofferLead)).Add(-reofferLead)
	return ReofferAt(service.ReofferDelay, until, now, b.random)
}

// noticeEnds returns the last instant in [now, end] at which a start by the
// openings of date can be booked as far as notice goes; one before now when
// there is none.
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

// overlaps reports whether both places need one and the same tick of a ledger
// day.
func (p Place) overlaps(other Place) bool {
	return p.Branch == other.Branch && p.DeskGroup == other.DeskGroup && p.Day == other.Day &&
		p.First < other.First+other.Ticks && other.First < p.First+p.Ticks
}
