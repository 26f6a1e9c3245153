package slots_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// urgent is a service that keeps one place for urgent cases.
func urgent() catalog.Service {
	s := hourly()
	s.HoldBack = catalog.HoldBack{catalog.Public: 1, catalog.Agent: 1, catalog.WalkIn: 1}
	return s
}

// protected asks for a place over the channel of urgent cases.
func protected() slots.HoldRequest {
	r := request(start)
	r.Channel = catalog.Protected
	return r
}

// A protected place is booked by somebody of the staff who says why, and both
// stand in the history.
func TestProtectedIsAudited(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", urgent())
	hold, err := r.Hold(t.Context(), protected(), nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	b := booking("1000000008")
	for name, said := range map[string][2]string{
		"nobody": {}, "no reason": {"noura", ""}, "a reason of nobody": {"", "dialysis at ten"},
	} {
		b.Actor, b.Reason = said[0], said[1]
		if _, err := r.Book(t.Context(), hold.ID, b, nil, heldAt); !errors.Is(err, slots.ErrUnaudited) {
			t.Errorf("%s: %v, want %v", name, err, slots.ErrUnaudited)
		}
		r.wantUnchanged(hold)
	}
	b.Actor, b.Reason = "noura", "dialysis at ten"
	visit, err := r.Book(t.Context(), hold.ID, b, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	want := []slots.Event{{Kind: slots.WasBooked, At: heldAt, Start: start, Actor: "noura", Reason: "dialysis at ten"}}
	if diff := cmp.Diff(want, visit.History); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// The protected quota is a place that is kept, not one that is taken from
// somebody: when all are booked an urgent case has to find another time.
func TestProtectedBumpsNobody(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x2", urgent())
	booked := r.book("1000000008", start)
	if _, err := r.Hold(t.Context(), request(start), nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Fatalf("the public gets the place that is kept: %v", err)
	}
	if _, err := r.Hold(t.Context(), protected(), nil, heldAt); err != nil {
		t.Fatalf("the place that is kept: %v", err)
	}
	if _, err := r.Hold(t.Context(), protected(), nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("a third of two places: %v, want %v", err, slots.ErrTaken)
	}
	r.wantUnchanged(booked)
}

// Whoever moves a visit that was booked over a channel of reception or of
// urgent cases chooses among the places of the public: each use of the others
// is the staff's.
func TestMovesLeaveWhatIsKept(t *testing.T) {
	t.Parallel()
	for channel, kept := range map[catalog.Channel]bool{
		catalog.Public: true, catalog.Agent: false, catalog.WalkIn: true, catalog.Protected: true,
	} {
		service := hourly()
		service.HoldBack = catalog.HoldBack{catalog.Public: 1}
		r := newRig(t, "09:00-12:00 x2", service)
		wanted := request(start)
		wanted.Channel = channel
		hold, err := r.Hold(t.Context(), wanted, nil, heldAt)
		if err != nil {
			t.Fatal(err)
		}
		b := booking("1000000008")
		b.Actor, b.Reason = "noura", "dialysis at ten"
		visit, err := r.Book(t.Context(), hold.ID, b, nil, heldAt)
		if err != nil {
			t.Fatal(err)
		}
		later := start.AddDate(0, 0, 1)
		r.book("2000000006", later)
		moved, err := r.Move(t.Context(), visit.Reference, later, heldAt)
		if got := errors.Is(err, slots.ErrTaken); got != kept || err == nil && moved.Channel != channel {
			t.Errorf("%s: moved to the place that is kept: %v, over %s", channel, err, moved.Channel)
		}
	}
}
