package hall_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/hall"
)

// Who is called first, as docs/adr/0028 says.
func TestOrder(t *testing.T) {
	t.Parallel()
	now := at(9, 45)
	for _, tt := range []struct {
		name   string
		visits []hall.Visit
		want   []string
	}{
		{"by booked time, not by coming",
			[]hall.Visit{waiting("b", 1, at(9, 40), at(9, 20)), waiting("a", 2, at(9, 20), at(9, 25))}, []string{"a", "b"}},
		{"the number decides between equals",
			[]hall.Visit{waiting("b", 2, at(9, 40), at(9, 20)), waiting("a", 1, at(9, 40), at(9, 30))}, []string{"a", "b"}},
		{"a walk-in whose time has come comes behind the booked whose time has",
			[]hall.Visit{walkIn("w", 1, at(9, 10), at(9, 5)), waiting("a", 2, at(9, 40), at(9, 35))}, []string{"a", "w"}},
		{"and before those whose time has not",
			[]hall.Visit{waiting("a", 1, at(10, 0), at(9, 10)), walkIn("w", 2, at(9, 40), at(9, 35))}, []string{"w", "a"}},
		{"a walk-in who is early waits for the booked before",
			[]hall.Visit{walkIn("w", 1, at(10, 0), at(9, 35)), waiting("a", 2, at(9, 50), at(9, 40))}, []string{"a", "w"}},
		{"the booked first at the same time",
			[]hall.Visit{walkIn("w", 1, at(10, 0), at(9, 35)), waiting("a", 2, at(10, 0), at(9, 40))}, []string{"a", "w"}},
		{"who is called or served is not in the queue",
			[]hall.Visit{serving("s", 1, "4", at(9, 30)), waiting("a", 2, at(9, 40), at(9, 40))}, []string{"a"}},
		{"nobody", nil, []string{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, ids(hall.Order(tt.visits, now))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// When the turn of somebody comes who is early, on time or late.
func TestTurn(t *testing.T) {
	t.Parallel()
	start := at(9, 40)
	there := []hall.Visit{waiting("a", 1, at(10, 20), at(9, 30)), walkIn("w", 2, at(10, 40), at(9, 30)), serving("s", 3, "1", at(11, 0))}
	for _, tt := range []struct {
		name string
		turn catalog.LateTurn
		came time.Time
		want time.Time
	}{
		{"early", "behind", at(9, 0), start},
		{"at the end of the grace", "behind", at(9, 50), start},
		{"late: behind the booked who wait", "behind", at(9, 51), at(10, 20)},
		{"late, and nobody waits that long", "behind", at(10, 30), at(10, 30)},
		{"late, by arrival", "arrival", at(9, 51), at(9, 51)},
		{"late, and kept", "kept", at(9, 51), start},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := rules()
			r.LateTurn = tt.turn
			if got := hall.Turn(r, start, false, there, tt.came); !got.Equal(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if got := hall.Turn(rules(), start, true, there, at(12, 0)); !got.Equal(start) {
		t.Errorf("a walk-in: %v, want the start of the place", got)
	}
}

// Who is called to a desk that is free.
func TestNext(t *testing.T) {
	t.Parallel()
	now := at(9, 45)
	desk, accessible := hall.Desk{Name: "4", GroupID: 7}, hall.Desk{Name: "1", GroupID: 7, Accessible: true}
	wheels := func(v hall.Visit) hall.Visit {
		v.Arrival.Accessible = true
		return v
	}
	for _, tt := range []struct {
		name string
		desk hall.Desk
		line hall.Line
		want string // "" for nobody
	}{
		{"the first in order", desk,
			hall.Line{Desks: 1, Present: []hall.Visit{waiting("b", 1, at(9, 40), at(9, 0)), waiting("a", 2, at(9, 20), at(9, 0))}}, "a"},
		{"who is early, when nobody else waits", desk, hall.Line{Desks: 1, Present: []hall.Visit{waiting("a", 1, at(10, 20), at(9, 30))}}, "a"},
		{"nobody early who would delay an expected visitor", desk, hall.Line{Desks: 1,
			Present: []hall.Visit{waiting("a", 1, at(10, 20), at(9, 30))}, Expected: []hall.Visit{booked("b", at(9, 50))}}, ""},
		{"a walk-in, when nobody is expected", desk, hall.Line{Desks: 1, Present: []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40))}}, "w"},
		{"no walk-in who would delay an expected visitor", desk, hall.Line{Desks: 1,
			Present: []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40))}, Expected: []hall.Visit{booked("a", at(9, 50))}}, ""},
		{"a walk-in who delays nobody beyond the promise", desk, hall.Line{Desks: 1,
			Present: []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40))}, Expected: []hall.Visit{booked("a", at(9, 55))}}, "w"},
		{"a walk-in beside another desk", desk, hall.Line{Desks: 2,
			Present: []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40))}, Expected: []hall.Visit{booked("a", at(9, 50))}}, "w"},
		{"no walk-in beside a desk that is busy for long", desk, hall.Line{Desks: 2,
			Present:  []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40)), serving("s", 2, "5", at(9, 44))},
			Expected: []hall.Visit{booked("a", at(9, 50))}}, ""},
		{"who is early before a walk-in that would delay them", desk, hall.Line{Desks: 1,
			Present: []hall.Visit{walkIn("w", 1, at(9, 45), at(9, 40)), waiting("a", 2, at(9, 50), at(9, 30))}}, "a"},
		{"a need waits for the accessible desk", desk, hall.Line{Desks: 2, Accessible: true,
			Present: []hall.Visit{wheels(waiting("n", 1, at(9, 20), at(9, 0))), waiting("a", 2, at(9, 40), at(9, 0))}}, "a"},
		{"and goes to any where there is none", desk, hall.Line{Desks: 2,
			Present: []hall.Visit{wheels(waiting("n", 1, at(9, 20), at(9, 0))), waiting("a", 2, at(9, 40), at(9, 0))}}, "n"},
		{"at the accessible desk a need comes first when it is due", accessible, hall.Line{Desks: 2, Accessible: true,
			Present: []hall.Visit{waiting("a", 1, at(9, 20), at(9, 0)), wheels(waiting("n", 2, at(9, 40), at(9, 0)))}}, "n"},
		{"and not before", accessible, hall.Line{Desks: 2, Accessible: true,
			Present: []hall.Visit{waiting("a", 1, at(9, 20), at(9, 0)), wheels(waiting("n", 2, at(10, 0), at(9, 0)))}}, "a"},
		{"nobody", desk, hall.Line{Desks: 1}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.line.Promise = 10 * time.Minute
			got, ok := tt.line.Next(tt.desk, now)
			if ok != (tt.want != "") || got.ID != tt.want {
				t.Errorf("got %q (%t), want %q", got.ID, ok, tt.want)
			}
		})
	}
}

// drawn is a line at random.
func drawn(t *rapid.T, now time.Time) hall.Line {
	minute := func(name string, from, to int) time.Time {
		return now.Add(time.Duration(rapid.IntRange(from, to).Draw(t, name)) * time.Minute)
	}
	l := hall.Line{Desks: rapid.IntRange(1, 4).Draw(t, "desks"),
		Promise: 10 * time.Minute, Accessible: rapid.Bool().Draw(t, "accessible desk")}
	for i := range rapid.IntRange(0, 12).Draw(t, "present") {
		id, came := fmt.Sprintf("p%02d", i), minute("came", -60, 0)
		v := waiting(id, i+1, minute("start", -60, 60), came, l.Present...)
		if rapid.Bool().Draw(t, "walk-in") {
			v = walkIn(id, i+1, minute("place", -60, 60), came)
		}
		v.Arrival.Accessible = rapid.IntRange(0, 4).Draw(t, "need") == 0
		if rapid.IntRange(0, 4).Draw(t, "served") == 0 {
			v.Arrival.State, v.Arrival.Started = hall.Serving, came
		}
		l.Present = append(l.Present, v)
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "expected") {
		l.Expected = append(l.Expected, booked(fmt.Sprintf("e%02d", i), minute("expected start", -14, 120)))
	}
	return l
}

// The order is total and the same whatever the order in which the store
// returns who waits: nobody is in it twice or left out. A booked visitor whose
// turn has come is never behind a walk-in, and of two booked visitors, or two
// walk-ins, the earlier turn is first.
func TestOrderIsTotal(t *testing.T) {
	t.Parallel()
	now := at(10, 0)
	rapid.Check(t, func(t *rapid.T) {
		l := drawn(t, now)
		order := hall.Order(l.Present, now)
		shuffled := rapid.Permutation(l.Present).Draw(t, "shuffled")
		if diff := cmp.Diff(ids(order), ids(hall.Order(shuffled, now))); diff != "" {
			t.Fatalf("another order of the store (-first +second):\n%s", diff)
		}
		n := 0
		for _, v := range l.Present {
			if v.Arrival.State == hall.Waiting {
				n++
			}
		}
		if n != len(order) {
			t.Fatalf("%d wait, %d are in order", n, len(order))
		}
		for i, later := range order {
			for _, first := range order[:i] {
				a, b := first.Arrival, later.Arrival
				if a.WalkIn && !b.WalkIn && !b.Turn.After(now) {
					t.Fatalf("the walk-in %s is before %s, whose turn has come", first.ID, later.ID)
				}
				if a.WalkIn == b.WalkIn && a.Turn.After(b.Turn) {
					t.Fatalf("%s is before %s", first.ID, later.ID)
				}
			}
		}
	})
}

// Next calls somebody whenever it is the turn of a booked visitor who can be
// called; a walk-in only where no booked visitor whose turn has come could be, and in
// turn among the walk-ins. A walk-in waits no longer than the rule says: when
// nobody is called, or somebody who is early, no walk-in would have been served
// without delaying a booked visitor.
func TestNextKeepsTheRule(t *testing.T) {
	t.Parallel()
	now := at(10, 0)
	rapid.Check(t, func(t *rapid.T) {
		l := drawn(t, now)
		desk := hall.Desk{Name: "9", GroupID: 7, Accessible: rapid.Bool().Draw(t, "accessible") && l.Accessible}
		fits := func(v hall.Visit) bool { return desk.Accessible || !l.Accessible || !v.Arrival.Accessible }
		got, ok := l.Next(desk, now)
		for _, v := range hall.Order(l.Present, now) {
			if !fits(v) || v.ID == got.ID {
				continue
			}
			switch {
			case !ok && !v.Arrival.WalkIn && !v.Arrival.Turn.After(now):
				t.Fatalf("nobody is called, though it is the turn of %s", v.ID)
			case ok && got.Arrival.WalkIn && !v.Arrival.WalkIn && !v.Arrival.Turn.After(now):
				t.Fatalf("the walk-in %s is called before %s", got.ID, v.ID)
			case ok && got.Arrival.WalkIn && v.Arrival.WalkIn && v.Arrival.Turn.Before(got.Arrival.Turn) && v.Arrival.Length == got.Arrival.Length:
				t.Fatalf("the walk-in %s is called before the walk-in %s", got.ID, v.ID)
			}
		}
		if alone := onlyWalkIns(l); !ok || !got.Arrival.WalkIn && got.Arrival.Turn.After(now) {
			// Without any booked visitor to delay, the first walk-in is called.
			if first, some := alone.Next(desk, now); some && len(l.Expected) == 0 && !slices.ContainsFunc(l.Present, bookedWaits) {
				t.Fatalf("%s waits, though nobody would be delayed", first.ID)
			}
		}
	})
}

func bookedWaits(v hall.Visit) bool { return v.Arrival.State == hall.Waiting && !v.Arrival.WalkIn }

func onlyWalkIns(l hall.Line) hall.Line {
	l.Expected = nil
	l.Present = slices.DeleteFunc(slices.Clone(l.Present), bookedWaits)
	return l
}
