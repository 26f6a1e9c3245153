package scheduling_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// Day agrees with a slow model that looks for the deciding layer of one tick at
// a time.
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
		for _, d := range []scheduling.Date{d, d + 1, d} { // with cold and warm caches
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
		t.Fatalf("%s in %s: explained as open: %v, is open: %v", d, z, got, open)
	}
}

// modelPlaces goes through the layers from the last to the first.
func modelPlaces(p scheduling.Plan, z *time.Location, d scheduling.Date, at time.Time) int {
	if scheduling.DateOf(d.At(0, z), z) != d {
		return 0
	}
	end := at.Add(scheduling.Tick)
	most, added := 0, 0
	for _, o := range modelOpenings(p, d) {
		if !modelOpen(o, z, d, at, end) {
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

// modelOpen reports whether the whole of [at, end) is inside the opening and
// outside its breaks.
func modelOpen(o scheduling.Opening, z *time.Location, d scheduling.Date, at, end time.Time) bool {
	for _, b := range o.Breaks {
		from, to := d.At(b.From, z), d.At(b.To, z)
		if from.Before(to) && from.Before(end) && to.After(at) {
			return false
		}
	}
	return !d.At(o.From, z).After(at) && !d.At(o.To, z).Before(end)
}

func modelOpenings(p scheduling.Plan, d scheduling.Date) []scheduling.Opening {
	openings := modelOrdinary(p, d)
	for _, h := range p.Hours {
		if h.Date == d && !h.Extra {
			openings = h.Openings
		}
	}
	openings = slices.Clip(openings)
	for _, h := range p.Hours {
		if h.Date == d && h.Extra {
			openings = append(openings, h.Openings...)
		}
	}
	return openings
}

// modelOrdinary applies rules, seasons and holidays.
func modelOrdinary(p scheduling.Plan, d scheduling.Date) []scheduling.Opening {
	for _, h := range p.Holidays {
		if h.From <= d && d <= h.Until && !slices.Contains(p.StaysOpen, h.Slug) {
			return nil
		}
	}
	openings, worked := modelRules(p.Rules, d)
	for _, s := range p.Seasons {
		if !slices.ContainsFunc(s.Dates, func(in scheduling.DateSpan) bool { return in.From <= d && d <= in.Until }) {
			continue
		}
		openings = nil
		if worked {
			openings = slices.Clip(s.Openings)
		}
		more, _ := modelRules(s.Rules, d)
		openings = append(openings, more...)
	}
	return openings
}

func modelRules(rules []scheduling.Rule, d scheduling.Date) (all []scheduling.Opening, some bool) {
	for _, r := range rules {
		on := r.RRule == "FREQ=DAILY" || r.RRule == "FREQ=DAILY;INTERVAL=2" && (d-r.From)%2 == 0 ||
			r.RRule == "FREQ=WEEKLY" && (d-r.From)%7 == 0
		on = on && d >= r.From && (r.Until == 0 || d <= r.Until)
		if (on || slices.Contains(r.Also, d)) && !slices.Contains(r.Except, d) {
			all, some = append(all, r.Openings...), true
		}
	}
	return all, some
}

// drawPlan draws a plan with much going on around d.
func drawPlan(t *rapid.T, z *time.Location, d scheduling.Date) scheduling.Plan {
	p := scheduling.Plan{Zone: z.String()}
	near := func(name string) scheduling.Date {
		return d + scheduling.Date(rapid.IntRange(-3, 3).Draw(t, name))
	}
	span := func(name string) scheduling.DateSpan {
		from := near(name + " from")
		return scheduling.DateSpan{From: from, Until: from + scheduling.Date(rapid.IntRange(0, 3).Draw(t, name+" days"))}
	}
	rare := func(name string) bool { return rapid.IntRange(0, 3).Draw(t, name) == 0 }
	p.Rules = drawRules(t, d, near, rapid.IntRange(0, 3).Draw(t, "rules"))
	for range rapid.IntRange(0, 2).Draw(t, "seasons") {
		season := scheduling.Season{When: scheduling.When{Dates: []scheduling.DateSpan{span("season")}}, Openings: drawOpenings(t, 1)}
		if rare("season rules") {
			season.Rules = drawRules(t, d, near, 1)
		}
		p.Seasons = append(p.Seasons, season)
	}
	if rare("holiday") {
		in := span("holiday")
		p.Holidays = append(p.Holidays, scheduling.Holiday{Slug: "eid", From: in.From, Until: in.Until})
		if rare("stays open") {
			p.StaysOpen = []string{"eid"}
		}
	}
	if rare("hours") {
		p.Hours = append(p.Hours, scheduling.DayHours{Date: near("date"), Openings: drawOpenings(t, 0)})
	}
	if rare("extra") {
		p.Hours = append(p.Hours, scheduling.DayHours{Date: near("extra date"), Extra: true, Openings: drawOpenings(t, 1)})
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

// drawRules draws rules that began at most 20 days before d.
func drawRules(t *rapid.T, d scheduling.Date, near func(string) scheduling.Date, n int) []scheduling.Rule {
	var rules []scheduling.Rule
	for i := range n {
		r := scheduling.Rule{
			RRule: rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY"}).Draw(t, "rrule"),
			From:  d - scheduling.Date(rapid.IntRange(0, 20).Draw(t, "from")), Openings: drawOpenings(t, 1),
		}
		if i > 0 && rapid.Bool().Draw(t, "ends") {
			r.Until = max(near("until"), r.From)
		}
		for range rapid.IntRange(0, 2).Draw(t, "dates") {
			r.Also, r.Except = append(r.Also, near("also")), append(r.Except, near("except"))
		}
		rules = append(rules, r)
	}
	return rules
}

func drawOpenings(t *rapid.T, least int) []scheduling.Opening {
	var all []scheduling.Opening
	for range rapid.IntRange(least, 3).Draw(t, "openings") {
		from := rapid.IntRange(0, 1439).Draw(t, "opens")
		to := rapid.IntRange(from+1, 2880).Draw(t, "closes")
		o := scheduling.Opening{
			From: scheduling.WallTime(from), To: scheduling.WallTime(to),
			Places: rapid.IntRange(1, 4).Draw(t, "places"), Add: rapid.Bool().Draw(t, "add"),
		}
		for at := from; to-at > 20 && rapid.IntRange(0, 2).Draw(t, "break") == 0; {
			starts := rapid.IntRange(at+1, to-2).Draw(t, "break from")
			at = rapid.IntRange(starts+1, to-1).Draw(t, "break to")
			o.Breaks = append(o.Breaks, scheduling.Break{From: scheduling.WallTime(starts), To: scheduling.WallTime(at)})
		}
		all = append(all, o)
	}
	return all
}

// The length of an opening is the time that elapses between its two instants,
// even where clocks change.
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
