package scheduling_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// hours returns how many hours each date of [from, from+n) is open.
func hours(c *scheduling.Calendar, from scheduling.Date, n int) []float64 {
	var list []float64
	for d := from; d < from+scheduling.Date(n); d++ {
		ticks := 0
		for _, places := range c.Day(d).Open {
			if places > 0 {
				ticks++
			}
		}
		list = append(list, float64(ticks)/12)
	}
	return list
}

// RDATE adds dates inside or outside the span of the rule. EXDATE removes
// dates, also those of RDATE (RFC 5545, sections 3.8.5.1 and 3.8.5.2).
func TestSingleDatesOfRules(t *testing.T) {
	t.Parallel()
	monday := date(t, "2026-11-23")
	rule := scheduling.Rule{
		RRule: "FREQ=WEEKLY;BYDAY=MO,WE", From: monday, Until: monday + 6,
		Openings: []scheduling.Opening{opens(t, "08:00-10:00", 1)},
		Also:     []scheduling.Date{monday + 9, monday + 1, monday - 2, monday + 4},
		Except:   []scheduling.Date{monday + 4, monday},
	}
	c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{rule}})
	want := []float64{2, 0, 0, 2, 2, 0, 0, 0, 0, 0, 0, 2} // from Saturday
	if diff := cmp.Diff(want, hours(c, monday-2, 12)); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}

	rule.RRule, rule.Except = "", nil
	c = compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{rule}})
	want = []float64{2, 0, 0, 2, 0, 0, 2, 0, 0, 0, 0, 2}
	if diff := cmp.Diff(want, hours(c, monday-2, 12)); diff != "" {
		t.Errorf("hours of single dates (-want +got):\n%s", diff)
	}
}

// Ten thousand single dates are accepted, one more is rejected.
func TestSingleDatesAreBounded(t *testing.T) {
	t.Parallel()
	first := date(t, "2000-01-01")
	rule := scheduling.Rule{RRule: "FREQ=DAILY", From: first, Openings: []scheduling.Opening{opens(t, "08:00-10:00", 1)}}
	for i := range scheduling.Date(10_000) {
		rule.Except = append(rule.Except, first+2*i)
	}
	plan := scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{rule}}
	c := compile(t, plan)
	if diff := cmp.Diff([]float64{0, 2, 0, 2}, hours(c, first+2*9_998, 4)); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
	plan.Rules[0].Except = append(plan.Rules[0].Except, first+1)
	if _, err := scheduling.Compile(plan); !errors.Is(err, scheduling.ErrMany) {
		t.Errorf("got %v, want %v", err, scheduling.ErrMany)
	}
}

// A break splits an opening, and starts are counted anew after it.
func TestBreaks(t *testing.T) {
	t.Parallel()
	opening := opens(t, "08:00-14:00", 2)
	opening.Breaks = []scheduling.Break{
		{From: clock(t, "12:30"), To: clock(t, "13:00")}, {From: clock(t, "10:10"), To: clock(t, "10:25")},
	}
	c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opening)})
	day := c.Day(date(t, "2026-11-24"))
	want := []scheduling.TickSpan{{From: 96, To: 122}, {From: 125, To: 150}, {From: 156, To: 168}}
	if diff := cmp.Diff(want, day.Openings); diff != "" {
		t.Errorf("openings (-want +got):\n%s", diff)
	}
	for _, b := range []scheduling.Break{
		{From: clock(t, "07:30"), To: clock(t, "08:30")}, {From: clock(t, "13:30"), To: clock(t, "14:30")},
		{From: clock(t, "09:00"), To: clock(t, "09:00")}, {From: clock(t, "08:00"), To: clock(t, "14:00")},
	} {
		opening.Breaks = []scheduling.Break{b}
		if _, err := scheduling.Compile(scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opening)}); !errors.Is(err, scheduling.ErrBreak) {
			t.Errorf("break %v to %v: got %v, want %v", b.From, b.To, err, scheduling.ErrBreak)
		}
	}
}

// Extra hours add to what the date has: nothing on a holiday, the rules on a
// working day.
func TestExtraHours(t *testing.T) {
	t.Parallel()
	d := date(t, "2026-11-24")
	plan := scheduling.Plan{
		Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-10:00", 1)),
		Holidays: []scheduling.Holiday{{Name: scheduling.Text{AR: "عطلة", EN: "Holiday"}, From: d + 1, Until: d + 1}},
	}
	for _, at := range []scheduling.Date{d, d + 1} {
		plan.Hours = append(plan.Hours, scheduling.DayHours{Date: at, Extra: true, Openings: []scheduling.Opening{opens(t, "16:00-17:00", 1)}})
	}
	if diff := cmp.Diff([]float64{3, 1, 2}, hours(compile(t, plan), d, 3)); diff != "" {
		t.Errorf("hours (-want +got):\n%s", diff)
	}
}

// Ramadan moves through the Gregorian year. Its hours apply on the dates on
// which the rules open.
func TestSeasons(t *testing.T) {
	t.Parallel()
	week := []scheduling.Rule{{
		RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2020-01-01"),
		Openings: []scheduling.Opening{opens(t, "07:30-14:30", 1)},
	}}
	ramadan := scheduling.Season{
		Name: scheduling.Text{AR: "رمضان", EN: "Ramadan"},
		When: scheduling.When{Hijri: &scheduling.YearSpan{
			From: scheduling.MonthDay{Month: 9, Day: 1}, Until: scheduling.MonthDay{Month: 9, Day: 30}}},
		Openings: []scheduling.Opening{opens(t, "10:00-15:00", 1)},
	}
	for _, tc := range []struct {
		name   string
		change func(*scheduling.Plan)
		from   string
		want   []float64
	}{
		{"begins on Monday 8 February 2027", nil, "2027-02-07", []float64{7, 5, 5, 5, 5, 0, 0, 5}},
		{"ends on Tuesday 9 March 2027, the 30th", nil, "2027-03-07", []float64{5, 5, 7, 7, 7, 0, 0, 7}},
		{"the year before", nil, "2026-02-17", []float64{7, 5, 5, 0, 0, 5}},
		{"announced a day later", func(p *scheduling.Plan) {
			p.Seasons[0].Announced = []scheduling.Announced{{Year: 1448, From: date(t, "2027-02-09"), Until: date(t, "2027-03-09")}}
		}, "2027-02-07", []float64{7, 7, 5, 5, 5, 0, 0, 5}},
		{"a season with days of its own", func(p *scheduling.Plan) {
			p.Seasons[0].Openings = nil
			p.Seasons[0].Rules = []scheduling.Rule{{
				RRule: "FREQ=WEEKLY;BYDAY=SA", From: date(t, "2020-01-01"), Openings: []scheduling.Opening{opens(t, "20:00-23:00", 1)},
			}}
		}, "2027-02-07", []float64{7, 0, 0, 0, 0, 0, 3, 0}},
		{"a Gregorian season across New Year", func(p *scheduling.Plan) {
			p.Seasons[0].When = scheduling.When{Yearly: &scheduling.YearSpan{
				From: scheduling.MonthDay{Month: 12, Day: 31}, Until: scheduling.MonthDay{Month: 1, Day: 3}}}
		}, "2026-12-30", []float64{7, 5, 0, 0, 5, 7}},
		{"the last of two seasons counts", func(p *scheduling.Plan) {
			late := ramadan
			late.When = scheduling.When{Dates: []scheduling.DateSpan{{From: date(t, "2027-02-10"), Until: date(t, "2027-02-10")}}}
			late.Openings = []scheduling.Opening{opens(t, "10:00-12:00", 1)}
			p.Seasons = append(p.Seasons, late)
		}, "2027-02-08", []float64{5, 5, 2, 5}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			plan := scheduling.Plan{Zone: "Asia/Riyadh", Rules: week, Seasons: []scheduling.Season{ramadan}}
			if tc.change != nil {
				tc.change(&plan)
			}
			c := compile(t, plan)
			if diff := cmp.Diff(tc.want, hours(c, date(t, tc.from), len(tc.want))); diff != "" {
				t.Errorf("hours (-want +got):\n%s", diff)
			}
		})
	}
}

// Reserved places and openings for some services only are held back from
// others.
func TestDayFor(t *testing.T) {
	t.Parallel()
	reserved := opens(t, "08:00-09:00", 3)
	reserved.Reserve = map[string]int{"public": 1}
	special := adds(t, "08:30-09:30", 2)
	special.Services = []string{"heirs"}
	c := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(reserved, special)})
	day := c.Day(date(t, "2026-11-24"))
	for _, tc := range []struct {
		service, channel string
		want             []int // places at 8:00 am, 08:30, 09:00
	}{
		{"heirs", "public", []int{2, 4, 2}},
		{"heirs", "agent", []int{3, 5, 2}},
		{"other", "public", []int{2, 2, 0}},
		{"other", "agent", []int{3, 3, 0}},
	} {
		seen := day.For(tc.service, tc.channel)
		var got []int
		for _, tick := range []int{96, 102, 108} {
			got = append(got, seen.Places(tick)-seen.HeldBack(tick))
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s over %s: %v places, want %v", tc.service, tc.channel, got, tc.want)
		}
	}
	plain := compile(t, scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-09:00", 3))}).Day(date(t, "2026-11-24"))
	if got := plain.For("heirs", "public").HeldBack(96); got != 0 {
		t.Errorf("%d places are held back without a restriction", got)
	}
	reserved.Reserve["public"] = 4
	if _, err := scheduling.Compile(scheduling.Plan{Zone: "Asia/Riyadh", Rules: daily(reserved)}); !errors.Is(err, scheduling.ErrReserve) {
		t.Errorf("reserve of four out of three places: got %v, want %v", err, scheduling.ErrReserve)
	}
}

// Calendars from one Compiler share data and give the same answers as one
// compiled alone.
func TestCompilerShares(t *testing.T) {
	t.Parallel()
	plan := office(t)
	var compiler scheduling.Compiler
	for range 3 {
		shared, err := compiler.Compile(plan)
		if err != nil {
			t.Fatal(err)
		}
		alone := compile(t, plan)
		for d := date(t, "2026-01-01"); d < date(t, "2027-01-01"); d++ {
			if got, want := shared.Day(d), alone.Day(d); !slices.Equal(got.Open, want.Open) || got.First != want.First || got.Start != want.Start {
				t.Fatalf("%s: got %d places from %d, want %d from %d", d, got.Open, got.First, want.Open, want.First)
			}
		}
		plan.Rules[0].Openings[0].To += scheduling.WallTime(30 * time.Minute / time.Minute)
	}
}

// Each layer tells its effect on the date, and whether it still holds.
func TestExplainSeasonsAndExtraHours(t *testing.T) {
	t.Parallel()
	d := date(t, "2027-02-08")
	name := func(en string) scheduling.Text { return scheduling.Text{AR: "اسم", EN: en} }
	broken := opens(t, "10:00-15:00", 2)
	broken.Breaks = []scheduling.Break{{From: clock(t, "12:00"), To: clock(t, "12:30")}}
	c := compile(t, scheduling.Plan{
		Zone: "Asia/Riyadh", Rules: daily(opens(t, "08:00-14:00", 2)),
		Seasons: []scheduling.Season{{
			Name: name("Ramadan"), Openings: []scheduling.Opening{broken},
			When: scheduling.When{Dates: []scheduling.DateSpan{{From: d, Until: d + 1}}},
		}},
		Holidays:  []scheduling.Holiday{{Slug: "a", Name: name("Holiday"), From: d, Until: d + 1}},
		StaysOpen: []string{"a"},
		Hours: []scheduling.DayHours{
			{Date: d, Reason: name("Late"), Extra: true, Openings: []scheduling.Opening{opens(t, "20:00-21:00", 1)}},
		},
	})
	type layer struct {
		Kind    scheduling.LayerKind
		Effect  string
		Decided bool
	}
	var got []layer
	for _, l := range c.Explain(d).Layers {
		got = append(got, layer{l.Kind, l.Effect.EN, l.Decided})
	}
	want := []layer{
		{scheduling.LayerRule, "Opens from 8:00 am to 2:00 pm, 2 places.", false},
		{scheduling.LayerSeason,
			"Opens from 10:00 am to 3:00 pm, 2 places, with a break from 12:00 pm to 12:30 pm, instead of the usual hours.", true},
		{scheduling.LayerHoliday, "Stays open on this holiday.", false},
		{scheduling.LayerExtra, "Also opens from 8:00 pm to 9:00 pm, 1 place.", true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("layers (-want +got):\n%s", diff)
	}
}
