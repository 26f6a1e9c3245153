package notify_test

import (
	"testing"
	"time"

	"ziyara/notify"
)

// What is optional is left out of a month whose budget is spent, and only
// then; whatever else is wrong is said first.
func TestDecideByBudget(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)
	late := notify.Facts{Kind: notify.Reminder, Lead: 2 * time.Hour}
	for _, tt := range []struct {
		name  string
		facts notify.Facts
		level notify.Level
		edit  func(*notify.Claimed)
		want  notify.Decision
	}{
		{"a survey within the budget", notify.Facts{Kind: notify.Survey}, notify.Within, nil, notify.Send},
		{"a survey after the warning", notify.Facts{Kind: notify.Survey}, notify.Warned, nil, notify.Send},
		{"a survey", notify.Facts{Kind: notify.Survey}, notify.Spent, nil, notify.OverBudget},
		{"the reminder of two hours", late, notify.Spent, nil, notify.OverBudget},
		{"the reminder of a day", notify.Facts{Kind: notify.Reminder, Lead: 24 * time.Hour}, notify.Spent, nil, notify.Send},
		{"a confirmation", notify.Facts{Kind: notify.Booked}, notify.Spent, nil, notify.Send},
		{"a delay", notify.Facts{Kind: notify.Delayed}, notify.Spent, nil, notify.Send},
		{"a closure", notify.Facts{Kind: notify.Closed}, notify.Spent, nil, notify.Send},
		{"news of a case", notify.Facts{Kind: notify.CaseUpdated}, notify.Spent, nil, notify.Send},
		{"moved since", late, notify.Spent, func(c *notify.Claimed) { c.VisitStart = 2 }, notify.Superseded},
		{"cancelled since", notify.Facts{Kind: notify.Survey}, notify.Within, func(c *notify.Claimed) {
			c.Visit.Status = notify.StatusCancelled
		}, notify.Superseded},
		{"too late", late, notify.Spent, func(c *notify.Claimed) { c.Expires = now }, notify.Expired},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := notify.Claimed{Facts: tt.facts, Expires: now.Add(time.Minute), StartVersion: 1, VisitStart: 1, Visit: ahead(), Budget: tt.level}
			if tt.edit != nil {
				tt.edit(&c)
			}
			if got := notify.Decide(c, now); got != tt.want {
				t.Errorf("Decide = %s, want %s", got, tt.want)
			}
		})
	}
}

// A request, a proposal and an offer are told as long as they stand.
func TestDecideByRequest(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)
	open := notify.Visit{Status: notify.StatusRequested}
	proposed := notify.Visit{Status: notify.StatusRequested, Proposed: true}
	declined := notify.Visit{Status: notify.StatusDeclined}
	states := []notify.Visit{ahead(), open, proposed, declined}
	for kind, stands := range map[notify.Kind]notify.Visit{
		notify.Requested: open, notify.Proposed: proposed, notify.Approved: ahead(), notify.Declined: declined,
	} {
		for _, state := range states {
			c := notify.Claimed{Facts: notify.Facts{Kind: kind}, Expires: now.Add(1), Visit: state}
			want := notify.Superseded
			if state == stands {
				want = notify.Send
			}
			if got := notify.Decide(c, now); got != want {
				t.Errorf("%s while the visit is %+v: %s, want %s", kind, state, got, want)
			}
		}
	}
	for status, want := range map[notify.Status]notify.Decision{
		notify.StatusHeld: notify.Send, notify.StatusBooked: notify.Superseded, "released": notify.Superseded,
	} {
		c := notify.Claimed{Facts: notify.Facts{Kind: notify.Offer}, Expires: now.Add(1), Visit: notify.Visit{Status: status}}
		if got := notify.Decide(c, now); got != want {
			t.Errorf("offer of a place that is %s: %s, want %s", status, got, want)
		}
	}
}
