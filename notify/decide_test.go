package notify_test

import (
	"testing"
	"time"

	"ziyara/notify"
)

// ahead is a visit that is booked and still to come.
func ahead() notify.Visit { return notify.Visit{Status: notify.StatusBooked} }

func TestDecide(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)
	later := now.Add(time.Minute)
	tests := []struct {
		name          string
		kind          notify.Kind
		told, current int // versions of the start
		cancelled     bool
		held          bool
		expires       time.Time
		want          notify.Decision
	}{
		// What is no longer true is not sent.
		{"booked", notify.Booked, 1, 1, false, false, later, notify.Send},
		{"booked, moved since", notify.Booked, 1, 2, false, false, later, notify.Superseded},
		{"booked, cancelled since", notify.Booked, 1, 1, true, false, later, notify.Superseded},
		{"moved", notify.Moved, 2, 2, false, false, later, notify.Send},
		{"moved, moved again", notify.Moved, 2, 3, false, false, later, notify.Superseded},
		{"moved, cancelled since", notify.Moved, 2, 2, true, false, later, notify.Superseded},
		{"cancelled", notify.Cancelled, 2, 2, true, false, later, notify.Send},
		{"cancelled, restored since", notify.Cancelled, 2, 2, false, false, later, notify.Superseded},
		{"cancelled, restored, moved, cancelled again", notify.Cancelled, 2, 3, true, false, later, notify.Superseded},
		{"code", notify.VerificationCode, 0, 0, false, false, later, notify.Send},
		{"offer", notify.Offer, 0, 0, false, true, later, notify.Send},
		{"offer, accepted or declined since", notify.Offer, 0, 1, false, false, later, notify.Superseded},
		// From its expiry on a message isn't sent.
		{"last moment", notify.Booked, 1, 1, false, false, now.Add(1), notify.Send},
		{"exactly at the expiry", notify.Booked, 1, 1, false, false, now, notify.Expired},
		{"code after its expiry", notify.VerificationCode, 0, 0, false, false, now.Add(-1), notify.Expired},
		{"no expiry", notify.Booked, 1, 1, false, false, time.Time{}, notify.Expired},
		{"superseded comes before expired", notify.Booked, 1, 2, false, false, now, notify.Superseded},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := notify.Claimed{
				Facts: notify.Facts{Kind: tt.kind}, Expires: tt.expires,
				StartVersion: tt.told, VisitStart: tt.current, Visit: ahead(),
			}
			if tt.cancelled {
				c.Visit.Status = notify.StatusCancelled
			}
			if tt.held {
				c.Visit.Status = notify.StatusHeld
			}
			if got := notify.Decide(c, now); got != tt.want {
				t.Fatalf("Decide = %s, want %s", got, tt.want)
			}
		})
	}
}

// A delay is told until the visitor is called, a reminder until they come.
func TestDecideInTheHall(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		visit           notify.Visit
		delay, reminder notify.Decision
	}{
		"expected":         {notify.Visit{Status: notify.StatusBooked}, notify.Send, notify.Send},
		"waiting":          {notify.Visit{Status: notify.StatusBooked, Hall: notify.HallWaiting}, notify.Send, notify.Superseded},
		"called, or later": {notify.Visit{Status: notify.StatusBooked, Hall: "called"}, notify.Superseded, notify.Superseded},
	} {
		for kind, want := range map[notify.Kind]notify.Decision{notify.Delayed: tt.delay, notify.Reminder: tt.reminder} {
			c := notify.Claimed{Visit: tt.visit, Expires: now.Add(time.Minute), StartVersion: 1, VisitStart: 1}
			c.Facts.Kind = kind
			if got := notify.Decide(c, now); got != want {
				t.Errorf("%s, %s: %s, want %s", name, kind, got, want)
			}
		}
	}
}

// What is told of a request is true as long as the request stands so.
func TestDecideOnRequests(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)
	visits := map[string]notify.Visit{
		"open":      {Status: notify.StatusRequested},
		"proposed":  {Status: notify.StatusRequested, Proposed: true},
		"declined":  {Status: notify.StatusDeclined},
		"approved":  {Status: notify.StatusBooked},
		"cancelled": {Status: notify.StatusCancelled},
	}
	for kind, stands := range map[notify.Kind]string{
		notify.Requested: "open", notify.Proposed: "proposed", notify.Declined: "declined", notify.Approved: "approved",
	} {
		for name, visit := range visits {
			c := notify.Claimed{Visit: visit, Expires: now.Add(1), StartVersion: 2, VisitStart: 2}
			c.Facts.Kind = kind
			want := notify.Superseded
			if name == stands {
				want = notify.Send
			}
			if got := notify.Decide(c, now); got != want {
				t.Errorf("%s of a request that is %s: %s, want %s", kind, name, got, want)
			}
			c.VisitStart = 3
			if got := notify.Decide(c, now); got != notify.Superseded {
				t.Errorf("%s, another start since: %s, want %s", kind, got, notify.Superseded)
			}
		}
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	b := notify.Backoff{First: 5 * time.Second, Longest: 10 * time.Minute}
	for failures, want := range map[int]time.Duration{
		1: 5 * time.Second, 2: 10 * time.Second, 3: 20 * time.Second, 7: 320 * time.Second,
		8: 10 * time.Minute, 9: 10 * time.Minute, 1 << 30: 10 * time.Minute, 0: 5 * time.Second, -1: 5 * time.Second,
	} {
		if got := b.After(failures); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
}
