package scheduling_test

import (
	"testing"
	"time"

	"ziyara/scheduling"
)

// office is a plan as real desk groups have: a week in two parts since years
// ago, an evening, 20 holidays and 12 closures.
func office(t testing.TB) scheduling.Plan {
	t.Helper()
	p := scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{
		{RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2017-01-01"), Openings: []scheduling.Opening{
			opens(t, "07:30-12:00", 3), opens(t, "12:30-14:30", 3),
		}},
		{RRule: "FREQ=WEEKLY;BYDAY=TU", From: date(t, "2017-01-01"), Openings: []scheduling.Opening{opens(t, "16:00-19:00", 1)}},
	}}
	for i := range scheduling.Date(20) {
		from := date(t, "2026-02-01") + 30*i
		p.Holidays = append(p.Holidays, scheduling.Holiday{From: from, Until: from + 2})
	}
	for i := range 12 {
		start := instant(t, "2026-01-04T09:00:00Z").AddDate(0, i, 0)
		p.Closures = append(p.Closures, scheduling.Closure{Start: start, End: start.Add(time.Hour), Places: i % 3})
	}
	return p
}

func BenchmarkCompile(b *testing.B) {
	p := office(b)
	for b.Loop() {
		if _, err := scheduling.Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDay(b *testing.B) {
	c := compile(b, office(b))
	d := date(b, "2026-11-24")
	for b.Loop() {
		c.Day(d)
	}
}

func BenchmarkWindow60Days(b *testing.B) {
	c := compile(b, office(b))
	from := date(b, "2026-11-24")
	for b.Loop() {
		for d := from; d < from+60; d++ {
			c.Day(d)
		}
	}
}

func BenchmarkExplain(b *testing.B) {
	c := compile(b, office(b))
	d := date(b, "2026-11-24")
	for b.Loop() {
		c.Explain(d)
	}
}

func BenchmarkImpossibleRule(b *testing.B) {
	for b.Loop() {
		if _, err := scheduling.ParseRRule("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", tuesday, 0); err == nil {
			b.Fatal("accepted")
		}
	}
}
