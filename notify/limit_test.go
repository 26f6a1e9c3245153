package notify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/limits"
	"ziyara/notify"
	"ziyara/texts"
)

var limitNow = time.Date(2026, time.November, 15, 9, 0, 0, 0, time.UTC)

// ago returns instants so many seconds before limitNow.
func ago(seconds ...int) (list []time.Time) {
	for _, s := range seconds {
		list = append(list, limitNow.Add(-time.Duration(s)*time.Second))
	}
	return list
}

func TestRoom(t *testing.T) {
	t.Parallel()
	caps := notify.Caps{{2, time.Minute}, {3, time.Hour}}
	for _, c := range []struct {
		name string
		sent []time.Time
		want int // seconds from now; 0 for at once
	}{
		{"the first", nil, 0},
		{"room for one", ago(5), 0},
		{"a full minute", ago(50, 5), 10},
		{"in any order", ago(5, 50), 10},
		{"the minute ends now", ago(60, 5), 0},
		{"a full hour", ago(3000, 120, 5), 600},
		{"both: the one that lasts longer", ago(3590, 50, 5), 10},
		{"more than allowed, after a cap was lowered", ago(3599, 3000, 2000, 1000), 600},
	} {
		var got time.Duration
		if room := caps.Room(c.sent, limitNow); !room.IsZero() {
			got = room.Sub(limitNow)
		}
		if got != time.Duration(c.want)*time.Second {
			t.Errorf("%s: %v, want %d s", c.name, got, c.want)
		}
	}
}

// However messages are asked for, none of the caps is exceeded if each waits for room.
func TestRoomKeepsTheCaps(t *testing.T) {
	t.Parallel()
	caps := notify.LimitsOf(limits.Default()).Caps
	rapid.Check(t, func(t *rapid.T) {
		now := limitNow
		var sent []time.Time
		for range rapid.IntRange(1, 80).Draw(t, "messages") {
			now = now.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "pause")) * time.Second)
			if room := caps.Room(sent, now); !room.IsZero() {
				now = room
			}
			sent = append(sent, now)
			for _, c := range caps {
				n := 0
				for _, at := range sent {
					if at.After(now.Add(-c.Within)) {
						n++
					}
				}
				if n > c.Most {
					t.Fatalf("%d messages within %v", n, c.Within)
				}
			}
		}
	})
}

// What goes over a cap waits, goes all the same or falls, by its kind: never a closure.
func TestLimitsDecide(t *testing.T) {
	t.Parallel()
	bounds := notify.Limits{
		Caps: notify.Caps{{2, time.Minute}},
		Day:  notify.Day{All: notify.Budget{Segments: 100}, Strangers: notify.Budget{Segments: 10}},
	}
	full, calledOff := ago(20, 10), texts.Text{AR: "صيانة", EN: "Maintenance"}
	states := map[notify.Kind]notify.Visit{
		notify.Requested: {Status: notify.StatusRequested}, notify.Proposed: {Status: notify.StatusRequested, Proposed: true},
		notify.Declined: {Status: notify.StatusDeclined}, notify.Cancelled: {Status: notify.StatusCancelled},
		notify.Offer: {Status: notify.StatusHeld},
	}
	for _, c := range []struct {
		name     string
		kind     notify.Kind
		sent     []time.Time
		today    notify.DayUsage
		stranger bool
		reason   texts.Text
		expires  int // seconds from now
		medium   notify.Medium
		want     notify.Decision
	}{
		{name: "room", kind: notify.Moved, sent: ago(20), want: notify.Send},
		{name: "a move", kind: notify.Moved, sent: full, want: notify.Crowded},
		{name: "a booking", kind: notify.Booked, sent: full, want: notify.Crowded},
		{name: "a request", kind: notify.Requested, sent: full, want: notify.Crowded},
		{name: "an approval", kind: notify.Approved, sent: full, want: notify.Crowded},
		{name: "a reminder", kind: notify.Reminder, sent: full, want: notify.Crowded},
		{name: "news of a case", kind: notify.CaseUpdated, sent: full, want: notify.Crowded},
		{name: "cancelled by the visitor", kind: notify.Cancelled, sent: full, want: notify.Crowded},
		{name: "called off by the centre", kind: notify.Cancelled, sent: full, reason: calledOff, want: notify.Send},
		{name: "a closure", kind: notify.Closed, sent: full, want: notify.Send},
		{name: "a refusal", kind: notify.Declined, sent: full, want: notify.Send},
		{name: "a proposal", kind: notify.Proposed, sent: full, want: notify.Send},
		{name: "a delay", kind: notify.Delayed, sent: full, want: notify.Send},
		{name: "an offer", kind: notify.Offer, sent: full, want: notify.Send},
		{name: "a code: bounded where it is asked for", kind: notify.VerificationCode, sent: full, want: notify.Send},
		{name: "a survey", kind: notify.Survey, sent: full, want: notify.OverCap},
		{name: "too late after the wait", kind: notify.Moved, sent: full, expires: 40, want: notify.OverCap},
		{name: "by e-mail", kind: notify.Moved, sent: full, medium: notify.Email, want: notify.Send},

		{
			name: "a stranger's code within the day",
			kind: notify.VerificationCode, stranger: true, today: notify.DayUsage{All: 99, Strangers: 9}, want: notify.Send,
		},
		{
			name: "too many codes to strangers",
			kind: notify.VerificationCode, stranger: true, today: notify.DayUsage{Strangers: 10}, want: notify.Stopped,
		},
		{
			name: "a day that is spent stops strangers",
			kind: notify.VerificationCode, stranger: true, today: notify.DayUsage{All: 100}, want: notify.Stopped,
		},
		{name: "and surveys, already at four fifths", kind: notify.Survey, today: notify.DayUsage{All: 80}, want: notify.Stopped},
		{
			name: "not codes to numbers that are proved",
			kind: notify.VerificationCode, today: notify.DayUsage{All: 900, Strangers: 900}, want: notify.Send,
		},
		{name: "not closures", kind: notify.Closed, today: notify.DayUsage{All: 900}, want: notify.Send},
		{name: "not confirmations", kind: notify.Booked, today: notify.DayUsage{All: 900}, want: notify.Send},
		{name: "not reminders", kind: notify.Reminder, today: notify.DayUsage{All: 900}, want: notify.Send},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			visit, ok := states[c.kind]
			if !ok {
				visit = ahead()
			}
			if c.expires == 0 {
				c.expires = 3600
			}
			claimed := notify.Claimed{
				Facts: notify.Facts{Kind: c.kind, Reason: c.reason, Lead: 24 * time.Hour}, Visit: visit, Medium: c.medium,
				Expires: limitNow.Add(time.Duration(c.expires) * time.Second), Sent: c.sent, Today: c.today, Stranger: c.stranger,
			}
			got, until := bounds.Decide(claimed, limitNow)
			if got != c.want || got == notify.Crowded && !until.Equal(limitNow.Add(40*time.Second)) {
				t.Errorf("%s until %v, want %s", got, until, c.want)
			}
			if got, _ := (notify.Limits{}).Decide(claimed, limitNow); got != notify.Send {
				t.Errorf("without limits: %s", got)
			}
		})
	}
}
