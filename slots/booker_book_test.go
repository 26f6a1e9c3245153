package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/once"
	"ziyara/slots"
)

func TestBook(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	hold := r.hold(start)
	r.store.calls = nil
	now := heldAt.Add(time.Minute)
	got, err := r.Book(t.Context(), hold.ID, booking("1000000008"), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	r.wantCalls("Book") // one statement
	want, err := after(hold.Book(booking("1000000008"), catalog.Approval{}, now))
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("booked: %v (-want +got):\n%s", err, diff)
	}
	found, err := r.Find(t.Context(), got.Reference)
	if diff := cmp.Diff(want, found); diff != "" || err != nil {
		t.Errorf("found: %v (-want +got):\n%s", err, diff)
	}
}

// What becomes of somebody who confirms a hold.
func TestBookSaysWhyNot(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		change func(r *rig, hold slots.Appointment) (id string, now time.Time)
		want   error // nil: the visit that is booked already
	}{
		{"the hold has run out", func(_ *rig, hold slots.Appointment) (string, time.Time) {
			return hold.ID, hold.Expires
		}, slots.ErrExpired},
		{"the hold has run out and was swept up", func(r *rig, hold slots.Appointment) (string, time.Time) {
			if _, err := r.store.ExpireHolds(r.t.Context(), hold.Expires, nil, 10); err != nil {
				r.t.Fatal(err)
			}
			return hold.ID, hold.Expires
		}, slots.ErrExpired},
		{"there was no such hold", func(*rig, slots.Appointment) (string, time.Time) {
			return "unknown", heldAt
		}, fault.ErrNotFound},
		{"the hold was given back", func(r *rig, hold slots.Appointment) (string, time.Time) {
			if err := r.Release(r.t.Context(), hold.ID); err != nil {
				r.t.Fatal(err)
			}
			return hold.ID, heldAt
		}, slots.ErrReleased},
		{"the same person has confirmed it: the same answer again", func(r *rig, hold slots.Appointment) (string, time.Time) {
			if _, err := r.Book(r.t.Context(), hold.ID, booking("1000000008"), nil, heldAt); err != nil {
				r.t.Fatal(err)
			}
			return hold.ID, hold.Expires.Add(time.Hour)
		}, nil},
		{"somebody else has confirmed it", func(r *rig, hold slots.Appointment) (string, time.Time) {
			if _, err := r.Book(r.t.Context(), hold.ID, booking("2000000006"), nil, heldAt); err != nil {
				r.t.Fatal(err)
			}
			return hold.ID, heldAt
		}, slots.ErrHoldUsed},
		{"the person is elsewhere at that time", func(r *rig, hold slots.Appointment) (string, time.Time) {
			r.book("1000000008", start)
			return hold.ID, heldAt
		}, slots.ErrPersonBusy},
		{"the person has as many visits ahead as allowed", func(r *rig, hold slots.Appointment) (string, time.Time) {
			r.book("1000000008", start.AddDate(0, 0, 1))
			r.book("1000000008", start.AddDate(0, 0, 2))
			return hold.ID, heldAt
		}, slots.ErrPersonLimit},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "09:00-12:00 x2", hourly())
			id, now := tc.change(r, r.hold(start))
			before := r.store.claims[id].Appointment
			got, err := r.Book(t.Context(), id, booking("1000000008"), nil, now)
			if !errors.Is(err, tc.want) {
				t.Fatalf("Book = %v, want %v", err, tc.want)
			}
			if tc.want != nil {
				before, got = slots.Appointment{}, slots.Appointment{}
			}
			if diff := cmp.Diff(before, got); diff != "" {
				t.Errorf("booked (-want +got):\n%s", diff)
			}
		})
	}
}

// A power of attorney that ends before the visit is the visitor's error.
func TestBookPassesOnWhatTheStoreFinds(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	b := booking("1000000008")
	b.Representative = &slots.Representative{Name: "Ali", Wakala: "43", Expires: tuesday - 1}
	_, err := r.Book(t.Context(), r.hold(start).ID, b, nil, heldAt)
	if diff := cmp.Diff([]slots.Field{{Name: "wakala_expires", Fault: slots.FaultExpired}}, faults(err)); diff != "" {
		t.Errorf("Book: %v, faults (-want +got):\n%s", err, diff)
	}
	b.Representative.Expires = tuesday
	if _, err := r.Book(t.Context(), "hold 1", b, nil, heldAt); err != nil {
		t.Errorf("valid on the day itself: %v", err)
	}
}

// A store that denies a hold which stands is broken, and nobody is told that
// the hold is theirs.
func TestBookOfAHoldThatStands(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	hold := r.hold(start)
	r.store.fail["Book"] = fault.ErrNotFound
	a, err := r.Book(t.Context(), hold.ID, booking("1000000008"), nil, heldAt)
	if err == nil || errors.Is(err, fault.ErrNotFound) || a.ID != "" {
		t.Errorf("Book = %+v, %v, want an error of the system", a, err)
	}
}

// Visits that are over don't count towards the limit of a person, even before
// the periodic job has seen them.
func TestBookClosesPastVisits(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	past := r.book("1000000008", start)
	r.book("1000000008", start.AddDate(0, 0, 4))
	third, err := r.Hold(t.Context(), request(start.AddDate(0, 0, 5)), nil, past.End.Add(-1))
	if err != nil {
		t.Fatal(err)
	}
	r.store.calls = nil
	b := booking("1000000008")
	b.Reference = slots.NewReference([5]byte{9})
	if _, err := r.Book(t.Context(), third.ID, b, nil, past.End.Add(-1)); !errors.Is(err, slots.ErrPersonLimit) {
		t.Errorf("a moment before the first visit ends: %v, want %v", err, slots.ErrPersonLimit)
	}
	r.wantCalls("Book", "CloseVisits", "Book") // somebody else may have closed some
	if _, err := r.Book(t.Context(), third.ID, b, nil, past.End); err != nil {
		t.Errorf("when the first visit has ended: %v", err)
	}
	r.wantCalls("Book", "CloseVisits", "Book")
}

// Only the visits of the person concerned are looked at.
func TestBookClosesVisitsOfThePerson(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	other := r.book("2000000006", start)
	r.book("1000000008", start.AddDate(0, 0, 3))
	r.book("1000000008", start.AddDate(0, 0, 4))
	now := start.AddDate(0, 0, 1)
	third, err := r.Hold(t.Context(), request(start.AddDate(0, 0, 5)), nil, now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Book(t.Context(), third.ID, booking("1000000008"), nil, now); !errors.Is(err, slots.ErrPersonLimit) {
		t.Errorf("Book = %v, want %v", err, slots.ErrPersonLimit)
	}
	if !r.store.claims[other.ID].counts {
		t.Error("the visit of somebody else was closed")
	}
}

// once is a request with a key; the answer names what it was about.
func keyed(key, body string) *once.Request[slots.Appointment] {
	o := &once.Request[slots.Appointment]{Key: key, Answer: func(a slots.Appointment) ([]byte, error) {
		return []byte(a.ID + " " + string(a.Status)), nil
	}}
	copy(o.Fingerprint[:], body)
	return o
}

// wantRepeated checks that a request was told what it was told before.
func wantRepeated(t *testing.T, name string, err error, want string) {
	t.Helper()
	var repeated *once.RepeatedError
	if !errors.As(err, &repeated) || string(repeated.Answer) != want {
		t.Errorf("%s: %v, want the answer %q again", name, err, want)
	}
}

func TestHoldTwiceWithOneKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x2", hourly())
	try := func(body string, start, now time.Time) error {
		_, err := r.Hold(t.Context(), request(start), keyed("key", body), now)
		return err
	}
	if err := try("body", start, heldAt); err != nil {
		t.Fatal(err)
	}
	wantRepeated(t, "the same request", try("body", start, heldAt), "hold 1 held")
	if err := try("other body", start, heldAt); !errors.Is(err, once.ErrKeyReused) {
		t.Errorf("the key with another body: %v, want %v", err, once.ErrKeyReused)
	}
	wantRepeated(t, "when it is too late for the rules", try("body", start, start), "hold 1 held")
	if err := try("other body", start, start); !errors.Is(err, once.ErrKeyReused) {
		t.Errorf("the key with another body, too late for the rules: %v, want %v", err, once.ErrKeyReused)
	}
	r.hold(start) // the other of two places
	wantRepeated(t, "when the place is full", try("body", start, heldAt), "hold 1 held")
	if got := len(r.store.claims); got != 2 {
		t.Errorf("%d claims, want the two that were asked for", got)
	}
}

// The place that the request took itself is not in its way.
func TestHoldTwiceTheLastPlace(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	for i, now := range []time.Time{heldAt, heldAt.Add(time.Minute), heldAt.Add(holdFor)} {
		_, err := r.Hold(t.Context(), request(start), keyed("key", "body"), now)
		if i > 0 {
			wantRepeated(t, now.String(), err, "hold 1 held")
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// A request that was refused leaves its key free.
func TestKeyOfARefusedRequest(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	first := r.hold(start)
	try := func() error {
		_, err := r.Hold(t.Context(), request(start), keyed("key", "body"), heldAt)
		return err
	}
	var taken *slots.TakenError
	if err := try(); !errors.As(err, &taken) {
		t.Errorf("Hold = %v, want a %T", err, taken)
	}
	if err := r.Release(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if err := try(); err != nil {
		t.Errorf("when the place is free again: %v", err)
	}
}

func TestBookTwiceWithOneKey(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00", hourly())
	hold := r.hold(start)
	try := func(id, body string, now time.Time) error {
		_, err := r.Book(t.Context(), id, booking("1000000008"), keyed("key", body), now)
		return err
	}
	if err := try(hold.ID, "body", heldAt); err != nil {
		t.Fatal(err)
	}
	wantRepeated(t, "the same request", try(hold.ID, "body", heldAt), "hold 1 booked")
	wantRepeated(t, "long after the hold would have run out", try(hold.ID, "body", hold.Expires.Add(time.Hour)), "hold 1 booked")
	if err := try(hold.ID, "other body", heldAt); !errors.Is(err, once.ErrKeyReused) {
		t.Errorf("the key with another body: %v, want %v", err, once.ErrKeyReused)
	}
	another := r.hold(start.Add(time.Hour))
	if err := try(another.ID, "other hold", heldAt); !errors.Is(err, once.ErrKeyReused) {
		t.Errorf("the key for another hold: %v, want %v", err, once.ErrKeyReused)
	}
	r.wantUnchanged(another)
	if _, err := r.Cancel(t.Context(), booking("").Reference, "", heldAt); err != nil {
		t.Fatal(err)
	}
	wantRepeated(t, "when the visit was cancelled", try(hold.ID, "body", heldAt), "hold 1 booked")
}
