package slots_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/scheduling"
	"ziyara/slots"
)

// What Free, Why and Check say agrees with a model that asks of every tick of
// the day, one by one, whether a visit could start there.
func TestFreeAgreesWithModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day, used, v, now := drawDay(t)
		var want []slots.Slot
		for tick := -12; tick < 600; tick++ {
			if places := modelPlaces(day, used, v, now, tick); places > 0 {
				want = append(want, slots.Slot{Start: day.At(tick), End: day.At(tick + v.Duration), Places: places})
			}
		}
		got := slots.Free(day, used, v, now)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v at %v: free (-model +got):\n%s", v, now, diff)
		}
		for i, s := range got {
			if i > 0 && !got[i-1].Start.Before(s.Start) {
				t.Errorf("%v follows %v", s.Start, got[i-1].Start)
			}
			if s.Start.Before(now.Add(v.Notice)) || s.Start.After(now.Add(v.Horizon)) {
				t.Errorf("%v is out of reach at %v", s.Start, now)
			}
			if err := v.Check(day, s.Start, now); err != nil {
				t.Errorf("Check(%v) = %v, but it is free", s.Start, err)
			}
		}
	})
}

// Why accounts for every start of the grid once, and Check refuses exactly
// what the calendar and the rules refuse.
func TestWhyAndCheckAgreeWithFree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day, used, v, now := drawDay(t)
		v.GapStep = 0
		free := make(map[time.Time]bool)
		for _, s := range slots.Free(day, used, v, now) {
			free[s.Start] = true
		}
		tally := slots.TallyDay(day, used, v, now)
		if tally.Free != len(free) {
			t.Errorf("Why counts %d free starts, Free returns %d", tally.Free, len(free))
		}
		want := map[slots.Rule]int{}
		for _, o := range day.Openings {
			for tick := o.From + v.Before; tick < o.To; tick += v.Step {
				if free[day.At(tick)] {
					continue
				}
				if rule := broken(v.Check(day, day.At(tick), now)); rule != "" {
					want[rule]++
				} else {
					want[slots.RuleTaken]++
				}
			}
		}
		if diff := cmp.Diff(want, tally.Refused); diff != "" {
			t.Errorf("refused starts (-Check +Why):\n%s", diff)
		}
		// With nothing taken and nothing held back, only Check's rules are left.
		v.HoldBack, v.Places = 0, 1
		free = make(map[time.Time]bool)
		for _, s := range slots.Free(day, nil, v, now) {
			free[s.Start] = true
		}
		for at := day.At(-12); at.Before(day.At(600)); at = at.Add(150 * time.Second) {
			if err := v.Check(day, at, now); (err == nil) != free[at] {
				t.Errorf("Check(%v) = %v, in Free: %v", at, err, free[at])
			}
		}
	})
}

// modelPlaces returns how many parties can start at tick, 0 if none may.
func modelPlaces(day scheduling.Day, used []int16, v slots.Shape, now time.Time, tick int) int {
	tooSoon := func(tick int) bool { return day.At(tick).Before(now.Add(v.Notice)) }
	if tooSoon(tick) || day.At(tick).After(now.Add(v.Horizon)) {
		return 0
	}
	left := func(tick int) int {
		n := day.Places(tick) - v.HoldBack
		if i := tick - day.First; i >= 0 && i < len(used) {
			n -= int(used[i])
		}
		return n
	}
	first, end := tick-v.Before, tick+v.Duration+v.After
	for _, o := range day.Openings {
		if first < o.From || end > o.To {
			continue
		}
		least := 1 << 30
		for t := first; t < end; t++ {
			least = min(least, left(t))
		}
		if least < v.Places {
			return 0
		}
		anchor := o.From
		if v.GapStep > 0 {
			// Back to where this bookable stretch begins.
			anchor = first
			for anchor > o.From && left(anchor-1) >= v.Places && !tooSoon(anchor-1+v.Before) {
				anchor--
			}
			for anchor != o.From && anchor%v.GapStep != 0 {
				anchor++
			}
		}
		if first < anchor || (first-anchor)%v.Step != 0 {
			return 0
		}
		return least / v.Places
	}
	return 0
}

// drawDay draws a date of some calendar, what is taken of it, a visit to look
// for, and when.
func drawDay(t *rapid.T) (day scheduling.Day, used []int16, v slots.Shape, now time.Time) {
	tick := func(low, high int) int { return rapid.IntRange(low, high).Draw(t, "tick") }
	var openings []scheduling.Opening
	for range rapid.IntRange(1, 4).Draw(t, "openings") {
		from := tick(0, 280)
		openings = append(openings, scheduling.Opening{
			From: scheduling.WallTime(5 * from), To: scheduling.WallTime(5 * tick(from+1, min(from+80, 570))),
			Places: rapid.IntRange(1, 4).Draw(t, "places"), Add: rapid.Bool().Draw(t, "add"),
		})
	}
	// A zone whose clocks change on one of the dates.
	zone := rapid.SampledFrom([]string{"Asia/Riyadh", "America/New_York"}).Draw(t, "zone")
	date := scheduling.NewDate(2026, time.November, 1) + scheduling.Date(rapid.IntRange(0, 3).Draw(t, "date"))
	plan := daily(zone, openings)
	for range rapid.IntRange(0, 2).Draw(t, "closures") {
		start := date.Time().Add(time.Duration(tick(-12, 300)) * scheduling.Tick)
		plan.Closures = append(plan.Closures, scheduling.Closure{
			Start: start, End: start.Add(time.Duration(tick(1, 40)) * scheduling.Tick), Places: rapid.IntRange(0, 2).Draw(t, "lost"),
		})
	}
	calendar, err := scheduling.Compile(plan)
	if err != nil {
		t.Fatal(err)
	}
	day = calendar.Day(date)
	// In stretches, as visits are; the ledger may end early, and more may be
	// taken than is still open.
	used = make([]int16, rapid.IntRange(0, len(day.Open)).Draw(t, "ledger"))
	for range rapid.IntRange(0, 8).Draw(t, "taken") {
		if len(used) == 0 {
			break
		}
		from := rapid.IntRange(0, len(used)-1).Draw(t, "from")
		for i := from; i < min(len(used), from+tick(1, 20)); i++ {
			used[i]++
		}
	}
	v = slots.Shape{
		Duration: tick(1, 12), Before: tick(0, 3), After: tick(0, 3), Step: tick(1, 12), GapStep: tick(0, 6),
		Places: rapid.IntRange(1, 3).Draw(t, "party"), HoldBack: rapid.IntRange(0, 2).Draw(t, "held back"),
		Notice: time.Duration(rapid.IntRange(0, 3*3600).Draw(t, "notice")) * time.Second,
	}
	v.Horizon = v.Notice + time.Duration(rapid.IntRange(1, 48*3600).Draw(t, "reach"))*time.Second
	now = day.Start.Add(time.Duration(rapid.IntRange(-30*3600, 30*3600).Draw(t, "now")) * time.Second)
	return day, used, v, now
}
