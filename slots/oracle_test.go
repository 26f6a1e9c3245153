package slots_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// oracle returns the starts that a search of the day offers, found the slow
// way: a table of every tick, filled in from the openings as people wrote them
// (not as the calendar compiled them), and a walk over it with a finger on the
// last gap.
func oracle(openings []scheduling.Opening, closed []scheduling.TickSpan, used []int, v slots.Shape, earliest, latest int) []int {
	const day = 48 * 60 / 5
	var left [day]int
	var begins, open [day]bool
	for tick := range day {
		public, added, received := 0, 0, false
		for _, o := range openings {
			if tick < int(o.From)/5 || tick >= int(o.To)/5 || len(o.Services) > 0 && !slices.Contains(o.Services, v.Service) {
				continue
			}
			received = true
			places := o.Places - o.Reserve[string(v.Channel)]
			if o.Add {
				added += places
			} else {
				public = max(public, places)
			}
		}
		all, more := 0, 0
		for _, o := range openings {
			if tick >= int(o.From)/5 && tick < int(o.To)/5 {
				if o.Add {
					more += o.Places
				} else {
					all = max(all, o.Places)
				}
			}
		}
		held := all + more - public - added // for others
		total := all + more
		for _, c := range closed {
			if tick >= c.From && tick < c.To {
				total = 0
			}
		}
		open[tick] = received
		begins[tick] = received && (tick == 0 || !open[tick-1])
		left[tick] = total - held - v.HoldBack - used[tick]
	}
	fits := func(first int) bool {
		for tick := first; tick < first+v.Before+v.Duration+v.After; tick++ {
			if tick >= day || !open[tick] || left[tick] < v.Places {
				return false
			}
		}
		return first+v.Before >= earliest && first+v.Before <= latest
	}
	var found []int
	anchor := -1 // what the grid counts from; -1 in a gap
	for tick := range day {
		switch {
		case begins[tick]:
			anchor = tick
		case !open[tick]:
			anchor = -1
		}
		if v.GapStep > 0 {
			switch {
			case !fits(tick):
				anchor = -1
			case anchor < 0:
				anchor = tick
				for anchor%v.GapStep != 0 {
					anchor++
				}
			}
		}
		if anchor >= 0 && tick >= anchor && (tick-anchor)%v.Step == 0 && fits(tick) {
			found = append(found, tick+v.Before)
		}
	}
	return found
}

// What Free offers is what the oracle finds: with visits of any length and
// buffer, openings for some services only, places kept from a channel,
// closures, notice and horizon, starts on the grid or behind gaps.
func TestFreeAgreesWithOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tick := func(low, high int, label string) int { return rapid.IntRange(low, high).Draw(t, label) }
		var openings []scheduling.Opening
		for range tick(1, 4, "openings") {
			from := tick(0, 280, "from")
			o := scheduling.Opening{
				From: scheduling.WallTime(5 * from), To: scheduling.WallTime(5 * tick(from+1, min(from+90, 575), "to")),
				Places: tick(1, 4, "places"), Add: rapid.Bool().Draw(t, "adds"),
			}
			if rapid.Bool().Draw(t, "for some services") {
				o.Services = rapid.SampledFrom([][]string{{"heirs"}, {"iban"}, {"heirs", "iban"}}).Draw(t, "services")
			}
			if rapid.Bool().Draw(t, "reserved") {
				o.Reserve = map[string]int{"public": tick(0, o.Places, "reserve")}
			}
			openings = append(openings, o)
		}
		plan := daily("Asia/Riyadh", openings)
		var closed []scheduling.TickSpan
		for range tick(0, 2, "closures") {
			from := tick(0, 300, "closed from")
			span := scheduling.TickSpan{From: from, To: from + tick(1, 40, "closed for")}
			closed = append(closed, span)
			plan.Closures = append(plan.Closures, scheduling.Closure{
				Start: midnight.Add(time.Duration(span.From) * scheduling.Tick), End: midnight.Add(time.Duration(span.To) * scheduling.Tick),
			})
		}
		calendar, err := scheduling.Compile(plan)
		if err != nil {
			t.Fatal(err)
		}
		day := calendar.Day(tuesday)
		taken := make([]int, 2*288)
		ledger := make([]int16, len(day.Open))
		for range tick(0, 8, "taken") {
			from, length := tick(0, 555, "taken from"), tick(1, 20, "taken for")
			for i := from; i < from+length; i++ {
				taken[i]++
				if at := i - day.First; at >= 0 && at < len(ledger) {
					ledger[at]++
				}
			}
		}
		v := slots.Shape{
			Duration: tick(1, 12, "duration"), Before: tick(0, 3, "before"), After: tick(0, 3, "after"),
			Step: tick(1, 12, "step"), GapStep: tick(0, 6, "gap step"),
			Places: tick(1, 3, "party"), HoldBack: tick(0, 2, "held back"),
			Service: rapid.SampledFrom([]string{"heirs", "iban", "other"}).Draw(t, "service"),
			Channel: rapid.SampledFrom([]catalog.Channel{catalog.Public, catalog.Agent}).Draw(t, "channel"),
		}
		earliest, latest := tick(-10, 300, "earliest"), tick(0, 600, "latest")
		now := day.At(-300)
		v.Notice, v.Horizon = day.At(earliest).Sub(now), day.At(latest).Sub(now)

		want := oracle(openings, closed, taken, v, earliest, latest)
		var got []int
		for _, s := range slots.Free(day, ledger, v, now) {
			got = append(got, int(s.Start.Sub(day.Start)/scheduling.Tick))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%+v: starts (-oracle +Free):\n%s", v, diff)
		}
	})
}

// With starts behind every gap, no stretch that is free for as long as the
// visit takes is left without a start in it: time is not wasted.
func TestGapsAreNotWasted(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day, used, v, now := drawDay(t)
		v.GapStep = 1 // a tick
		length := v.Before + v.Duration + v.After
		offered := make(map[int]bool) // ticks at which a place may begin
		for _, s := range slots.Free(day, used, v, now) {
			offered[int(s.Start.Sub(day.Start)/scheduling.Tick)-v.Before] = true
		}
		free := func(tick int) bool {
			n := day.Places(tick) - v.HoldBack
			if i := tick - day.First; i >= 0 && i < len(used) {
				n -= int(used[i])
			}
			return n >= v.Places
		}
		for _, o := range day.Openings {
			for from := o.From; from < o.To; from++ {
				to := from
				for to < o.To && free(to) {
					to++
				}
				// As far as notice and horizon go.
				first, last := from, to-length
				for first <= last && day.At(first+v.Before).Before(now.Add(v.Notice)) {
					first++
				}
				for last >= first && day.At(last+v.Before).After(now.Add(v.Horizon)) {
					last--
				}
				if first <= last && !offered[first] {
					t.Fatalf("%+v: ticks %d to %d are free, but no place begins at %d", v, from, to, first)
				}
				from = max(from, to)
			}
		}
	})
}
