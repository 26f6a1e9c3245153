package slots_test

import (
	"testing"

	"pgregory.net/rapid"

	"ziyara/scheduling"
	"ziyara/slots"
)

// A ledger day that is reopened has the places of the new day and all that was
// taken, at every tick, whatever the hours were and are.
func TestReopened(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.Int16Range(0, 3), 0, 20)
		ticks := rapid.IntRange(0, 40)
		before := slots.Occupied{First: ticks.Draw(t, "first before"), Used: counts.Draw(t, "used"), Version: 7, Calendar: 3}
		before.Open = make([]int16, len(before.Used))
		day := scheduling.Day{Open: counts.Draw(t, "open")}
		if len(day.Open) > 0 {
			day.First = ticks.Draw(t, "first after")
		}
		after := before.Reopened(day)
		if len(after.Open) != len(after.Used) || after.Open == nil || after.First < 0 ||
			after.Version != before.Version || after.Calendar != before.Calendar {
			t.Fatalf("got %+v", after)
		}
		for tick := range 80 {
			if got, want := countAt(after.First, after.Open, tick), int16(day.Places(tick)); got != want { //nolint:gosec // small
				t.Fatalf("tick %d: %d places, want %d", tick, got, want)
			}
			if got, want := countAt(after.First, after.Used, tick), countAt(before.First, before.Used, tick); got != want {
				t.Fatalf("tick %d: %d taken, want %d", tick, got, want)
			}
		}
	})
}

// countAt returns the count of a tick, 0 outside.
func countAt(first int, counts []int16, tick int) int16 {
	if i := tick - first; i >= 0 && i < len(counts) {
		return counts[i]
	}
	return 0
}
