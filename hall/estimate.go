package hall

import (
	"slices"
	"time"

	"ziyara/scheduling"
)

// overrun is how much longer a visit that has run over its booked time is expected
// to take.
const overrun = 5 * time.Minute

// Capacity is how many desks receive visitors from an instant on.
type Capacity struct {
	From  time.Time
	Desks int
}

// Receives returns how many desks the calendar has at now, and how that changes
// until the last opening of the date is over; while an opening of the date before
// goes on past midnight, until that one is. Then as many receive as in its last
// tick: visitors who are still in the hall are served.
func Receives(c *scheduling.Calendar, now time.Time) (desks int, later []Capacity) {
	date := c.DateOf(now)
	night, day := c.Day(date-1), c.Day(date)
	at := func(t time.Time) int {
		return max(night.Places(int(t.Sub(night.Start)/scheduling.Tick)), day.Places(int(t.Sub(day.Start)/scheduling.Tick)))
	}
	end := night.At(night.First + len(night.Open))
	if !end.After(now) {
		end = day.At(day.First + len(day.Open))
	}
	begin := now.Truncate(scheduling.Tick) // all ticks begin at a multiple of their length
	desks = at(begin)
	for t, current := begin.Add(scheduling.Tick), desks; t.Before(end); t = t.Add(scheduling.Tick) {
		if n := at(t); n != current {
			current = n
			later = append(later, Capacity{From: t, Desks: n})
		}
	}
	if len(later) > 0 && later[len(later)-1].Desks == 0 { // a closure lasts until the end
		later = later[:len(later)-1]
	}
	for t := begin; len(later) == 0 && desks == 0 && t.After(night.Start); t = t.Add(-scheduling.Tick) {
		desks = at(t)
	}
	return desks, later
}

// capacity returns how many desks receive from now on, ascending by instant and
// at last at least one for good. Desks that are occupied receive as long as the
// calendar has any.
func (l Line) capacity(now time.Time) []Capacity {
	list := append([]Capacity{{now, l.Desks}}, l.Later...)
	if len(list) == 1 || l.Desks > 0 {
		list[0].Desks = max(l.Desks, l.occupied(), 1)
	}
	return list
}

// busy returns when the visits at desks end, ascending. A visit is expected to take
// its booked time, or overrun more once it is past that.
func (l Line) busy(now time.Time, overrun time.Duration) []time.Time {
	var ends []time.Time
	for _, v := range l.Present {
		switch a := v.Arrival; a.State {
		case Called:
			ends = append(ends, now.Add(a.Length))
		case Serving:
			end := a.Started.Add(a.Length)
			if !end.After(now) {
				end = now.Add(overrun)
			}
			ends = append(ends, end)
		case Waiting, Done, Left:
		}
	}
	slices.SortFunc(ends, time.Time.Compare)
	return ends
}

// begins returns when each of the visits, in calling order, begins, if the visits
// at desks end at the given instants, ascending. A visit begins while fewer are at
// desks than receive; a desk takes the first in order that is ready. It may run
// into a time at which fewer receive. begins overwrites ends.
func begins(visits []Visit, ends []time.Time, desks []Capacity, now time.Time, ready func(Visit, time.Time) time.Time) []time.Time {
	begin := make([]time.Time, len(visits))
	pending := make([]int, len(visits))
	for i := range pending {
		pending[i] = i
	}
	at := now
	for len(pending) > 0 {
		at, ends, desks = free(at, ends, desks)
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
			at = soonest
			continue
		}
		i := pending[pick]
		begin[i] = at
		end := at.Add(visits[i].length())
		n, _ := slices.BinarySearchFunc(ends, end, time.Time.Compare)
		ends = slices.Insert(ends, n, end)
		pending = slices.Delete(pending, pick, pick+1)
	}
	return begin
}

// free returns the first instant from at on at which fewer visits are at desks than
// receive, with the ends after it, and the capacity from it on. At last, at least
// one desk receives for good.
func free(at time.Time, ends []time.Time, desks []Capacity) (time.Time, []time.Time, []Capacity) {
	for {
		for len(ends) > 0 && !ends[0].After(at) {
			ends = ends[1:]
		}
		for len(desks) > 1 && !desks[1].From.After(at) {
			desks = desks[1:]
		}
		if len(ends) < desks[0].Desks {
			return at, ends, desks
		}
		switch {
		case len(desks) == 1 || len(ends) > 0 && ends[0].Before(desks[1].From):
			at = ends[0]
		default:
			at = desks[1].From
		}
	}
}

// here returns the earliest instant at which a visitor can be called: now when they
// are in the hall, otherwise when they come.
func (v Visit) here(now time.Time) time.Time { return later(v.comes(), now) }

// due returns when the visitor's turn has come and they are here, at the earliest now.
func (v Visit) due(now time.Time) time.Time { return later(v.turn(), v.here(now)) }

func (v Visit) length() time.Duration { return v.End.Sub(v.Start) }

// Wait is a waiting visitor.
type Wait struct {
	Visit    Visit
	Position int       // from 1
	Begins   time.Time // when they are likely to be called
}

// Waits returns the waiting visitors in order, with when they are likely to be
// called: never before a desk receives. Expected visitors are counted in.
func (l Line) Waits(now time.Time) []Wait {
	all := l.all(now)
	begins := begins(all, l.busy(now, overrun), l.capacity(now), now, Visit.here)
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
