package hall_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/hall"
)

// day is a hall from 09:00 on: who comes when, and who is booked for when.
type day struct {
	desks  int
	comers []hall.Visit // with the arrival that they will have
}

// drawDay draws a day of visits of 20 minutes that the ledger has places for,
// all of whom come in time, and of walk-ins.
func drawDay(t *rapid.T) day {
	d := day{desks: rapid.IntRange(1, 3).Draw(t, "desks")}
	add := func(walkIn bool, start, came time.Time) {
		id := fmt.Sprintf("v%02d", len(d.comers))
		v := waiting(id, len(d.comers)+1, start, came)
		if walkIn {
			v = walkInOf(v)
		}
		d.comers = append(d.comers, v)
	}
	for slot := range 9 {
		start := at(9, 20).Add(time.Duration(slot) * 20 * time.Minute)
		for range rapid.IntRange(0, d.desks).Draw(t, "booked") {
			add(false, start, start.Add(-time.Duration(rapid.IntRange(0, 40).Draw(t, "early"))*time.Minute))
		}
	}
	for range rapid.IntRange(0, 8).Draw(t, "walk-ins") {
		came := at(9, 0).Add(time.Duration(rapid.IntRange(0, 180).Draw(t, "comes")) * time.Minute)
		add(true, came, came)
	}
	return d
}

func walkInOf(v hall.Visit) hall.Visit {
	w := walkIn(v.ID, v.Arrival.Number, v.Start, v.Arrival.At)
	return w
}

// runs goes through the day minute by minute and returns when each visit
// begins. Every desk that is free calls, and whoever is called comes at once.
func (d day) runs(walkIns bool) map[string]time.Time {
	begins := map[string]time.Time{}
	var served []hall.Visit
	for now := at(9, 0); now.Before(at(15, 0)); now = now.Add(time.Minute) {
		served = slices.DeleteFunc(served, func(v hall.Visit) bool { return !now.Before(v.Arrival.Started.Add(v.Arrival.Length)) })
		for len(served) < d.desks {
			l := hall.Line{Desks: d.desks, Promise: 10 * time.Minute, Present: slices.Clone(served)}
			for _, v := range d.comers {
				switch _, begun := begins[v.ID]; {
				case begun, v.Arrival.WalkIn && !walkIns:
				case !v.Arrival.At.After(now):
					l.Present = append(l.Present, v)
				case !v.Arrival.WalkIn:
					v.Arrival = nil
					l.Expected = append(l.Expected, v)
				}
			}
			v, ok := l.Next(hall.Desk{Name: fmt.Sprint(len(served)), GroupID: 7}, now)
			if !ok {
				break
			}
			begins[v.ID] = now
			arrival := *v.Arrival
			arrival.State, arrival.Started = hall.Serving, now
			v.Arrival = &arrival
			served = append(served, v)
		}
	}
	return begins
}

// Where everybody comes in time and visits take as long as booked, booked
// visitors are called within the promise, whoever comes without a booking; and
// everybody who comes is served in the end.
func TestWalkInsNeverDelayTheBooked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := drawDay(t)
		for _, walkIns := range []bool{false, true} {
			begins := d.runs(walkIns)
			for _, v := range d.comers {
				begin, served := begins[v.ID]
				switch {
				case !served && (walkIns || !v.Arrival.WalkIn):
					t.Errorf("%s came at %v and was never served", v.ID, v.Arrival.At)
				case !v.Arrival.WalkIn && begin.After(v.Start.Add(10*time.Minute)):
					t.Errorf("%s is booked for %v and began at %v (walk-ins: %t)", v.ID, v.Start, begin, walkIns)
				}
			}
		}
	})
}
