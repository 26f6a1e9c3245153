package hall

import (
	"slices"
	"time"
)

// overrun is how much longer a visit is expected to take that has taken longer
// than booked.
const overrun = 5 * time.Minute

// busy returns when each desk of the group is free, the first one first: a
// visit takes as long as it was booked for, and what takes longer a little
// more.
func (l Line) busy(now time.Time) []time.Time {
	var free []time.Time
	for _, v := range l.Present {
		switch a := v.Arrival; a.State {
		case Called:
			free = append(free, now.Add(a.Length))
		case Serving:
			end := a.Started.Add(a.Length)
			if !end.After(now) {
				end = now.Add(overrun)
			}
			free = append(free, end)
		case Waiting, Done, Left:
		}
	}
	for len(free) < max(l.Desks, 1) {
		free = append(free, now)
	}
	slices.SortFunc(free, time.Time.Compare)
	return free
}

// begins returns when each of the visits, which are in the order in which they
// are called, begins on desks that are free at the given instants, sorted. A
// desk takes the first in order who is ready. free is used up.
func begins(visits []Visit, free []time.Time, now time.Time, ready func(Visit, time.Time) time.Time) []time.Time {
	begin := make([]time.Time, len(visits))
	pending := make([]int, len(visits))
	for i := range pending {
		pending[i] = i
	}
	for len(pending) > 0 {
		at := later(free[0], now)
		pick := -1
		var soonest time.Time
		for p, i := range pending {
			from := ready(visits[i], now)
			if !from.After(at) {
				pick = p
				break
			}
			if soonest.IsZero() || from.Before(soonest) {
				soonest = from
			}
		}
		if pick < 0 { // the desk waits for the next to come
			free[0] = soonest
			slices.SortFunc(free, time.Time.Compare)
			continue
		}
		i := pending[pick]
		begin[i] = at
		free[0] = at.Add(visits[i].length())
		slices.SortFunc(free, time.Time.Compare)
		pending = slices.Delete(pending, pick, pick+1)
	}
	return begin
}

// here returns from when on a visitor can be called: at once who is here, and
// who is expected from their start on.
func (v Visit) here(now time.Time) time.Time {
	if v.Arrival != nil {
		return now
	}
	return later(v.Start, now)
}

// due returns from when on it is the turn of a visitor.
func (v Visit) due(now time.Time) time.Time { return later(v.turn(), now) }

func (v Visit) length() time.Duration { return v.End.Sub(v.Start) }

// Wait is a visitor who waits.
type Wait struct {
	Visit    Visit
	Position int       // from 1
	Begins   time.Time // when they are likely to be called
}

// Waits returns who waits, in order, with when they are likely to be called.
// Who is expected takes their place among them.
func (l Line) Waits(now time.Time) []Wait {
	all := l.all(now)
	begins := begins(all, l.busy(now), now, Visit.here)
	var waits []Wait
	for i, v := range all {
		if v.Arrival != nil {
			waits = append(waits, Wait{Visit: v, Begins: begins[i]})
		}
	}
	order := Order(l.Present, now)
	for i := range waits {
		waits[i].Position = 1 + slices.IndexFunc(order, func(v Visit) bool { return v.ID == waits[i].Visit.ID })
	}
	slices.SortFunc(waits, func(a, b Wait) int { return a.Position - b.Position })
	return waits
}

// all returns who waits and who is expected, in the order in which they are
// called.
func (l Line) all(now time.Time) []Visit {
	all := Order(l.Present, now)
	for _, v := range l.Expected {
		i := len(all)
		for i > 0 && (all[i-1].turn().After(v.Start) && !(all[i-1].Arrival != nil && all[i-1].Arrival.due(now))) {
			i--
		}
		all = slices.Insert(all, i, v)
	}
	return all
}
