package hall_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/hall"
	"ziyara/scheduling"
)

// The rule of docs/adr/0028-hall.md, "After its day": from every state in which a
// visit can be left, staff can record at any time what became of it.
func TestEveryOutcomeCanBeRecorded(t *testing.T) {
	t.Parallel()
	c := calendar(t)
	floor := hall.Floor{Desks: []hall.Desk{{Name: "4", GroupID: 7}}}
	start := at(9, 40)
	arrived := func(state hall.State, change func(*hall.Arrival)) hall.Visit {
		v := waiting("a", 1, start, at(9, 30))
		v.Arrival.State = state
		if state == hall.Called || state == hall.Serving {
			v.Arrival.Calls, v.Arrival.Called, v.Arrival.FirstCalled, v.Arrival.Desk = 1, at(9, 41), at(9, 41), "4"
		}
		if change != nil {
			change(v.Arrival)
		}
		return v
	}
	in := func(s hall.Status) hall.Visit {
		v := booked("a", start)
		v.Status = s
		return v
	}
	restored := in(hall.Booked)
	restored.Restored = true
	states := map[string]hall.Visit{
		"requested": in(hall.Requested), "declined": in(hall.Declined), "cancelled": in(hall.Cancelled),
		"booked": in(hall.Booked), "restored": restored, "no-show": in(hall.NoShow), "completed": in(hall.Completed),
		"waiting": arrived(hall.Waiting, nil), "called": arrived(hall.Called, nil),
		"serving":           arrived(hall.Serving, func(a *hall.Arrival) { a.Started = at(9, 42) }),
		"left":              arrived(hall.Left, func(a *hall.Arrival) { a.Left = at(10, 0) }),
		"did not answer":    arrived(hall.Left, func(a *hall.Arrival) { a.Calls, a.Misses, a.Left = 3, 3, at(10, 0) }),
		"left, and no-show": noShow(arrived(hall.Left, func(a *hall.Arrival) { a.Calls, a.Misses, a.Left = 3, 3, at(10, 0) })),
	}
	verbs := map[string]verb{
		"check in": func(v hall.Visit, now time.Time) (hall.Step, error) {
			d := hall.Door{Branch: "riyadh", Day: scheduling.DateOf(now, c.Zone()), Calendar: c, Actor: "salem"}
			return v.CheckIn(rules(), d, floor, now)
		},
		"start":    func(v hall.Visit, now time.Time) (hall.Step, error) { return v.Begin("4", floor, "salem", now) },
		"complete": func(v hall.Visit, now time.Time) (hall.Step, error) { return v.Complete(c, "salem", now) },
		"no-show":  func(v hall.Visit, now time.Time) (hall.Step, error) { return v.Absent(rules(), c, 3, "salem", now) },
		"restore":  func(v hall.Visit, now time.Time) (hall.Step, error) { return v.Restore("salem", "was here", now) },
	}
	type outcome struct {
		verb string
		on   [2]any // on its day, and after it: where the visit then stands, or the error
	}
	elsewhere := "another day"
	same := func(verb string, want any) outcome { return outcome{verb, [2]any{want, want}} }
	over := func(err error) []outcome {
		return []outcome{
			same("check in", err), same("start", err), same("complete", err), same("no-show", err), same("restore", hall.ErrNotNoShow),
		}
	}
	expected := []outcome{
		{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.ErrNotArrived),
		{"complete", [2]any{hall.ErrNotArrived, hall.AtCompleted}}, same("no-show", hall.AtNoShow),
	}
	want := map[string][]outcome{
		"requested": over(hall.ErrRequested), "declined": over(hall.ErrCancelled), "cancelled": over(hall.ErrCancelled),
		"booked":   append([]outcome{same("restore", hall.ErrNotNoShow)}, expected...),
		"restored": append([]outcome{same("restore", hall.AtExpected)}, expected...),
		"no-show": {{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.ErrAbsent), same("complete", hall.ErrAbsent),
			same("no-show", hall.AtNoShow), same("restore", hall.AtExpected)},
		"completed": {same("check in", hall.ErrOver), same("start", hall.ErrOver), same("complete", hall.AtCompleted),
			same("no-show", hall.ErrOver), same("restore", hall.ErrNotNoShow)},
		"waiting": {{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.AtServing),
			{"complete", [2]any{hall.ErrNotStarted, hall.AtCompleted}}, same("no-show", hall.ErrHere), same("restore", hall.ErrNotNoShow)},
		"called": {{"check in", [2]any{hall.AtCalled, elsewhere}}, same("start", hall.AtServing),
			{"complete", [2]any{hall.ErrNotStarted, hall.AtCompleted}}, same("no-show", hall.ErrHere), same("restore", hall.ErrNotNoShow)},
		"serving": {{"check in", [2]any{hall.AtServing, elsewhere}}, same("start", hall.AtServing), same("complete", hall.AtCompleted),
			same("no-show", hall.ErrHere), same("restore", hall.ErrNotNoShow)},
		"left": {{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.ErrGone),
			{"complete", [2]any{hall.ErrGone, hall.AtCompleted}}, same("no-show", hall.ErrHere), same("restore", hall.ErrNotNoShow)},
		"did not answer": {{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.ErrGone),
			{"complete", [2]any{hall.ErrGone, hall.AtCompleted}}, same("no-show", hall.AtNoShow), same("restore", hall.ErrNotNoShow)},
		"left, and no-show": {{"check in", [2]any{hall.AtWaiting, elsewhere}}, same("start", hall.ErrAbsent),
			same("complete", hall.ErrAbsent), same("no-show", hall.AtNoShow), same("restore", hall.AtLeft)},
	}
	times := [2]time.Time{at(10, 15), at(10, 15).Add(3 * 24 * time.Hour)}
	for name, visit := range states {
		if len(want[name]) != len(verbs) {
			t.Errorf("%s: %d verbs, want %d", name, len(want[name]), len(verbs))
		}
		for _, o := range want[name] {
			for i, now := range times {
				step, err := verbs[o.verb](visit, now)
				switch want := o.on[i].(type) {
				case string:
					if _, ok := errors.AsType[*hall.ElsewhereError](err); !ok {
						t.Errorf("%s, %s at %v: %v and %v, want another day", name, o.verb, now, step.Visit.Where(), err)
					}
				case error:
					if !errors.Is(err, want) {
						t.Errorf("%s, %s at %v: %v and %v, want %v", name, o.verb, now, step.Visit.Where(), err, want)
					}
				case hall.Where:
					if err != nil || step.Visit.Where() != want {
						t.Errorf("%s, %s at %v: %v and %v, want %s", name, o.verb, now, step.Visit.Where(), err, want)
					}
				}
			}
		}
		for _, now := range times {
			reached := map[hall.Status]bool{}
			reach(visit, verbs, now, 4, reached)
			gone := visit.Status == hall.Requested || visit.Status == hall.Declined || visit.Status == hall.Cancelled
			if reached[hall.Completed] == gone {
				t.Errorf("%s at %v: attended can be recorded: %t, want %t", name, now, reached[hall.Completed], !gone)
			}
			came := visit.Arrival != nil && visit.Arrival.Misses < 3 || visit.Status == hall.Completed
			if now == times[1] && reached[hall.NoShow] != (!gone && !came) {
				t.Errorf("%s at %v: a no-show can be recorded: %t, want %t", name, now, reached[hall.NoShow], !gone && !came)
			}
		}
	}
}

func noShow(v hall.Visit) hall.Visit {
	v.Status = hall.NoShow
	return v
}

// verb does something to a visit at an instant.
type verb func(hall.Visit, time.Time) (hall.Step, error)

// reach notes the states that at most n verbs lead to.
func reach(v hall.Visit, verbs map[string]verb, now time.Time, n int, reached map[hall.Status]bool) {
	reached[v.Status] = true
	if n == 0 {
		return
	}
	for _, verb := range verbs {
		if step, err := verb(v, now); err == nil && !step.Nothing() {
			reach(step.Visit, verbs, now, n-1, reached)
		}
	}
}
