package verify_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
	"ziyara/notify/verify"
)

var noon = time.Date(2026, 10, 29, 9, 0, 0, 0, time.UTC) // in Riyadh

func TestAllow(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	count := func(codes int, oldest time.Duration) verify.Count {
		return verify.Count{Codes: codes, Oldest: ago(oldest), Newest: ago(oldest)}
	}
	hour := time.Hour
	for _, c := range []struct {
		name   string
		counts verify.Counts
		want   *verify.LimitError
	}{
		{"first code", verify.Counts{Stranger: true}, nil},
		{
			"within the pause of 60 s",
			verify.Counts{Requester: count(1, 59*time.Second), Mobile: count(1, 59*time.Second)},
			&verify.LimitError{Name: "code-requester", RetryAfter: time.Second, Limit: 5, Window: hour, Remaining: 4, Of: verify.OfMobile},
		},
		{"the pause ends exactly now", verify.Counts{Requester: count(1, time.Minute), Mobile: count(1, time.Minute)}, nil},
		{"somebody else has just asked", verify.Counts{Mobile: count(4, time.Second), Day: count(4, time.Second)}, nil},
		{
			"a clock that is behind lengthens the pause",
			verify.Counts{Requester: count(1, -time.Second)},
			&verify.LimitError{Name: "code-requester", RetryAfter: 61 * time.Second, Limit: 5, Window: hour, Remaining: 4, Of: verify.OfMobile},
		},
		{"fifth code to a mobile from one address", verify.Counts{Requester: verify.Count{Codes: 4, Oldest: ago(50 * time.Minute)}}, nil},
		{
			"no sixth within the hour",
			verify.Counts{Requester: verify.Count{Codes: 5, Oldest: ago(50 * time.Minute)}},
			&verify.LimitError{Name: "code-requester", RetryAfter: 10 * time.Minute, Limit: 5, Window: hour, Of: verify.OfMobile},
		},
		{
			"the hour is nearly over, the pause is not",
			verify.Counts{Requester: verify.Count{Codes: 5, Oldest: ago(hour - time.Second), Newest: ago(time.Second)}},
			&verify.LimitError{Name: "code-requester", RetryAfter: 59 * time.Second, Limit: 5, Window: hour, Of: verify.OfMobile},
		},
		{
			"no ninth from many addresses",
			verify.Counts{Mobile: count(8, 30*time.Minute), Day: count(8, 30*time.Minute)},
			&verify.LimitError{Name: "code-mobile", RetryAfter: 30 * time.Minute, Limit: 8, Window: hour, Of: verify.OfMobile},
		},
		{
			"no thirteenth on a day",
			verify.Counts{Day: count(12, 20*hour)},
			&verify.LimitError{Name: "code-day", RetryAfter: 4 * hour, Limit: 12, Window: 24 * hour, Of: verify.OfMobile},
		},
		{
			"an address from which the mobile was proved has its own share",
			verify.Counts{Known: true, Requester: count(2, 30*time.Minute), Mobile: count(30, time.Minute), Day: count(40, hour)},
			nil,
		},
		{"people behind one address: the 250th", verify.Counts{Stranger: true, Address: count(249, time.Minute)}, nil},
		{
			"no 251st that is not entered",
			verify.Counts{Stranger: true, Address: count(250, 20*time.Minute)},
			&verify.LimitError{Name: "code-address", RetryAfter: 40 * time.Minute, Limit: 250, Window: hour, Of: verify.OfAddress},
		},
		{"a mobile that has proved something passes", verify.Counts{Address: count(250, time.Minute), Network: count(500, time.Minute)}, nil},
		{
			"a network that rotates its addresses",
			verify.Counts{Stranger: true, Network: count(500, 20*time.Minute)},
			&verify.LimitError{Name: "code-network", RetryAfter: 40 * time.Minute, Limit: 500, Window: hour, Of: verify.OfAddress},
		},
		{
			"both: the one that lasts longer",
			verify.Counts{Stranger: true, Requester: count(5, 50*time.Minute), Address: count(250, 20*time.Minute)},
			&verify.LimitError{Name: "code-address", RetryAfter: 40 * time.Minute, Limit: 250, Window: hour, Of: verify.OfAddress},
		},
		{
			"a full window is never let through, whatever the instants",
			verify.Counts{Stranger: true, Address: verify.Count{Codes: 250}},
			&verify.LimitError{Name: "code-address", RetryAfter: hour, Limit: 250, Window: hour, Of: verify.OfAddress},
		},
		{
			"the mobile has had enough messages of other kinds",
			verify.Counts{Sent: slices.Repeat([]time.Time{ago(10 * time.Minute)}, 12)},
			&verify.LimitError{Name: "sms-mobile", RetryAfter: 50 * time.Minute, Limit: 12, Window: hour, Of: verify.OfMobile},
		},
		{"a few of them within minutes don't matter", verify.Counts{Sent: slices.Repeat([]time.Time{ago(time.Second)}, 11)}, nil},
		{
			"the day's codes to strangers are used up",
			verify.Counts{Stranger: true, Today: notify.DayUsage{All: 10_000, Strangers: 10_000}},
			&verify.LimitError{Name: "sms-strangers", RetryAfter: hour, Of: verify.OfStrangers},
		},
		{"not for a mobile that has proved something", verify.Counts{Today: notify.DayUsage{All: 60_000, Strangers: 10_000}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			err := verify.DefaultPolicy().Allow(c.counts, noon)
			var got *verify.LimitError
			if err != nil && !errors.As(err, &got) {
				t.Fatalf("Allow = %v, want a *LimitError", err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Allow (-want +got):\n%s", diff)
			}
		})
	}
}
