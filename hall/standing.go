package hall

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"ziyara/scheduling"
)

// Standing is where a visitor stands on the day of the visit.
type Standing struct {
	Visit   Visit
	CheckIn time.Time     // from when on visitors are checked in
	Delay   time.Duration // announced for the visit; 0 for none
	Desks   []string      // of the desk group, one of which calls the visitor
	Ahead   *Ahead        // nil unless the visitor waits
}

// Ahead is what a waiting visitor has ahead.
type Ahead struct {
	Before int   // visitors in the hall who are called before
	Call   Range // when the visitor is called, likely
}

// Range is from when until when something is likely to happen, both inclusive.
type Range struct{ From, To time.Time }

// Board is what is announced to visitors of a desk group.
type Board struct {
	Delay time.Duration // of the visit that was asked for; 0 for none
	Desks []string
}

// Stands returns where the visitor of the reference stands at now. It returns
// fault.ErrNotFound, ErrUnknownGroup, ErrRequested, ErrCancelled or a
// *NotTodayError.
func (r *Reception) Stands(ctx context.Context, reference string, now time.Time) (Standing, error) {
	v, others, err := r.store.Around(ctx, reference, now.Add(-max(expectedBack, MaxAway)), now.Add(expectedAhead))
	if err != nil {
		return Standing{}, err
	}
	rules, g, err := r.rulesFor(v)
	if err != nil {
		return Standing{}, err
	}
	if err = v.today(g.Calendar, now); err != nil {
		return Standing{}, err
	}
	board, err := r.store.Board(ctx, v)
	if err != nil {
		return Standing{}, err
	}
	s := Standing{Visit: v, CheckIn: v.Start.Add(-rules.Early), Delay: board.Delay, Desks: board.Desks}
	if v.Where() != AtWaiting {
		return s, nil
	}
	f, expected := Floor{Present: []Visit{v}}, []Visit(nil)
	for _, o := range others {
		if o.Arrival != nil {
			f.Present = append(f.Present, o)
		} else {
			expected = append(expected, o)
		}
	}
	ahead := r.line(g, f, expected, now).Ahead(v.ID, now)
	s.Ahead = &ahead
	return s, nil
}

// Away records that the visitor of the reference is away for so many minutes: see
// Visit.Away. Besides its errors it returns fault.ErrNotFound or ErrUnknownGroup.
func (r *Reception) Away(ctx context.Context, reference string, minutes int, now time.Time) error {
	_, err := r.store.Change(ctx, reference, func(v Visit, _ Floor) (Step, error) {
		_, g, err := r.rulesFor(v)
		if err != nil {
			return Step{}, err
		}
		return v.Away(minutes, g.Calendar, now)
	})
	return err
}

// Ahead returns what the waiting visitor with the key has ahead. The range is what two
// simulations of the queue say, its ends moved outwards to whole ticks, but not
// before now. In the one, visits are quick and nobody else comes; in the other, visits
// are slow, all who are expected come at their start, no visitor is called before
// their turn, and walk-ins are called after the booked visitors.
func (l Line) Ahead(id string, now time.Time) Ahead {
	is := func(v Visit) bool { return v.ID == id }
	spread := spread(l.inTurn(is, now))

	quick := l.paced(1 - spread)
	present := Order(quick.Present, now)
	if !present[slices.IndexFunc(present, is)].WalkIn() { // walk-ins may have to wait: see room
		present = slices.DeleteFunc(present, Visit.WalkIn)
	}
	from := begins(present, quick.busy(now, 0), quick.capacity(now), now, Visit.here)

	slow := l.paced(1 + spread)
	all := append(Order(slow.Present, now), slow.Expected...)
	slices.SortStableFunc(all, func(a, b Visit) int { return cmp.Or(falseFirst(a.WalkIn(), b.WalkIn()), a.turn().Compare(b.turn())) })
	to := begins(all, slow.busy(now, 2*overrun), slow.capacity(now), now, Visit.due)

	out := Ahead{Call: Range{
		From: later(from[slices.IndexFunc(present, is)].Truncate(scheduling.Tick), now),
		To:   to[slices.IndexFunc(all, is)].Add(scheduling.Tick).Truncate(scheduling.Tick),
	}}
	for _, v := range Order(l.Present, now) {
		if is(v) {
			break
		}
		if !v.away(now) {
			out.Before++
		}
	}
	return out
}

// inTurn returns how many visits, one after another, keep a desk from a visitor who
// waits: those at desks and those likely to begin before, shared among the desks.
func (l Line) inTurn(is func(Visit) bool, now time.Time) float64 {
	all := l.all(now)
	likely := begins(all, l.busy(now, overrun), l.capacity(now), now, Visit.here)
	begin, visits := likely[slices.IndexFunc(all, is)], l.occupied()
	for _, other := range likely {
		if other.Before(begin) {
			visits++
		}
	}
	return float64(visits) / float64(max(l.Desks, l.occupied(), 1))
}

// spread is by which share so many visits in turn can be quicker or slower than
// booked: a tenth, because visits of a day may be so on average; and the spread of a
// sum of independent lengths, which falls with the root of their number. With these
// two numbers more than nine of ten visitors of simulated days are called within
// their range (TestRangesAreKept): real days have more that goes wrong.
func spread(visits float64) float64 { return 0.1 + 0.45/math.Sqrt(max(visits, 1)) }

// paced returns the line with visits that take so many times as long.
func (l Line) paced(times float64) Line {
	scale := func(d time.Duration) time.Duration { return time.Duration(times * float64(d)) }
	l.Present, l.Expected = slices.Clone(l.Present), slices.Clone(l.Expected)
	for i, v := range l.Present {
		v.End = v.Start.Add(scale(v.length()))
		l.Present[i] = v.with(func(a *Arrival) { a.Length = scale(a.Length) })
	}
	for i, v := range l.Expected {
		l.Expected[i].End = v.Start.Add(scale(v.length()))
	}
	return l
}
