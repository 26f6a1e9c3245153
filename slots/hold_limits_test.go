package slots_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/slots"
)

func limitedRig(t *testing.T, l slots.HoldLimits) *rig {
	t.Helper()
	return newRigOf(t, daily("Asia/Riyadh", opens(t, "09:00-12:00 x9")), hourly(), slots.WithHoldLimits(l))
}

// holds holds a place on account of an address and a mobile.
func (r *rig) holds(address, mobile string, now time.Time) (slots.Appointment, error) {
	r.t.Helper()
	q := request(start)
	q.Mobile = mobile
	if address != "" {
		q.Address = []byte(address)
	}
	return r.Hold(r.t.Context(), q, nil, now)
}

// wantLimit checks that err names the limit and how long to wait.
func wantLimit(t *testing.T, what string, err error, limit int, wait time.Duration) {
	t.Helper()
	var full *slots.HoldLimitError
	if !errors.As(err, &full) || full.Limit != limit || full.RetryAfter != wait {
		t.Errorf("%s: %v, want a limit of %d for %v", what, err, limit, wait)
	}
}

// An address has so many holds at once, and another one as many.
func TestHoldsOfAnAddress(t *testing.T) {
	t.Parallel()
	r := limitedRig(t, slots.HoldLimits{PerAddress: 2})
	first, err := r.holds("hall", "", heldAt)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.holds("hall", "", heldAt.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	_, err = r.holds("hall", "", heldAt.Add(2*time.Minute))
	wantLimit(t, "a third", err, 2, 8*time.Minute)
	r.store.calls = nil
	if _, err = r.holds("home", "", heldAt.Add(2*time.Minute)); err != nil {
		t.Errorf("another address: %v", err)
	}
	r.wantCalls("Hold")
	if _, err = r.holds("", "", heldAt.Add(2*time.Minute)); err != nil {
		t.Errorf("no address: %v", err)
	}
	if err = r.Booker.Release(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	if _, err = r.holds("hall", "", heldAt.Add(2*time.Minute)); err != nil {
		t.Errorf("after one was given back: %v", err)
	}
}

// A hold that ran out is in nobody's way, whether it has been swept or not.
func TestOverdueHoldsDoNotCount(t *testing.T) {
	t.Parallel()
	r := limitedRig(t, slots.HoldLimits{PerAddress: 1, PerMobile: 1})
	a, err := r.holds("hall", "+966500000001", heldAt)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.holds("hall", "+966500000001", a.Expires.Add(-time.Second))
	wantLimit(t, "a second before it runs out", err, 1, time.Second)
	r.store.calls = nil
	if _, err = r.holds("hall", "+966500000001", a.Expires); err != nil {
		t.Errorf("when it has: %v", err)
	}
	r.wantCalls("Hold", "ExpireHolds", "Hold")
}

// A mobile has so many holds at once, wherever it is.
func TestHoldsOfAMobile(t *testing.T) {
	t.Parallel()
	r := limitedRig(t, slots.HoldLimits{PerAddress: 5, PerMobile: 1})
	if _, err := r.holds("hall", "+966500000001", heldAt); err != nil {
		t.Fatal(err)
	}
	_, err := r.holds("home", "+966500000001", heldAt)
	wantLimit(t, "from elsewhere", err, 1, holdFor)
	for _, mobile := range []string{"+966500000002", ""} {
		if _, err = r.holds("hall", mobile, heldAt); err != nil {
			t.Errorf("mobile %q: %v", mobile, err)
		}
	}
}

// Only the mobile that a hold is bound to can book it.
func TestBookABoundHold(t *testing.T) {
	t.Parallel()
	r := limitedRig(t, slots.HoldLimits{})
	b := booking("1000000008")
	for _, tc := range []struct {
		name, held string
		want       error
	}{
		{"by its mobile", b.Mobile, nil},
		{"by another", "+966599999999", slots.ErrHoldBound},
	} {
		a, err := r.holds("", tc.held, heldAt)
		if err != nil {
			t.Fatal(err)
		}
		booked, err := r.Book(t.Context(), a.ID, b, nil, heldAt)
		if !errors.Is(err, tc.want) || err == nil && booked.Mobile != b.Mobile {
			t.Errorf("%s: %+v, %v, want %v", tc.name, booked, err, tc.want)
		}
		if tc.want != nil {
			r.wantUnchanged(a)
			if _, err = r.Book(t.Context(), a.ID, b, nil, a.Expires); !errors.Is(err, slots.ErrExpired) {
				t.Errorf("%s, when it has run out: %v, want %v", tc.name, err, slots.ErrExpired)
			}
		}
	}
}

// What can't work is refused when Bookers are made.
func TestBookerOptions(t *testing.T) {
	t.Parallel()
	for name, option := range map[string]slots.Option{
		"a negative limit of an address": slots.WithHoldLimits(slots.HoldLimits{PerAddress: -1}),
		"a negative limit of a mobile":   slots.WithHoldLimits(slots.HoldLimits{PerMobile: -1}),
		"chance without a source":        slots.WithRandom(nil),
	} {
		_, err := slots.NewBookers(newFakeStore(), holdFor, func() string { return "" }, option)
		if err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
