package slots_test

import (
	"errors"
	"testing"
	"time"

	"ziyara/slots"
)

// Every state against everything that can be asked of an entry, with and
// without an offer that stands.
func TestEntryTransitions(t *testing.T) {
	t.Parallel()
	now := at(t, "09:00")
	standing := &slots.Offer{Hold: "h", Start: at(t, "11:00"), Expires: now.Add(time.Second)}
	over := &slots.Offer{Hold: "h", Start: at(t, "11:00"), Expires: now}
	for _, c := range []struct {
		name    string
		state   slots.EntryState
		offer   *slots.Offer
		offered bool // stands at now
		// Declining: the error, or whether the offer is gone. Leaving: the state.
		declined error
		gone     bool
		left     slots.EntryState
	}{
		{"waits", slots.Waiting, nil, false, nil, true, slots.EntryLeft},
		{"is offered", slots.Waiting, standing, true, nil, true, slots.EntryLeft},
		{"was offered", slots.Waiting, over, false, nil, false, slots.EntryLeft}, // from its expiry on it is the next one's
		{"booked", slots.EntryBooked, standing, false, slots.ErrNotWaiting, false, slots.EntryBooked},
		{"left", slots.EntryLeft, nil, false, slots.ErrNotWaiting, false, slots.EntryLeft},
		{"expired", slots.EntryExpired, over, false, slots.ErrNotWaiting, false, slots.EntryExpired},
		{"did not answer", slots.EntryUnanswered, over, false, slots.ErrNotWaiting, false, slots.EntryUnanswered},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := slots.Entry{ID: "e", State: c.state, Offer: c.offer}
			if got := e.Offered(now); (got != nil) != c.offered {
				t.Errorf("offered %+v, want %v", got, c.offered)
			}
			after, err := e.Decline(now)
			if !errors.Is(err, c.declined) {
				t.Errorf("decline: %v, want %v", err, c.declined)
			}
			if err == nil && (after.State != slots.Waiting || (after.Offer == nil) != c.gone) {
				t.Errorf("declined: %+v", after)
			}
			gone := e.Leave()
			if gone.State != c.left || gone.State == slots.EntryLeft && gone.Offer != nil {
				t.Errorf("left: %+v, want %s", gone, c.left)
			}
			if e.State != c.state || e.Offer != c.offer {
				t.Errorf("the entry itself has changed: %+v", e)
			}
		})
	}
}

// An entry that waits is over once its person has booked, or its range of dates
// has passed, whether a job has seen that or not; one that ended stays as it is.
func TestEntryAt(t *testing.T) {
	t.Parallel()
	ends := at(t, "10:00")
	for _, c := range []struct {
		name   string
		state  slots.EntryState
		now    time.Time
		booked bool
		want   slots.EntryState
	}{
		{"in time", slots.Waiting, ends.Add(-1), false, slots.Waiting},
		{"its range is over", slots.Waiting, ends, false, slots.EntryExpired},
		{"its person has booked", slots.Waiting, ends.Add(-1), true, slots.EntryBooked},
		{"booked in time, and then it was over", slots.Waiting, ends, true, slots.EntryBooked},
		{"ended before", slots.EntryLeft, ends, true, slots.EntryLeft},
	} {
		if got := (slots.Entry{State: c.state, Ends: ends}).At(c.now, c.booked); got.State != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.State, c.want)
		}
	}
}
