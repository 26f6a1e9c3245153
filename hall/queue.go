package hall

import (
	"cmp"
	"slices"
	"time"
)

// Order sorts the waiting visits of a desk group by who is called first at now,
// and leaves the others out. Booked visitors whose turn has come are first; then
// everybody else by turn, a booked visitor before a walk-in of the same turn.
// The number on the ticket decides what is left, so that no two are equal.
func Order(visits []Visit, now time.Time) []Visit {
	var waiting []Visit
	for _, v := range visits {
		if v.Arrival != nil && v.Arrival.State == Waiting {
			waiting = append(waiting, v)
		}
	}
	slices.SortFunc(waiting, func(a, b Visit) int { return before(*a.Arrival, *b.Arrival, now) })
	return waiting
}

func before(a, b Arrival, now time.Time) int {
	return cmp.Or(
		falseFirst(!a.due(now), !b.due(now)),
		a.Turn.Compare(b.Turn),
		falseFirst(a.WalkIn, b.WalkIn),
		cmp.Compare(a.Number, b.Number),
	)
}

// due reports whether a booked visitor's turn has come.
func (a Arrival) due(now time.Time) bool { return !a.WalkIn && !a.Turn.After(now) }

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// Line holds everything that decides which visitor of a desk group is called next.
type Line struct {
	Present  []Visit // visits of the desk group with visitors in the hall
	Expected []Visit // booked visits of the desk group whose visitors have not arrived
	Desks    int     // that the calendar has for the group now
	// Later are the changes of Desks, ascending; the last leaves at least one. The
	// numbers of desks stay as they are for good after it.
	Later   []Capacity
	Promise time.Duration
	// Accessible says that the group has an accessible desk.
	Accessible bool
}

// Next returns the visit to call to a desk that is free at now: the first of Order,
// with these exceptions. Visitors who are away are left out. Visitors who need an
// accessible desk wait for one, where the group has any; and at such a desk, they come before all others once their
// turn has come. Visitors whose turn has not come, walk-ins or early ones, wait as
// long as calling them would delay a booked visitor beyond the promise (see room).
func (l Line) Next(d Desk, now time.Time) (Visit, bool) {
	order := slices.DeleteFunc(Order(l.Present, now), func(v Visit) bool { return v.away(now) })
	l.Desks = max(l.Desks, l.occupied()+1)
	if d.Accessible {
		for _, v := range order {
			if v.Arrival.Accessible && v.Arrival.due(now) {
				return v, true
			}
		}
	}
	for _, v := range order {
		switch {
		case v.Arrival.Accessible && l.Accessible && !d.Accessible:
		case !v.Arrival.due(now) && !l.room(v, now):
		default:
			return v, true
		}
	}
	return Visit{}, false
}

// room reports whether a visitor can be served from now on without delaying a
// booked one, waiting or expected, beyond the promise: each of them begins at most
// Promise after their turn, or no later than without this call. It assumes that no visitor
// is called before their turn.
func (l Line) room(visitor Visit, now time.Time) bool {
	booked := slices.DeleteFunc(l.booked(), func(v Visit) bool { return v.ID == visitor.ID })
	without := begins(booked, l.busy(now, overrun), l.capacity(now), now, Visit.due)
	busy := append(l.busy(now, overrun), now.Add(visitor.Arrival.Length))
	slices.SortFunc(busy, time.Time.Compare)
	with := begins(booked, busy, l.capacity(now), now, Visit.due)
	for i, v := range booked {
		if with[i].After(without[i]) && with[i].After(v.due(v.turn()).Add(l.Promise)) {
			return false
		}
	}
	return true
}

// occupied returns the number of desks with a visitor served or called.
func (l Line) occupied() int {
	n := 0
	for _, v := range l.Present {
		if v.Arrival.State != Waiting {
			n++
		}
	}
	return n
}

// booked returns the booked visitors who wait or are expected.
func (l Line) booked() []Visit {
	var list []Visit
	for _, v := range l.Present {
		if v.Arrival.State == Waiting && !v.Arrival.WalkIn {
			list = append(list, v)
		}
	}
	for _, v := range l.Expected {
		if !v.WalkIn() {
			list = append(list, v)
		}
	}
	slices.SortStableFunc(list, func(a, b Visit) int { return cmp.Or(a.turn().Compare(b.turn()), cmp.Compare(a.Reference, b.Reference)) })
	return list
}

// turn returns when the turn of a visitor comes, here or not.
func (v Visit) turn() time.Time {
	if v.Arrival != nil {
		return v.Arrival.Turn
	}
	return v.Start
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
