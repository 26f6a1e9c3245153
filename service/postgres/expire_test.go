package postgres

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lib/pq"
)

// Who shares a sweep gets no less than alone: each day once, and whatever ran
// out by the latest of their moments.
func TestSweepsTogether(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC)
	monday, tuesday := dayKey{1, 7, 739_940}, dayKey{2, 9, 739_941}
	got := together([]*sweep{
		{day: monday, now: now, limit: 10},
		{day: monday, now: now.Add(2 * time.Second), limit: 10},
		{day: tuesday, now: now.Add(time.Second), limit: 10},
		{day: monday, now: now, limit: 10},
	})
	want := sweeps{
		now: now.Add(2 * time.Second), limit: 20,
		branches: pq.Int64Array{1, 2}, groups: pq.Int64Array{7, 9},
		days: pq.StringArray{monday.day.String(), tuesday.day.String()},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(sweeps{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
