package hall_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/hall"
)

// said returns the visit after its visitor has said that they are away.
func said(t *testing.T, v hall.Visit, minutes int, now time.Time) hall.Visit {
	t.Helper()
	step, err := v.Away(minutes, calendar(t), now)
	if err != nil {
		t.Fatalf("%d minutes at %v: %v", minutes, now, err)
	}
	return step.Visit
}

// Who can say that they are away, when, and for how long.
func TestAway(t *testing.T) {
	t.Parallel()
	start := at(9, 0)
	in := func(status hall.Status) hall.Visit {
		v := booked("a", start)
		v.Status = status
		return v
	}
	arrived := func(state hall.State) hall.Visit {
		v := waiting("a", 1, start, at(8, 50))
		v.Arrival.State = state
		return v
	}
	tomorrow := &hall.NotTodayError{}
	for _, tt := range []struct {
		name    string
		visit   hall.Visit
		minutes int
		now     time.Time
		want    time.Time // zero for an error, or for back
		err     error
	}{
		{"before the start", booked("a", start), 10, at(7, 0), at(9, 10), nil},
		{"after the start", booked("a", start), 10, at(9, 5), at(9, 10), nil},
		{"the longest", booked("a", start), 30, at(9, 29), at(9, 30), nil},
		{"longer", booked("a", start), 35, at(8, 0), time.Time{}, hall.ErrAway},
		{"less than nothing", booked("a", start), -5, at(8, 0), time.Time{}, hall.ErrAway},
		{"no whole step", booked("a", start), 7, at(8, 0), time.Time{}, hall.ErrAway},
		{"until an instant that has passed", booked("a", start), 10, at(9, 10), time.Time{}, hall.ErrAway},
		{"the day before", booked("a", start), 10, at(9, 0).Add(-24 * time.Hour), time.Time{}, tomorrow},
		{"the day after", booked("a", start), 10, at(9, 0).Add(24 * time.Hour), time.Time{}, tomorrow},
		{"from the hall", arrived(hall.Waiting), 10, at(8, 52), at(9, 2), nil},
		{"from the hall, for too long", arrived(hall.Waiting), 60, at(8, 52), time.Time{}, hall.ErrAway},
		{"called", arrived(hall.Called), 10, at(8, 52), time.Time{}, hall.ErrNotAwait},
		{"at a desk", arrived(hall.Serving), 0, at(8, 52), time.Time{}, hall.ErrNotAwait},
		{"left", arrived(hall.Left), 10, at(8, 52), time.Time{}, hall.ErrNotAwait},
		{"completed", in(hall.Completed), 10, at(8, 52), time.Time{}, hall.ErrNotAwait},
		{"a no-show", in(hall.NoShow), 10, at(9, 0), time.Time{}, hall.ErrNotAwait},
		{"not approved", in(hall.Requested), 10, at(8, 0), time.Time{}, hall.ErrRequested},
		{"cancelled", in(hall.Cancelled), 10, at(8, 0), time.Time{}, hall.ErrCancelled},
		{"declined", in(hall.Declined), 10, at(8, 0), time.Time{}, hall.ErrCancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			step, err := tt.visit.Away(tt.minutes, calendar(t), tt.now)
			if day, ok := errors.AsType[*hall.NotTodayError](err); ok && errors.Is(tt.err, tomorrow) {
				if !day.Start.Equal(start) {
					t.Errorf("the visit is at %v", day.Start)
				}
				return
			}
			if !errors.Is(err, tt.err) || !step.Visit.AwayUntil.Equal(tt.want) {
				t.Errorf("%v, away until %v", err, step.Visit.AwayUntil)
			}
		})
	}
}

// The latest word counts, the same word again changes nothing, and 0 takes it back.
func TestAwayAgain(t *testing.T) {
	t.Parallel()
	v := said(t, booked("a", at(9, 0)), 10, at(8, 0))
	if step, err := v.Away(10, calendar(t), at(9, 20)); err != nil || !step.Nothing() {
		t.Errorf("again: %+v, %v", step, err)
	}
	if v = said(t, v, 5, at(8, 10)); !v.AwayUntil.Equal(at(9, 5)) {
		t.Errorf("sooner: %v", v.AwayUntil)
	}
	if v = said(t, v, 0, at(9, 20)); !v.AwayUntil.IsZero() {
		t.Errorf("taken back: %v", v.AwayUntil)
	}
	if step, err := v.Away(0, calendar(t), at(9, 20)); err != nil || !step.Nothing() {
		t.Errorf("taken back again: %+v, %v", step, err)
	}
}

// A visitor who said that they come later is no no-show before that, but half an
// hour after their start at the latest, whatever is recorded; the evidence says so.
func TestNoShowWaitsForWhoSaidThatTheyComeLater(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		until time.Time
		from  time.Time
	}{
		{"nothing said", time.Time{}, at(9, 15)},
		{"within the grace", at(9, 10), at(9, 15)},
		{"beyond it", at(9, 25), at(9, 25)},
		{"the longest", at(9, 30), at(9, 30)},
		{"longer than one can say", at(10, 0), at(9, 30)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := booked("a", at(9, 0))
			v.AwayUntil = tt.until
			early := &hall.TooEarlyError{}
			_, err := v.Absent(rules(), calendar(t), 3, "salem", tt.from.Add(-time.Second))
			if !errors.As(err, &early) || !early.From.Equal(tt.from) {
				t.Errorf("a moment before: %v", err)
			}
			step, err := v.Absent(rules(), calendar(t), 3, "salem", tt.from)
			if err != nil || step.Visit.Status != hall.NoShow {
				t.Fatalf("%+v, %v", step.Visit, err)
			}
			if said := step.Events[0].Evidence.Said; (said == nil) != tt.until.IsZero() || said != nil && said.After(at(9, 30)) {
				t.Errorf("the evidence: %v", said)
			}
		})
	}
}

// A visitor who has left the hall for a moment keeps number and turn: others are
// called meanwhile, and the visitor is first again when they are back. Reception can
// call them at any time, and scanning their code brings them back.
func TestOthersAreCalledMeanwhile(t *testing.T) {
	t.Parallel()
	now := at(9, 0)
	first, second := waiting("a", 1, now, at(8, 50)), waiting("b", 2, now, at(8, 55))
	first = said(t, first, 10, now)
	desk := hall.Desk{Name: "1", GroupID: 7}
	next := func(now time.Time, present ...hall.Visit) string {
		v, ok := hall.Line{Present: present, Desks: 1, Promise: 10 * time.Minute}.Next(desk, now)
		if !ok {
			return ""
		}
		return v.ID
	}
	for _, tt := range []struct {
		name    string
		now     time.Time
		present []hall.Visit
		want    string
	}{
		{"away", now, []hall.Visit{first, second}, "b"},
		{"just before they are back", at(9, 10).Add(-time.Second), []hall.Visit{first, second}, "b"},
		{"back", at(9, 10), []hall.Visit{first, second}, "a"},
		{"nobody else waits", now, []hall.Visit{first}, ""},
		{"the need for an accessible desk", now, []hall.Visit{accessible(first), second}, "b"},
		{"said that they are back", at(9, 5), []hall.Visit{said(t, first, 0, at(9, 5)), second}, "a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := next(tt.now, tt.present...); got != tt.want {
				t.Errorf("called: %q, want %q", got, tt.want)
			}
		})
	}
	floor := hall.Floor{Desks: []hall.Desk{desk}, Present: []hall.Visit{first, second}}
	if _, err := first.CallTo("1", floor, "salem", now); err != nil {
		t.Errorf("called by name: %v", err)
	}
	door := hall.Door{Branch: "riyadh", Day: date, Calendar: calendar(t), Actor: "salem"}
	step, err := first.CheckIn(rules(), door, floor, at(9, 3))
	if err != nil || step.Visit.Arrival.Number != 1 || next(at(9, 3), step.Visit, second) != "a" || len(step.Events) != 0 {
		t.Errorf("scanned again: %+v, %v", step, err)
	}
}

// Who said that they come later is expected then, and no desk waits for them before.
func TestWhoComesLaterIsExpectedThen(t *testing.T) {
	t.Parallel()
	late := said(t, booked("late", at(9, 0)), 20, at(8, 0))
	walk := walkIn("w", 1, at(9, 0), at(8, 55))
	desk := hall.Desk{Name: "1", GroupID: 7}
	l := hall.Line{Present: []hall.Visit{walk}, Expected: []hall.Visit{late}, Desks: 1, Promise: 10 * time.Minute}
	if v, ok := l.Next(desk, at(9, 0)); !ok || v.ID != "w" {
		t.Error("the desk waits for a visitor who said that they come later")
	}
	l.Expected[0].AwayUntil = time.Time{}
	if _, ok := l.Next(desk, at(9, 0)); ok {
		t.Error("a walk-in is called although a visitor is expected")
	}
	l.Expected = []hall.Visit{late}
	l.Present = []hall.Visit{walkIn("w", 1, at(10, 0), at(8, 55)), serving("s", 2, "1", at(9, 0))}
	if got := l.Waits(at(9, 15))[0].Begins; !got.Equal(at(9, 40)) {
		t.Errorf("the walk-in is expected at %v; the booked visitor comes at 9:20 and is called first", got)
	}
	if got := l.Notices(hall.DefaultPolicy(), at(8, 30)); len(got) != 0 {
		t.Errorf("who comes later is told of a delay: %+v", got)
	}
	checked, err := late.CheckIn(rules(), hall.Door{Branch: "riyadh", Day: date, Calendar: calendar(t)}, hall.Floor{}, at(9, 5))
	if err != nil || !checked.Visit.AwayUntil.IsZero() {
		t.Errorf("checked in, but away until %v, %v", checked.Visit.AwayUntil, err)
	}
}

// accessible returns the visit of a visitor who needs an accessible desk.
func accessible(v hall.Visit) hall.Visit {
	a := *v.Arrival
	a.Accessible = true
	v.Arrival = &a
	return v
}
