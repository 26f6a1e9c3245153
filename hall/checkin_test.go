package hall_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/scheduling"
)

// Who is checked in, and who is told what instead.
func TestCheckIn(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	start := at(9, 40)
	with := func(change func(*hall.Visit)) hall.Visit {
		v := booked("a", start)
		change(&v)
		return v
	}
	for _, tt := range []struct {
		name    string
		visit   hall.Visit
		branch  string
		day     scheduling.Date
		numbers int
		now     time.Time
		err     error // nil, one of the package, or a value of its type
		late    bool
		turn    time.Time
	}{
		{name: "in time", visit: booked("a", start), now: at(9, 31), turn: start},
		{name: "as early as may be", visit: booked("a", start), now: at(8, 40), turn: start},
		{name: "earlier", visit: booked("a", start), now: at(8, 40).Add(-time.Second), err: &hall.TooEarlyError{}},
		{name: "late within the grace", visit: booked("a", start), now: at(9, 50), turn: start},
		{name: "late", visit: booked("a", start), now: at(9, 51), late: true, turn: at(9, 51)},
		{name: "another branch", visit: booked("a", start), branch: "jeddah", now: at(9, 31), err: &hall.ElsewhereError{}},
		{name: "another day", visit: booked("a", start), day: date + 1, now: at(9, 31), err: &hall.ElsewhereError{}},
		{name: "a request", visit: with(func(v *hall.Visit) { v.Status = hall.Requested }), now: at(9, 31), err: hall.ErrRequested},
		{name: "cancelled", visit: with(func(v *hall.Visit) { v.Status = hall.Cancelled }), now: at(9, 31), err: hall.ErrCancelled},
		{name: "declined", visit: with(func(v *hall.Visit) { v.Status = hall.Declined }), now: at(9, 31), err: hall.ErrCancelled},
		{name: "over", visit: with(func(v *hall.Visit) { v.Status = hall.Completed }), now: at(9, 31), err: hall.ErrOver},
		{name: "a hold", visit: with(func(v *hall.Visit) { v.Status = "held" }), now: at(9, 31), err: fault.ErrNotFound},
		{name: "no numbers left", visit: booked("a", start), numbers: 9999, now: at(9, 31), err: hall.ErrFull},
		{name: "a walk-in is never too early", visit: with(func(v *hall.Visit) { v.Channel = catalog.WalkIn }), now: at(7, 30), turn: start},
		{name: "a no-show who comes after all", visit: with(func(v *hall.Visit) { v.Status = hall.NoShow }),
			now: at(10, 15), late: true, turn: at(10, 15)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := hall.Door{Branch: "riyadh", Day: date, Calendar: c, Actor: "salem"}
			if tt.branch != "" {
				d.Branch = tt.branch
			}
			if tt.day != 0 {
				d.Day = tt.day
			}
			step, err := tt.visit.CheckIn(rules(), d, hall.Floor{Numbers: tt.numbers}, tt.now)
			if !same(err, tt.err) {
				t.Fatalf("got %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			a := step.Visit.Arrival
			if a.Number != tt.numbers+1 || a.State != hall.Waiting || a.Late != tt.late || !a.Turn.Equal(tt.turn) || !a.At.Equal(tt.now) {
				t.Errorf("%+v", a)
			}
			if step.Visit.Status != hall.Booked || step.Events[len(step.Events)-1].Kind != hall.WasCheckedIn {
				t.Errorf("%s, %+v", step.Visit.Status, step.Events)
			}
			if restored := step.Events[0].Kind == hall.WasRestored; restored != (tt.visit.Status == hall.NoShow) {
				t.Errorf("restored: %t", restored)
			}
			again, err := step.Visit.CheckIn(rules(), d, hall.Floor{Numbers: 1}, tt.now.Add(time.Minute))
			if err != nil || !again.Nothing() || *again.Visit.Arrival != *a {
				t.Errorf("once more: %+v, %v", again, err)
			}
		})
	}
}

// same reports whether err is what is wanted: the value, or one of its type.
func same(err, want error) bool {
	var early, otherEarly *hall.TooEarlyError
	var elsewhere, otherElsewhere *hall.ElsewhereError
	var desk, otherDesk *hall.DeskError
	switch {
	case errors.As(want, &otherEarly):
		return errors.As(err, &early) && early.NoShow == otherEarly.NoShow
	case errors.As(want, &otherElsewhere):
		return errors.As(err, &elsewhere)
	case errors.As(want, &otherDesk):
		return errors.As(err, &desk) && desk.Fault == otherDesk.Fault
	}
	return errors.Is(err, want)
}

// What may happen to a visitor in each place where they can stand.
func TestSteps(t *testing.T) {
	t.Parallel()
	c, start, now := calendar(t), at(9, 40), at(10, 15)
	floor := hall.Floor{Desks: []hall.Desk{{Name: "1", GroupID: 7, Accessible: true}, {Name: "4", GroupID: 7}, {Name: "9", GroupID: 8}}}
	arrival := func(state hall.State, change func(*hall.Arrival)) hall.Visit {
		v := waiting("a", 1, start, at(9, 30))
		v.Arrival.State = state
		if state != hall.Waiting {
			v.Arrival.Calls, v.Arrival.Called, v.Arrival.FirstCalled, v.Arrival.Desk = 1, at(9, 41), at(9, 41), "4"
		}
		if change != nil {
			change(v.Arrival)
		}
		return v
	}
	ended := func(s hall.Status) hall.Visit {
		v := booked("a", start)
		v.Status = s
		return v
	}
	visits := map[string]hall.Visit{
		"expected": booked("a", start), "waiting": arrival(hall.Waiting, nil), "called": arrival(hall.Called, nil),
		"serving":          arrival(hall.Serving, func(a *hall.Arrival) { a.Started = at(9, 42) }),
		"left after three": arrival(hall.Left, func(a *hall.Arrival) { a.Calls, a.Misses, a.Left = 3, 3, at(10, 0) }),
		"left":             arrival(hall.Left, func(a *hall.Arrival) { a.Left = at(10, 0) }),
		"completed":        ended(hall.Completed), "no-show": ended(hall.NoShow), "cancelled": ended(hall.Cancelled),
	}
	steps := map[string]func(hall.Visit) (hall.Step, error){
		"call":     func(v hall.Visit) (hall.Step, error) { return v.CallTo("4", floor, "salem", now) },
		"recall":   func(v hall.Visit) (hall.Step, error) { return v.Recall("salem", now) },
		"miss":     func(v hall.Visit) (hall.Step, error) { return v.Missed(3, "salem", now) },
		"start":    func(v hall.Visit) (hall.Step, error) { return v.Begin("", floor, "salem", now) },
		"complete": func(v hall.Visit) (hall.Step, error) { return v.Complete(calendar(t), "salem", now) },
		"no-show":  func(v hall.Visit) (hall.Step, error) { return v.Absent(rules(), c, 3, "salem", now) },
		"restore":  func(v hall.Visit) (hall.Step, error) { return v.Restore("salem", "was here", now) },
		"close":    func(v hall.Visit) (hall.Step, error) { return v.Close(rules(), c, 3, now) },
	}
	none := hall.ErrNotNoShow
	want := map[string]map[string]any{ // where the visit then stands, or why not
		"expected": {"call": hall.ErrNotArrived, "recall": hall.ErrNotArrived, "miss": hall.ErrNotArrived, "start": hall.ErrNotArrived,
			"complete": hall.ErrNotArrived, "no-show": hall.AtNoShow, "restore": none, "close": hall.AtNoShow},
		"waiting": {"call": hall.AtCalled, "recall": hall.ErrNotCalled, "miss": hall.ErrNotCalled, "start": hall.ErrNotCalled,
			"complete": hall.ErrNotStarted, "no-show": hall.ErrHere, "restore": none, "close": hall.AtLeft},
		"called": {"call": hall.AtCalled, "recall": hall.AtCalled, "miss": hall.AtWaiting, "start": hall.AtServing,
			"complete": hall.ErrNotStarted, "no-show": hall.ErrHere, "restore": none, "close": hall.AtLeft},
		"serving": {"call": hall.ErrStarted, "recall": hall.ErrStarted, "miss": hall.ErrStarted, "start": hall.AtServing,
			"complete": hall.AtCompleted, "no-show": hall.ErrHere, "restore": none, "close": hall.AtCompleted},
		"left after three": {"call": hall.ErrGone, "recall": hall.ErrGone, "miss": hall.ErrGone, "start": hall.ErrGone,
			"complete": hall.ErrGone, "no-show": hall.AtNoShow, "restore": none, "close": hall.AtNoShow},
		"left": {"call": hall.ErrGone, "recall": hall.ErrGone, "miss": hall.ErrGone, "start": hall.ErrGone,
			"complete": hall.ErrGone, "no-show": hall.ErrHere, "restore": none, "close": hall.AtLeft},
		"completed": {"call": hall.ErrOver, "recall": hall.ErrOver, "miss": hall.ErrOver, "start": hall.ErrOver,
			"complete": hall.AtCompleted, "no-show": hall.ErrOver, "restore": none, "close": hall.AtCompleted},
		"no-show": {"call": hall.ErrAbsent, "recall": hall.ErrAbsent, "miss": hall.ErrAbsent, "start": hall.ErrAbsent,
			"complete": hall.ErrAbsent, "no-show": hall.AtNoShow, "restore": hall.AtExpected, "close": hall.AtNoShow},
		"cancelled": {"call": hall.ErrCancelled, "recall": hall.ErrCancelled, "miss": hall.ErrCancelled, "start": hall.ErrCancelled,
			"complete": hall.ErrCancelled, "no-show": hall.ErrCancelled, "restore": none, "close": hall.AtExpected},
	}
	for where, visit := range visits {
		for name, apply := range steps {
			t.Run(where+", "+name, func(t *testing.T) {
				t.Parallel()
				step, err := apply(visit)
				switch want := want[where][name].(type) {
				case error:
					if !errors.Is(err, want) {
						t.Errorf("got %v and %v, want %v", step.Visit.Where(), err, want)
					}
				case hall.Where:
					if err != nil || step.Visit.Where() != want {
						t.Errorf("got %v and %v, want %s", step.Visit.Where(), err, want)
					}
				default:
					t.Error("what becomes of it has to be decided")
				}
			})
		}
	}
}

// A visitor is called to a desk that suits, and to no other.
func TestCallTo(t *testing.T) {
	t.Parallel()
	floor := hall.Floor{
		Desks: []hall.Desk{{Name: "1", GroupID: 7, Accessible: true},
			{Name: "4", GroupID: 7}, {Name: "5", GroupID: 7}, {Name: "9", GroupID: 8}},
		Present: []hall.Visit{serving("s", 1, "5", at(9, 30))},
	}
	for desk, want := range map[string]hall.DeskFault{"4": "", "1": "", "5": hall.DeskBusy, "9": hall.DeskOfOthers, "77": hall.DeskUnknown} {
		_, err := waiting("a", 2, at(9, 40), at(9, 30)).CallTo(desk, floor, "salem", at(9, 40))
		if want == "" && err != nil || want != "" && !same(err, &hall.DeskError{Fault: want}) {
			t.Errorf("desk %s: %v, want %q", desk, err, want)
		}
	}
	v := waiting("a", 2, at(9, 40), at(9, 30))
	v.Arrival.Accessible = true
	if _, err := v.CallTo("4", floor, "salem", at(9, 40)); !same(err, &hall.DeskError{Fault: hall.DeskInaccessible}) {
		t.Errorf("a declared need at a desk that does not suit: %v", err)
	}
	if _, err := v.CallTo("1", floor, "salem", at(9, 40)); err != nil {
		t.Errorf("a declared need at the accessible desk: %v", err)
	}
}

// A no-show rests on the grace time or on calls, keeps its evidence, and only
// what has passed of its place.
func TestAbsent(t *testing.T) {
	t.Parallel()
	c, v := calendar(t), booked("a", at(9, 40))
	if _, err := v.Absent(rules(), c, 3, "salem", at(9, 55).Add(-time.Second)); !same(err, &hall.TooEarlyError{NoShow: true}) {
		t.Errorf("a second early: %v", err)
	}
	for now, ticks := range map[time.Time]int{at(9, 55): 3, at(9, 56): 4, at(12, 0): 4} {
		step, err := v.Absent(rules(), c, 3, "salem", now)
		if err != nil || step.Visit.Ticks != ticks {
			t.Errorf("at %v: %d ticks stay taken (%v), want %d", now, step.Visit.Ticks, err, ticks)
		}
	}
	step, err := v.Absent(rules(), c, 3, "", at(23, 0))
	if err != nil {
		t.Fatal(err)
	}
	e := step.Events[0].Evidence
	if e == nil || !e.DayClosed || e.Grace != 15 || e.ArrivedAt != nil || !e.Start.Equal(v.Start) {
		t.Errorf("evidence %+v", e)
	}
	if _, err = v.Restore("salem", "", at(12, 0)); !errors.Is(err, hall.ErrReason) {
		t.Errorf("restored without a reason: %v", err)
	}
}

// Three calls in vain, each time behind those whose turn has come.
func TestMissed(t *testing.T) {
	t.Parallel()
	floor := hall.Floor{Desks: []hall.Desk{{Name: "4", GroupID: 7}}}
	v := waiting("a", 1, at(9, 40), at(9, 30))
	other := waiting("b", 2, at(9, 50), at(9, 45))
	for i := range 3 {
		now := at(9, 55).Add(time.Duration(i) * 5 * time.Minute)
		step, err := v.CallTo("4", floor, "salem", now)
		if err != nil || !step.Call {
			t.Fatalf("call %d: %v", i+1, err)
		}
		if step, err = step.Visit.Missed(3, "salem", now.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		v = step.Visit
		if left := v.Arrival.State == hall.Left; left != (i == 2) {
			t.Errorf("after %d calls: %s", i+1, v.Arrival.State)
		}
		if i < 2 && hall.Order([]hall.Visit{v, other}, now.Add(2*time.Minute))[0].ID != "b" {
			t.Errorf("after %d calls in vain still before who waits", i+1)
		}
	}
	// Who is back waits at the end, with the same number.
	step, err := v.CheckIn(rules(), hall.Door{Branch: "riyadh", Day: date, Calendar: calendar(t)}, floor, at(10, 30))
	if err != nil || step.Visit.Arrival.Number != 1 || !step.Visit.Arrival.Turn.Equal(at(10, 30)) {
		t.Errorf("back again: %+v, %v", step.Visit.Arrival, err)
	}
}

// Who is told of a delay, and by how much.
func TestNotices(t *testing.T) {
	t.Parallel()
	p := hall.DefaultPolicy()
	now := at(10, 0)
	desk := func(started time.Time) hall.Visit { return serving("s", 1, "4", started) }
	for _, tt := range []struct {
		name string
		line hall.Line
		want map[string]int
	}{
		{"nobody late", hall.Line{Desks: 1, Expected: []hall.Visit{booked("a", at(10, 0)), booked("b", at(10, 20))}}, nil},
		{"within the promise", hall.Line{Desks: 1, Present: []hall.Visit{desk(at(9, 49))}, Expected: []hall.Visit{booked("a", at(10, 0))}}, nil},
		{"in whole steps, down the line", hall.Line{Desks: 1, Present: []hall.Visit{desk(at(9, 58)), waiting("a", 2, at(9, 40), at(9, 30))},
			Expected: []hall.Visit{booked("b", at(10, 0)), booked("c", at(10, 20))}}, map[string]int{"a": 30, "b": 30, "c": 30}},
		{"not who came late, nor walk-ins", hall.Line{Desks: 1, Present: []hall.Visit{desk(at(9, 58)), waiting("a", 2, at(9, 30), at(9, 45)),
			walkIn("w", 3, at(9, 30), at(9, 30))}}, nil},
		{"not who should have come",
			hall.Line{Desks: 1, Present: []hall.Visit{desk(at(9, 58))}, Expected: []hall.Visit{booked("a", at(9, 50))}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := map[string]int{}
			for _, n := range tt.line.Notices(p, now) {
				got[n.ID] = n.Minutes
				if !n.Until.After(now) {
					t.Errorf("%s: of no use at %v", n.ID, n.Until)
				}
			}
			if len(got) != len(tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
			for id, minutes := range tt.want {
				if got[id] != minutes {
					t.Errorf("%s is told %d minutes, want %d", id, got[id], minutes)
				}
			}
		})
	}
}
