package hall

import (
	"slices"
	"time"
)

// overrun is how much longer a visit that has run over its booked time is expected
// to take.
const overrun = 5 * time.Minute

// busy returns when each desk of the group becomes free, ascending. A visit is
// expected to take its booked time, or overrun more once it is past that.
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

// begins returns when each of the visits, in calling order, begins at desks that
// become free at the given instants, ascending. A desk takes the first visit in
// order that is ready. begins overwrites free.
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
		if pick < 0 { // the desk waits for the next arrival
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

// here returns the earliest instant at which a visitor can be called: now when they
// are in the hall, otherwise their start.
func (v Visit) here(now time.Time) time.Time {
	if v.Arrival != nil {
		return now
	}
	return later(v.Start, now)
}

// due returns when the visitor's turn comes, at the earliest now.
func (v Visit) due(now time.Time) time.Time { return later(v.turn(), now) }

func (v Visit) length() time.Duration { return v.End.Sub(v.Start) }

// Wait is a waiting visitor.
type Wait struct {
	Visit    Visit
	Position int       // from 1
	Begins   time.Time // when they are likely to be called
}

// Waits returns the waiting visitors in order, with when they are likely to be
// called. Expected visitors are counted in.
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

// all returns the waiting and the expected visitors in calling order.
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
