package scheduling_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"ziyara/scheduling"
)

// office is a plan like that of real desk groups: a week in two parts that
// began years ago, an evening, Ramadan, 20 holidays and 12 closures.
func office(t testing.TB) scheduling.Plan { return officeSince(t, "2017-01-01") }

func officeSince(t testing.TB, since string) scheduling.Plan {
	t.Helper()
	p := scheduling.Plan{
		Zone: "Asia/Riyadh",
		Rules: []scheduling.Rule{
			{RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, since), Openings: []scheduling.Opening{
				opens(t, "07:30-12:00", 3), opens(t, "12:30-14:30", 3),
			}},
			{RRule: "FREQ=WEEKLY;BYDAY=TU", From: date(t, since), Openings: []scheduling.Opening{opens(t, "16:00-19:00", 1)}},
		},
		Seasons: []scheduling.Season{{
			When: scheduling.When{Hijri: &scheduling.YearSpan{
				From: scheduling.MonthDay{Month: 9, Day: 1}, Until: scheduling.MonthDay{Month: 9, Day: 30},
			}},
			Openings: []scheduling.Opening{opens(t, "10:00-15:00", 3)},
		}},
	}
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
	b.ReportAllocs()
	for b.Loop() {
		if _, err := scheduling.Compile(p); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCompileByAge shows that the cost does not grow with the age of the
// rules.
func BenchmarkCompileByAge(b *testing.B) {
	for _, since := range []string{"2026-01-01", "2000-01-01", "1950-01-01"} {
		b.Run(since[:4], func(b *testing.B) {
			p := officeSince(b, since)
			from := date(b, "2026-11-24")
			for b.Loop() {
				c := compile(b, p)
				for d := from; d < from+60; d++ {
					c.Day(d)
				}
			}
		})
	}
}

// BenchmarkCompile10000 compiles ten thousand desk groups that share a list of
// holidays, asks each for 60 days, and reports the memory they hold.
func BenchmarkCompile10000(b *testing.B) {
	const groups, days = 10_000, 60
	holidays, err := scheduling.CompileHolidays(saudi(b))
	if err != nil {
		b.Fatal(err)
	}
	from := date(b, "2026-11-24")
	var held uint64
	for b.Loop() {
		b.StopTimer()
		before := heap()
		b.StartTimer()
		var compiler scheduling.Compiler
		calendars := make([]*scheduling.Calendar, 0, groups)
		for i := range groups {
			p := office(b)
			p.Holidays = nil
			p.Rules[0].Openings[0].Places = 1 + i%9
			c, err := compiler.Compile(p, holidays)
			if err != nil {
				b.Fatal(err)
			}
			for d := from; d < from+days; d++ {
				c.Day(d)
			}
			calendars = append(calendars, c)
		}
		b.StopTimer()
		held = heap() - before
		runtime.KeepAlive(calendars)
		b.StartTimer()
	}
	b.ReportMetric(float64(held)/1e6, "MB-held")
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/10000-groups")
}

// heap returns the bytes in use after a collection.
func heap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
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
	b.ReportAllocs()
	for b.Loop() {
		for d := from; d < from+60; d++ {
			c.Day(d)
		}
	}
}

func BenchmarkWorkingDays(b *testing.B) {
	c := compile(b, office(b))
	d := date(b, "2026-11-24")
	for b.Loop() {
		c.AddWorkingDays(d, 10)
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

func BenchmarkUnsupported(b *testing.B) {
	day := compile(b, office(b)).Day(date(b, "2026-11-24"))
	var claims []scheduling.Claim
	for i := range 200 {
		claims = append(claims, scheduling.Claim{
			ID: fmt.Sprint(i), First: day.First + i%80, Ticks: 4, Count: 1, Booked: time.Unix(int64(i*7919%200), 0),
		})
	}
	for b.Loop() {
		scheduling.Unsupported(day, claims)
	}
}

// BenchmarkDayFor asks for a day as one service sees it, where an opening
// reserves places.
func BenchmarkDayFor(b *testing.B) {
	p := office(b)
	p.Rules[0].Openings[0].Services = []string{"heirs"}
	p.Rules[0].Openings[1].Reserve = map[string]int{"public": 1}
	c := compile(b, p)
	d := date(b, "2026-11-24")
	b.ReportAllocs()
	for b.Loop() {
		c.Day(d).For("heirs", "public")
	}
}
