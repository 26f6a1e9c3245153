package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/slots"
)

// interpreted is hourly, with an interpreter for half an hour more.
func interpreted() catalog.Service {
	s := hourly()
	s.Needs = []catalog.Need{{Slug: "interpreter", Name: catalog.Text{AR: "مترجم", EN: "Interpreter"}, ExtraMinutes: 30}}
	return s
}

// faultsIn is what a *slots.VisitorError says, by field; nil for another error.
func faultsIn(err error) map[string]slots.Fault {
	visitor, ok := errors.AsType[*slots.VisitorError](err)
	if !ok {
		return nil
	}
	found := make(map[string]slots.Fault)
	for _, f := range visitor.Fields {
		found[f.Name] = f.Fault
	}
	return found
}

// A declared need makes the visit longer: the search offers only starts at
// which it fits, and hold, visit and move are that long.
func TestANeedMakesTheVisitLonger(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", interpreted())
	r.hold(start.Add(time.Hour)) // 11:00
	q := query(tuesday, tuesday+1)
	q.Needs = []string{"interpreter", "wheelchair"}
	search, err := r.Search(t.Context(), q, heldAt)
	days := search.Days
	if err != nil {
		t.Fatal(err)
	}
	// 90 minutes: on Tuesday not at 10:00, for 11:00 is taken; on neither day at
	// 11:00, an hour before closing.
	if diff := cmp.Diff([]string{"2026-11-24: 1", "2026-11-25: 2"}, listed(days)); diff != "" {
		t.Errorf("Search (-want +got):\n%s", diff)
	}
	ask := request(start.AddDate(0, 0, 1).Add(-time.Hour)) // Wednesday 09:00
	ask.Needs = []string{"interpreter", "wheelchair", "interpreter"}
	hold, err := r.Hold(t.Context(), ask, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	diff := cmp.Diff([]string{"interpreter", "wheelchair"}, hold.Needs)
	if diff != "" || hold.Place.Ticks != 18 || hold.End.Sub(hold.Start) != 90*time.Minute {
		t.Errorf("the hold takes %d ticks to %v; needs (-want +got):\n%s", hold.Place.Ticks, hold.End, diff)
	}
	ask.Start = hold.Start.Add(time.Hour)
	ask.Needs = nil
	if _, err := r.Hold(t.Context(), ask, nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("10:00, while the visit still lasts: %v, want %v", err, slots.ErrTaken)
	}
	b := booking("1000000008")
	r.store.calls = nil
	visit, err := r.Book(t.Context(), hold.ID, b, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	r.wantCalls("Book") // nothing to look up
	moved, err := r.Move(t.Context(), visit.Reference, start.AddDate(0, 0, 2).Add(-time.Hour), heldAt)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(hold.Needs, moved.Needs); diff != "" || moved.End.Sub(moved.Start) != 90*time.Minute {
		t.Errorf("the moved visit ends at %v; needs (-want +got):\n%s", moved.End, diff)
	}
}

func TestUnknownNeeds(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", interpreted())
	needs := []string{"wheelchair", "wings", "interpreter", "Interpreter"}
	want := map[string]slots.Fault{"needs/1": slots.FaultNeed, "needs/3": slots.FaultNeed}
	q := query(tuesday, tuesday)
	q.Needs = needs
	_, err := r.Search(t.Context(), q, heldAt)
	if diff := cmp.Diff(want, faultsIn(err)); diff != "" {
		t.Errorf("Search = %v (-want +got):\n%s", err, diff)
	}
	_, err = r.Overview(t.Context(), q, heldAt)
	if diff := cmp.Diff(want, faultsIn(err)); diff != "" {
		t.Errorf("Days = %v (-want +got):\n%s", err, diff)
	}
	_, err = r.First(t.Context(), slots.FirstQuery{Service: "heirs-returns", Party: 1, Channel: catalog.Public, Needs: needs}, heldAt)
	if diff := cmp.Diff(want, faultsIn(err)); diff != "" {
		t.Errorf("First = %v (-want +got):\n%s", err, diff)
	}
	ask := request(start)
	ask.Needs = needs
	_, err = r.Hold(t.Context(), ask, nil, heldAt)
	if diff := cmp.Diff(want, faultsIn(err)); diff != "" {
		t.Errorf("Hold = %v (-want +got):\n%s", err, diff)
	}
	r.wantCalls()
}

// A booking may declare what takes no more time; the rest belongs to the hold.
func TestBookingDeclaresNeeds(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name       string
		held, says []string
		want       []string
		faults     map[string]slots.Fault
	}{
		{"nothing", nil, nil, nil, nil},
		{"what the hold was made with stays", []string{"interpreter"}, nil, []string{"interpreter"}, nil},
		{"one that takes no longer", nil, []string{"wheelchair"}, []string{"wheelchair"}, nil},
		{"beside that of the hold", []string{"interpreter"}, []string{"visual"}, []string{"interpreter", "visual"}, nil},
		{"that of the hold once more", []string{"interpreter"}, []string{"visual", "interpreter"}, []string{"interpreter", "visual"}, nil},
		{"one that the place is too short for", []string{"visual"},
			[]string{"visual", "interpreter"}, nil, map[string]slots.Fault{"needs/1": slots.FaultLonger}},
		{"an unknown one", nil, []string{"wings"}, nil, map[string]slots.Fault{"needs/0": slots.FaultNeed}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-13:00", interpreted())
			ask := request(start)
			ask.Needs = tc.held
			hold, err := r.Hold(t.Context(), ask, nil, heldAt)
			if err != nil {
				t.Fatal(err)
			}
			b := booking("1000000008")
			b.Needs = tc.says
			got, err := r.Book(t.Context(), hold.ID, b, nil, heldAt)
			if diff := cmp.Diff(tc.faults, faultsIn(err)); diff != "" || (err != nil) != (tc.faults != nil) {
				t.Fatalf("Book = %v (-want +got):\n%s", err, diff)
			}
			if diff := cmp.Diff(tc.want, got.Needs); diff != "" {
				t.Errorf("needs (-want +got):\n%s", diff)
			}
			if status := r.store.claims[hold.ID].Status; (status == slots.Booked) != (err == nil) {
				t.Errorf("the hold is %s beside %v", status, err)
			}
		})
	}
}

// What there is no hold for is answered as without needs.
func TestBookingWithNeedsButWithoutAHold(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-13:00", interpreted())
	b := booking("1000000008")
	b.Needs = []string{"wheelchair"}
	if _, err := r.Book(t.Context(), "unknown", b, nil, heldAt); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("Book = %v, want %v", err, fault.ErrNotFound)
	}
	r.store.fail["Find"] = fault.ErrUnavailable
	if _, err := r.Book(t.Context(), r.hold(start).ID, b, nil, heldAt); !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("Book = %v, want %v", err, fault.ErrUnavailable)
	}
}

// A service may give up a need. A visit that was booked with it can still be
// moved, and is as long as the visits of today.
func TestMoveWithANeedOfThePast(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-13:00", interpreted())
	ask := request(start)
	ask.Needs = []string{"interpreter", "visual"}
	hold, err := r.Hold(t.Context(), ask, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	visit, err := r.Book(t.Context(), hold.ID, booking("1000000008"), nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	r.on(aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-13:00")), hourly()))
	moved, err := r.Move(t.Context(), visit.Reference, start.AddDate(0, 0, 1), heldAt)
	if err != nil || moved.End.Sub(moved.Start) != time.Hour {
		t.Errorf("Move = %+v, %v, want a visit of an hour", moved, err)
	}
}
