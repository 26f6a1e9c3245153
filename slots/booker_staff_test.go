package slots_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// asked is a member of staff whom a caller has asked for something.
func asked() slots.StaffAction { return slots.StaffAction{Actor: "huda", Reason: "caller asked"} }

// The cut-offs are the visitor's: staff cancel and move until the visit
// begins, and say who they are and why.
func TestStaffAreNotBoundByCutOffs(t *testing.T) {
	t.Parallel()
	late := start.Add(-time.Minute)
	for name, c := range map[string]struct {
		by   slots.StaffAction
		now  time.Time
		want error
	}{
		"a minute before":       {asked(), late, nil},
		"as it begins":          {asked(), start, slots.ErrStarted},
		"nobody":                {slots.StaffAction{Reason: "caller asked"}, late, slots.ErrUnaudited},
		"without a reason":      {slots.StaffAction{Actor: "huda"}, late, slots.ErrUnaudited},
		"nobody, once it began": {slots.StaffAction{}, start, slots.ErrUnaudited},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00", hourly())
			visit := r.book("1000000008", start)
			later := start.AddDate(0, 0, 2)
			moved, err := r.MoveByStaff(t.Context(), visit.Reference, later, catalog.Agent, c.by, c.now)
			if !errors.Is(err, c.want) {
				t.Fatalf("move: %v, want %v", err, c.want)
			}
			if err != nil {
				r.wantUnchanged(visit)
				_, err = r.CancelByStaff(t.Context(), visit.Reference, c.by, c.now)
				if !errors.Is(err, c.want) {
					t.Errorf("cancel: %v, want %v", err, c.want)
				}
				r.wantUnchanged(visit)
				return
			}
			cancelled, err := r.CancelByStaff(t.Context(), visit.Reference, c.by, later.Add(-time.Minute))
			if err != nil {
				t.Fatal(err)
			}
			want := slices.Concat(visit.History, []slots.Event{
				{Kind: slots.WasMoved, At: c.now, Start: later, Actor: "huda", Reason: "caller asked"},
				{Kind: slots.WasCancelled, At: later.Add(-time.Minute), Start: later, Actor: "huda", Reason: "caller asked"},
			})
			if diff := cmp.Diff(want, cancelled.History); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want[:2], moved.History); diff != "" {
				t.Errorf("history when moved (-want +got):\n%s", diff)
			}
			again, err := r.CancelByStaff(t.Context(), visit.Reference, c.by, later.Add(-time.Minute))
			if err != nil || !cmp.Equal(again, cancelled) {
				t.Errorf("cancelled again: %v", err)
			}
			if _, err = r.MoveByStaff(t.Context(), visit.Reference, start, catalog.Agent, c.by, c.now); !errors.Is(err, slots.ErrNotBooked) {
				t.Errorf("moved when cancelled: %v, want %v", err, slots.ErrNotBooked)
			}
		})
	}
}

// Staff go past a cut-off, never past the capacity, and take only what is the
// channel's to give.
func TestStaffMovesTakeFreePlaces(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.HoldBack = catalog.HoldBack{catalog.Public: 1, catalog.Agent: 1, catalog.WalkIn: 1}
	r := newRig(t, "09:00-12:00 x2", service)
	visit := r.book("1000000008", start)
	later := start.AddDate(0, 0, 1)
	r.book("2000000006", later)
	if _, err := r.MoveByStaff(t.Context(), visit.Reference, later, catalog.Agent, asked(), heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Fatalf("an agent gets the protected place: %v", err)
	}
	r.wantUnchanged(visit)
	moved, err := r.MoveByStaff(t.Context(), visit.Reference, later, catalog.Protected, asked(), heldAt)
	if err != nil || moved.Channel != catalog.Public {
		t.Fatalf("the protected place: %v, booked over %s", err, moved.Channel)
	}
	same, err := r.MoveByStaff(t.Context(), visit.Reference, later, catalog.Agent, slots.StaffAction{}, heldAt)
	if err != nil || !cmp.Equal(same, moved, cmp.AllowUnexported()) {
		t.Errorf("moved to where it is: %v", err)
	}
}

// What staff do is not the visitor's giving up: it starts no pause, and whom a
// pause keeps from booking, staff book with a reason.
func TestStaffAndPauses(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	r.store.rule = catalog.Rebooking{Limit: 1, Window: time.Hour, Pause: 24 * time.Hour}
	visit := r.book("1000000008", start)
	if _, err := r.CancelByStaff(t.Context(), visit.Reference, asked(), heldAt); err != nil {
		t.Fatal(err)
	}
	visit = r.book("1000000008", start) // no pause
	if _, err := r.Cancel(t.Context(), visit.Reference, "", heldAt); err != nil {
		t.Fatal(err)
	}
	hold := r.hold(start)
	b := booking("1000000008")
	b.Actor = "huda"
	if _, err := r.Book(t.Context(), hold.ID, b, nil, heldAt); !isPause(err) {
		t.Fatalf("booked in a pause without a reason: %v", err)
	}
	b.Reason = "mother is ill"
	if _, err := r.Book(t.Context(), hold.ID, b, nil, heldAt); err != nil {
		t.Errorf("booked in a pause with a reason: %v", err)
	}
}

func isPause(err error) bool {
	_, ok := errors.AsType[*slots.PauseError](err)
	return ok
}

// What is urgent does not wait for the notice of its service, but for nobody
// else's place, and not in the past.
func TestProtectedNeedsNoNotice(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	soon := start.Add(-time.Minute)
	if _, err := r.Hold(t.Context(), request(start), nil, soon); !isRule(err, slots.RuleNotice) {
		t.Fatalf("the public, a minute ahead: %v", err)
	}
	if _, err := r.Hold(t.Context(), protected(), nil, start.Add(time.Minute)); !isRule(err, slots.RuleNotice) {
		t.Fatalf("protected, in the past: %v", err)
	}
	if _, err := r.Hold(t.Context(), protected(), nil, soon); err != nil {
		t.Errorf("protected, a minute ahead: %v", err)
	}
}

func isRule(err error, rule slots.Rule) bool {
	broken, ok := errors.AsType[*slots.RuleError](err)
	return ok && broken.Rule == rule
}
