package reports_test

import (
	"strconv"
	"sync"
	"testing"

	"ziyara/catalog"
	"ziyara/reports"
)

// What is counted at once, taken, and given back because it could not be kept,
// is taken the next time, with what came meanwhile.
func TestCounterLosesNothing(t *testing.T) {
	t.Parallel()
	var c reports.Counter
	a := reports.Asked{Day: day(t, "2026-11-22"), Service: "refund", Branch: "riyadh", Channel: catalog.Public, Outcome: reports.EmptySearch}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				c.Add(a)
			}
		})
	}
	all.Wait()
	taken := c.Take()
	if taken[a] != 800 || len(c.Take()) != 0 {
		t.Fatalf("taken %v, want 800 once", taken)
	}
	c.Add(a)
	c.Return(taken)
	if got := c.Take()[a]; got != 801 {
		t.Errorf("got %d, want 801", got)
	}
	var none *reports.Counter
	none.Add(a)
}

// A store that is out of reach for long does not fill the memory.
func TestCounterIsBounded(t *testing.T) {
	t.Parallel()
	var c reports.Counter
	for i := range 100_010 {
		c.Add(reports.Asked{Day: day(t, "2026-11-22"), Service: strconv.Itoa(i), Outcome: reports.EmptySearch})
	}
	if got := len(c.Take()); got != 100_000 {
		t.Errorf("%d kinds are counted, want 100,000", got)
	}
}
