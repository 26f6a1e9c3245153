package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/slots"
)

func TestMove(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	r.store.calls = nil
	later := start.AddDate(0, 0, 1)
	got, err := r.Move(t.Context(), a.Reference, later, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	r.wantCalls("FindReference", "Change", "OpenDay", "Change") // the first of its day
	want := a
	want.Place.Day++
	want.Start, want.End, want.StartVersion, want.Version = later, later.Add(time.Hour), 2, 2
	want.History = append(want.History, slots.Event{Kind: slots.WasMoved, At: heldAt, Start: later})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("moved (-want +got):\n%s", diff)
	}
	r.wantUnchanged(want)
	r.hold(start) // the old place is free again
	if _, err := r.Hold(t.Context(), request(later), nil, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("the new place: %v, want %v", err, slots.ErrTaken)
	}
}

// A visit may move to a time that overlaps the one it has, at the only desk.
func TestMoveOntoItself(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.Step = 30 * time.Minute
	r := newRig(t, "09:00-12:00", service)
	a := r.book("1000000008", start)
	if _, err := r.Move(t.Context(), a.Reference, start.Add(30*time.Minute), heldAt); err != nil {
		t.Error(err)
	}
}

func TestMoveToWhereItIs(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	for name, now := range map[string]time.Time{
		"in time": heldAt, "with too little notice": start.Add(-5 * time.Hour), "past the cut-off": start.Add(-1),
	} {
		r.store.calls = nil
		got, err := r.Move(t.Context(), a.Reference, start.In(time.FixedZone("Riyadh", 3*60*60)), now)
		if diff := cmp.Diff(a, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		r.wantUnchanged(a)
		r.wantCalls("FindReference")
	}
}

// Two requests for the same move at once move the visit once.
func TestMoveTwiceAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	r.store.before = func(method string) {
		if method != "Change" {
			return
		}
		r.store.before = nil
		if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); err != nil {
			t.Errorf("the other request: %v", err)
		}
	}
	got, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt)
	if err != nil || got.Version != 2 || len(got.History) != 2 {
		t.Errorf("Move = %+v, %v, want version 2 with one entry for the move", got, err)
	}
}

// A visit that is cancelled while it is being moved stays cancelled.
func TestMoveWhileCancelling(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	r.store.before = func(method string) {
		if method != "Change" {
			return
		}
		r.store.before = nil
		if _, err := r.Cancel(t.Context(), a.Reference, "", heldAt); err != nil {
			t.Errorf("cancel: %v", err)
		}
	}
	if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); !errors.Is(err, slots.ErrNotBooked) {
		t.Errorf("Move = %v, want %v", err, slots.ErrNotBooked)
	}
	if got := r.store.claims[a.ID].Status; got != slots.Cancelled {
		t.Errorf("the visit is %s, want %s", got, slots.Cancelled)
	}
}

// A move that fails leaves the visit and its place as they were.
func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	tomorrow := start.AddDate(0, 0, 1)
	for _, tc := range []struct {
		name    string
		to, now time.Time
		rule    slots.Rule
		err     error
	}{
		{"the new place is taken", start.Add(time.Hour), heldAt, "", slots.ErrTaken},
		{"the person is elsewhere at that time", tomorrow, heldAt, "", slots.ErrPersonBusy},
		{"exactly at the cut-off", tomorrow.Add(time.Hour), start.Add(-cutoff), slots.RuleMoveCutoff, nil},
		{"past the cut-off, whatever the new start is", start.Add(7 * time.Minute), start.Add(-time.Hour), slots.RuleMoveCutoff, nil},
		{"a moment before the cut-off, the new start counts", start.Add(7 * time.Minute), start.Add(-cutoff - 1), slots.RuleNotice, nil},
		{"too little notice for the new start", start.Add(-time.Hour), heldAt.Add(time.Minute), slots.RuleNotice, nil},
		{"past the horizon", start.AddDate(0, 0, 40), heldAt, slots.RuleHorizon, nil},
		{"closed then", start.Add(5 * time.Hour), heldAt, slots.RuleClosed, nil},
		{"not on the grid", start.Add(30 * time.Minute), heldAt, slots.RuleOffGrid, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00 x2", hourly())
			a := r.book("1000000008", start)
			r.book("1000000008", tomorrow)
			r.hold(start.Add(time.Hour))
			r.hold(start.Add(time.Hour))
			got, err := r.Move(t.Context(), a.Reference, tc.to, tc.now)
			if broken(err) != tc.rule || !errors.Is(err, tc.err) && tc.err != nil || err == nil || got.ID != "" {
				t.Errorf("Move = %+v, %v, want %v%s", got, err, tc.err, tc.rule)
			}
			r.wantUnchanged(a)
			if used := r.store.days[ledgerKey{1, 7, tuesday}].Used; used[12] != 1 {
				t.Errorf("%d places are taken at the visit, want its own", used[12])
			}
		})
	}
}

func TestMoveProposesAlternatives(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-14:00", hourly())
	a := r.book("1000000008", start)
	overdue := r.hold(start.Add(2 * time.Hour))
	standing, err := r.Hold(t.Context(), request(start.Add(time.Hour)), nil, heldAt.Add(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Move(t.Context(), a.Reference, standing.Start, overdue.Expires)
	var taken *slots.TakenError
	if !errors.As(err, &taken) || len(taken.Alternatives) != 5 || !taken.Alternatives[0].Start.Equal(overdue.Start) {
		t.Fatalf("Move = %v, want five alternatives, the nearest at %v", err, overdue.Start)
	}
	// The hold that ran out was in the way only once.
	if _, err := r.Move(t.Context(), a.Reference, standing.Start, standing.Expires); err != nil {
		t.Errorf("when the hold has run out: %v", err)
	}
}

func TestMoveOfWhatIsNotBooked(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	if _, err := r.Move(t.Context(), "000000000", start, heldAt); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an unknown reference: %v, want %v", err, fault.ErrNotFound)
	}
	a := r.book("1000000008", start)
	if _, err := r.Cancel(t.Context(), a.Reference, "", heldAt); err != nil {
		t.Fatal(err)
	}
	for _, to := range []time.Time{start, start.Add(time.Hour)} {
		if _, err := r.Move(t.Context(), a.Reference, to, heldAt); !errors.Is(err, slots.ErrNotBooked) {
			t.Errorf("a cancelled visit, to %v: %v, want %v", to, err, slots.ErrNotBooked)
		}
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	cutoff := hourly().CancelCutoff
	if _, err := r.Cancel(t.Context(), a.Reference, "", start.Add(-cutoff)); broken(err) != slots.RuleCancelCutoff {
		t.Errorf("exactly at the cut-off: %v, want %q", err, slots.RuleCancelCutoff)
	}
	r.wantUnchanged(a)
	want, err := r.Cancel(t.Context(), a.Reference, "", start.Add(-cutoff-1))
	if err != nil || want.Status != slots.Cancelled {
		t.Fatalf("a moment before the cut-off: %+v, %v", want, err)
	}
	r.hold(start) // the place is free again
	got, err := r.Cancel(t.Context(), a.Reference, "", start.Add(time.Hour))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("a second time, however late: %v (-want +got):\n%s", err, diff)
	}
	r.wantUnchanged(want)
	if _, err := r.Cancel(t.Context(), "000000000", "", heldAt); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an unknown reference: %v, want %v", err, fault.ErrNotFound)
	}
}

// Why a visitor cancels is one of the reasons of the centre, or not said. The first
// reason stays.
func TestCancelForAReason(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	_, err := r.Cancel(t.Context(), a.Reference, "rain", heldAt)
	want := &slots.VisitorError{Fields: []slots.Field{{Name: "reason", Fault: slots.FaultReason}}}
	if diff := cmp.Diff(error(want), err); diff != "" {
		t.Errorf("an unknown reason (-want +got):\n%s", diff)
	}
	r.wantUnchanged(a)
	for _, reason := range []string{"other-time", "other", ""} {
		got, err := r.Cancel(t.Context(), a.Reference, reason, heldAt)
		if err != nil || got.Status != slots.Cancelled || got.Version != 2 {
			t.Fatalf("%q: %+v, %v", reason, got, err)
		}
		if e := got.History[1]; e.CancellationReason != "other-time" || e.Reason != "" || e.Actor != "" {
			t.Errorf("%q: the event is %+v", reason, e)
		}
	}
}

// A visit to a service that is no longer in the catalogue can be cancelled
// until it starts, but not moved.
func TestServiceWithdrawn(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	a := r.book("1000000008", start)
	other := hourly()
	other.Slug = "iban-update"
	r.on(aCentre(t, daily("Asia/Riyadh", opens(t, "09:00-12:00")), other))
	if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); !errors.Is(err, centre.ErrUnknownService) {
		t.Errorf("move: %v, want %v", err, centre.ErrUnknownService)
	}
	if _, err := r.Cancel(t.Context(), a.Reference, "", start); broken(err) != slots.RuleCancelCutoff {
		t.Errorf("cancel when it starts: %v, want %q", err, slots.RuleCancelCutoff)
	}
	if _, err := r.Cancel(t.Context(), a.Reference, "", start.Add(-1)); err != nil {
		t.Errorf("cancel before: %v", err)
	}
}

// A move keeps the party and the channel of the booking: what the channel
// leaves to others it also leaves when it moves.
func TestMoveKeepsPartyAndChannel(t *testing.T) {
	t.Parallel()
	service := hourly()
	service.PlacePerVisitor = true
	service.HoldBack = catalog.HoldBack{catalog.Public: 1}
	r := newRig(t, "09:00-12:00 x3", service)
	q := request(start)
	q.Party = 2
	hold, err := r.Hold(t.Context(), q, nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	a, err := r.Book(t.Context(), hold.ID, booking("1000000008"), nil, heldAt)
	if err != nil {
		t.Fatal(err)
	}
	r.hold(start.Add(time.Hour)) // leaves two, one of them held back
	if _, err := r.Move(t.Context(), a.Reference, start.Add(time.Hour), heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("Move = %v, want %v", err, slots.ErrTaken)
	}
	moved, err := r.Move(t.Context(), a.Reference, start.Add(-time.Hour), heldAt)
	if err != nil || moved.Place.Count != 2 || moved.Party != 2 {
		t.Errorf("Move = %+v, %v, want two places", moved, err)
	}
}
