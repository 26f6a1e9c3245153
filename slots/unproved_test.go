package slots_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/slots"
)

// Holds without a proof have their share of the day, all of its starts together. Then
// a proof is needed, until one of them ends or is booked. On the smallest day one is
// possible. Staff need none.
func TestUnprovedShare(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-17:00", hourly()) // eight places
	r.use(slots.WithUnprovedShare(25))
	hold := func(clock, mobile string, over catalog.Channel, now time.Time) (slots.Appointment, error) {
		return r.Hold(t.Context(), slots.HoldRequest{
			Service: "heirs-returns", Branch: "riyadh", Start: at(t, clock), Party: 1, Channel: over, Mobile: mobile}, nil, now)
	}
	for _, clock := range []string{"10:00", "13:00"} { // a quarter of eight
		if _, err := hold(clock, "", catalog.Public, heldAt); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := hold("11:00", "", catalog.Public, heldAt); !errors.Is(err, slots.ErrProofFirst) {
		t.Errorf("above the share: %v, want %v", err, slots.ErrProofFirst)
	}
	if _, err := hold("10:00", "", catalog.Public, heldAt); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("a place that is taken: %v, want %v", err, slots.ErrTaken)
	}
	if _, err := hold("11:00", "+966500000001", catalog.Public, heldAt); err != nil {
		t.Errorf("with a proof: %v", err)
	}
	if _, err := hold("12:00", "", catalog.Agent, heldAt); err != nil {
		t.Errorf("by staff: %v", err)
	}
	if _, err := hold("14:00", "", catalog.Public, heldAt.Add(10*time.Minute)); err != nil {
		t.Errorf("when the others are over: %v", err)
	}
}

func TestUnprovedShareOfASmallDay(t *testing.T) {
	t.Parallel()
	day := slots.Occupied{First: 96, Open: []int16{1, 1, 1, 1, 1, 1}, Used: make([]int16, 6)}
	place := func(first int) slots.Wanted {
		return slots.Wanted{Place: slots.Place{First: first, Ticks: 2, Count: 1}, HeldBack: []int16{0, 0}, UnprovedShare: 10}
	}
	day, err := day.Taking(place(96))
	if err != nil {
		t.Fatalf("the first hold of a day of three places: %v", err)
	}
	if _, err := day.Taking(place(98)); !errors.Is(err, slots.ErrProofFirst) {
		t.Errorf("the second: %v, want %v", err, slots.ErrProofFirst)
	}
	proved := place(98)
	proved.UnprovedShare = 0
	if day, err = day.Taking(proved); err != nil || day.Unproved != 2 {
		t.Errorf("the second, with a proof: %v; %d ticks count", err, day.Unproved)
	}
}
