package privacy_test

import (
	"testing"
	"time"

	"ziyara/privacy"
)

// A visit keeps its person until nobody can still be in the hall for it.
func TestOngoing(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name string
		open bool
		end  time.Time
		want bool
	}{
		{"to come", true, now.Add(time.Hour), true},
		{"ended just now", true, now.Add(-time.Minute), true},
		{"ended a day ago, to the second", true, now.Add(-privacy.HallCloses), false},
		{"ended a moment later than that", true, now.Add(-privacy.HallCloses + time.Second), true},
		{"cancelled, to come", false, now.Add(time.Hour), false},
	} {
		if got := privacy.Ongoing(tt.open, tt.end, now); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.name, got, tt.want)
		}
	}
}
