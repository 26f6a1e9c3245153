package scheduling_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// Day agrees with a slow model that asks, for one tick at a time, which layer
// decides it.
func TestDayAgreesWithModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		p := drawPlan(t, z, d)
		c, err := scheduling.Compile(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []scheduling.Date{d, d + 1, d} { // with caches cold and warm
			compareWithModel(t, c, p, z, d)
		}
	})
}

func compareWithModel(t *rapid.T, c *scheduling.Calendar, p scheduling.Plan, z *time.Location, d scheduling.Date) {
	t.Helper()
	day := c.Day(d)
	if want := d.At(0, z); !day.Start.Equal(want) {
		t.Fatalf("%s in %s starts at %s, want %s", d, z, day.Start, want)
	}
	open := false
	for tick := -12; tick < 50*12; tick++ {
		want := modelPlaces(p, z, d, day.At(tick))
		open = open || want > 0
		if got := day.Places(tick); got != want {
			t.Fatalf("%s in %s, tick %d (%s): %d places, want %d", d, z, tick, day.At(tick).In(z), got, want)
		}
	}
	if got := c.Explain(d).Open; got != open {
		t.Fatalf("%s in %s: explained as open %v, is %v", d, z, got, open)
	}
}

// modelPlaces reads the layers from the last to the first.
func modelPlaces(p scheduling.Plan, z *time.Location, d scheduling.Date, at time.Time) int {
	if scheduling.DateOf(d.At(0, z), z) != d {
		return 0
	}
	end := at.Add(scheduling.Tick)
	most, added := 0, 0
	for _, o := range modelOpenings(p, d) {
		if d.At(o.From, z).After(at) || d.At(o.To, z).Before(end) {
			continue
		}
		if o.Add {
			added += o.Places
		} else {
			most = max(most, o.Places)
		}
	}
	places := most + added
	for _, c := range p.Closures {
		if c.Start.Before(end) && (c.End.IsZero() || c.End.After(at)) {
			if c.Places == 0 {
				return 0
			}
			places = max(places-c.Places, 0)
		}
	}
	return places
}

func modelOpenings(p scheduling.Plan, d scheduling.Date) []scheduling.Opening {
	for _, h := range p.Hours {
		if h.Date == d {
			return h.Openings
		}
	}
	for _, h := range p.Holidays {
		if h.From <= d && d <= h.Until {
			return nil
		}
	}
	var all []scheduling.Opening
	for _, r := range p.Rules {
		on := r.RRule == "FREQ=DAILY" || r.RRule == "FREQ=DAILY;INTERVAL=2" && (d-r.From)%2 == 0 ||
			r.RRule == "FREQ=WEEKLY" && (d-r.From)%7 == 0
		if on && d >= r.From && (r.Until == 0 || d <= r.Until) {
			all = append(all, r.Openings...)
		}
	}
	return all
}

// drawPlan draws a plan in which much happens around d.
func drawPlan(t *rapid.T, z *time.Location, d scheduling.Date) scheduling.Plan {
	p := scheduling.Plan{Zone: z.String()}
	near := func(name string) scheduling.Date {
		return d + scheduling.Date(rapid.IntRange(-3, 3).Draw(t, name))
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "rules") {
		r := scheduling.Rule{
			RRule: rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY"}).Draw(t, "rrule"),
			From:  d - scheduling.Date(rapid.IntRange(0, 20).Draw(t, "from")), Openings: drawOpenings(t, 1),
		}
		if i > 0 && rapid.Bool().Draw(t, "ends") {
			r.Until = max(near("until"), r.From)
		}
		p.Rules = append(p.Rules, r)
	}
	if rapid.IntRange(0, 3).Draw(t, "holiday") == 0 {
		from := near("holiday from")
		p.Holidays = append(p.Holidays, scheduling.Holiday{From: from, Until: from + scheduling.Date(rapid.IntRange(0, 3).Draw(t, "days"))})
	}
	if rapid.IntRange(0, 3).Draw(t, "hours") == 0 {
		p.Hours = append(p.Hours, scheduling.DayHours{Date: near("date"), Openings: drawOpenings(t, 0)})
	}
	for range rapid.IntRange(0, 3).Draw(t, "closures") {
		c := scheduling.Closure{
			Start:  d.At(0, z).Add(time.Duration(rapid.IntRange(-30*3600, 50*3600).Draw(t, "start")) * time.Second),
			Places: rapid.IntRange(0, 2).Draw(t, "lost"),
		}
		if rapid.IntRange(0, 4).Draw(t, "end") > 0 {
			c.End = c.Start.Add(time.Duration(rapid.IntRange(1, 20*3600_000).Draw(t, "ms")) * time.Millisecond)
		}
		p.Closures = append(p.Closures, c)
	}
	return p
}

func drawOpenings(t *rapid.T, least int) []scheduling.Opening {
	var all []scheduling.Opening
	for range rapid.IntRange(least, 3).Draw(t, "openings") {
		from := rapid.IntRange(0, 1439).Draw(t, "opens")
		all = append(all, scheduling.Opening{
			From: scheduling.WallTime(from), To: scheduling.WallTime(rapid.IntRange(from+1, 2880).Draw(t, "closes")),
			Places: rapid.IntRange(1, 4).Draw(t, "places"), Add: rapid.Bool().Draw(t, "add"),
		})
	}
	return all
}

// The length of an opening is the time that elapses between its two instants,
// also where clocks change.
func TestLengthsAreElapsedTime(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		from := rapid.IntRange(0, 143).Draw(t, "from") * 10
		to := rapid.IntRange(from/10+1, 288).Draw(t, "to") * 10
		o := scheduling.Opening{From: scheduling.WallTime(from), To: scheduling.WallTime(to), Places: 1}
		c, err := scheduling.Compile(scheduling.Plan{Zone: z.String(), Rules: daily(o)})
		if err != nil {
			t.Fatal(err)
		}
		if d < daily(o)[0].From || scheduling.DateOf(d.At(0, z), z) != d {
			return
		}
		day := c.Day(d)
		start, end := d.At(o.From, z), d.At(o.To, z)
		lost := start.Sub(day.Start)%scheduling.Tick != 0 || end.Sub(day.Start)%scheduling.Tick != 0
		want := max(end.Sub(start), 0)
		got := time.Duration(len(day.Open)) * scheduling.Tick
		if got > want || !lost && got != want || got < want-2*scheduling.Tick {
			t.Fatalf("%s %v–%v in %s lasts %v, want %v", d, o.From, o.To, z, got, want)
		}
		if got > 0 && !lost && !day.At(day.First).Equal(start) {
			t.Fatal(fmt.Sprint(day.At(day.First), " is the start, want ", start))
		}
	})
}
