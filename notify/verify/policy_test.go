package verify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify/verify"
)

var noon = time.Date(2026, 10, 29, 9, 0, 0, 0, time.UTC) // in Riyadh

func TestAllow(t *testing.T) {
	t.Parallel()
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	for _, c := range []struct {
		name   string
		counts verify.Counts
		want   *verify.LimitError
	}{
		{"first code", verify.Counts{}, nil},
		{
			"within the pause of 60 s",
			verify.Counts{OfMobile: 1, MobileOldest: ago(59 * time.Second), MobileNewest: ago(59 * time.Second)},
			&verify.LimitError{RetryAfter: time.Second, Limit: 5, Remaining: 4},
		},
		{
			"the pause ends exactly now",
			verify.Counts{OfMobile: 1, MobileOldest: ago(time.Minute), MobileNewest: ago(time.Minute)},
			nil,
		},
		{
			"a clock that is behind lengthens the pause",
			verify.Counts{OfMobile: 1, MobileOldest: ago(-time.Second), MobileNewest: ago(-time.Second)},
			&verify.LimitError{RetryAfter: 61 * time.Second, Limit: 5, Remaining: 4},
		},
		{
			"fifth code to a mobile",
			verify.Counts{OfMobile: 4, MobileOldest: ago(50 * time.Minute), MobileNewest: ago(5 * time.Minute)},
			nil,
		},
		{
			"no sixth code within the hour",
			verify.Counts{OfMobile: 5, MobileOldest: ago(50 * time.Minute), MobileNewest: ago(5 * time.Minute)},
			&verify.LimitError{RetryAfter: 10 * time.Minute, Limit: 5},
		},
		{
			"the hour is nearly over, the pause is not",
			verify.Counts{OfMobile: 5, MobileOldest: ago(time.Hour - time.Second), MobileNewest: ago(time.Second)},
			&verify.LimitError{RetryAfter: 59 * time.Second, Limit: 5},
		},
		{
			"people behind one address: the 60th",
			verify.Counts{OfAddress: 59, AddressOldest: ago(time.Minute)},
			nil,
		},
		{
			"no 61st from one address",
			verify.Counts{OfAddress: 60, AddressOldest: ago(20 * time.Minute)},
			&verify.LimitError{RetryAfter: 40 * time.Minute, Limit: 60, OfAddress: true},
		},
		{
			"both: the one that lasts longer",
			verify.Counts{
				OfMobile: 5, MobileOldest: ago(50 * time.Minute), MobileNewest: ago(time.Second),
				OfAddress: 60, AddressOldest: ago(20 * time.Minute),
			},
			&verify.LimitError{RetryAfter: 40 * time.Minute, Limit: 60, OfAddress: true},
		},
		{
			"more than allowed, after the limit was lowered",
			verify.Counts{OfMobile: 9, MobileOldest: ago(50 * time.Minute), MobileNewest: ago(5 * time.Minute)},
			&verify.LimitError{RetryAfter: 10 * time.Minute, Limit: 5},
		},
		{
			"a full window is never let through, whatever the instants",
			verify.Counts{OfAddress: 60},
			&verify.LimitError{RetryAfter: time.Hour, Limit: 60, OfAddress: true},
		},
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
