package notify_test

import (
	"fmt"
	"testing"
	"time"

	"ziyara/notify"
	"ziyara/texts"
)

// A coordinator reads in both languages why a message reached no one, whatever
// the gateway said.
func TestWhyAMessageReachedNoOne(t *testing.T) {
	t.Parallel()
	said := func(err error) string { return fmt.Errorf("smpp: gate: %w: status 11", err).Error() }
	for _, test := range []struct {
		name          string
		state, reason string
		receipt       time.Time
		want          string // key of the text; "" for none
	}{
		{"it waits", "queued", "quiet hours", time.Time{}, ""},
		{"it was accepted", "accepted", "", time.Time{}, ""},
		{"it has arrived", "delivered", "", time.Unix(1, 0), ""},
		{"no such number", "failed", said(notify.ErrRecipient), time.Time{}, "recipient"},
		{"refused", "failed", said(notify.ErrPermanent), time.Time{}, "refused"},
		{"the gateway was away until it was too late", "failed", said(notify.ErrTemporary), time.Time{}, "unavailable"},
		{"the gateway was busy", "failed", (&notify.BusyError{Err: notify.ErrTemporary}).Error(), time.Time{}, "unavailable"},
		{"the answer was lost", "failed", said(notify.ErrUncertain), time.Time{}, "uncertain"},
		{"too late", "failed", string(notify.Expired), time.Time{}, "too_late"},
		{"a failure that no one has foreseen", "failed", "panic", time.Time{}, "unknown"},
		{"a receipt", "failed", "", time.Unix(1, 0), "rejected"},
		{"a receipt that it expired", "expired", "", time.Unix(1, 0), "rejected"},
		{"the visit has moved since", "dropped", string(notify.Superseded), time.Time{}, "untrue"},
		{"dropped too late", "dropped", string(notify.Expired), time.Time{}, "too_late"},
		{"too many to the number", "dropped", string(notify.OverCap), time.Time{}, "cap"},
		{"the day's money is spent", "dropped", string(notify.Stopped), time.Time{}, "stopped"},
		{"abroad", "failed", "no text messages to the country of the mobile", time.Time{}, "country"},
		{"over the budget", "dropped", string(notify.OverBudget), time.Time{}, "budget"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var want texts.Text
			if test.want != "" {
				want = texts.Staff("undelivered." + test.want)
			}
			if got := (notify.Record{State: test.state, Reason: test.reason, Receipt: test.receipt}).Why(); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
