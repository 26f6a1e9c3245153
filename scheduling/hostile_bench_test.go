package scheduling_test

import (
	"fmt"
	"testing"
	"time"

	"ziyara/scheduling"
)

// The plans here are within all limits and as expensive as their writer could
// make them. What they cost must not be felt by anybody else.

// rareRules are rules whose dates depend on all others of a year.
func rareRules(t testing.TB, seasons int) scheduling.Plan {
	rules := func(of int) (all []scheduling.Rule) {
		for i := range 64 {
			all = append(all, scheduling.Rule{
				RRule: fmt.Sprintf("FREQ=YEARLY;BYDAY=MO,TU,WE,TH;BYSETPOS=%d", 1+of*64+i), From: date(t, "2020-01-01"),
				Openings: []scheduling.Opening{opens(t, "09:00-12:00", 3)},
			})
		}
		return all
	}
	p := scheduling.Plan{Zone: "Asia/Riyadh", Rules: rules(0)}
	for i := range seasons {
		p.Seasons = append(p.Seasons, scheduling.Season{
			When: scheduling.When{Yearly: &scheduling.YearSpan{
				From: scheduling.MonthDay{Month: 3 + 3*i, Day: 1}, Until: scheduling.MonthDay{Month: 4 + 3*i, Day: 30},
			}},
			Rules: rules(i),
		})
	}
	return p
}

// weeklyRules are as many rules, most of which overlap on some date.
func weeklyRules(t testing.TB) scheduling.Plan {
	p := rareRules(t, 3)
	for _, rules := range [][]scheduling.Rule{p.Rules, p.Seasons[0].Rules, p.Seasons[1].Rules, p.Seasons[2].Rules} {
		for i := range rules {
			rules[i].RRule = fmt.Sprintf("FREQ=WEEKLY;INTERVAL=%d;BYDAY=SU,MO", 2+i)
		}
	}
	return p
}

// BenchmarkRareRules asks for 60 days of 64 yearly rules with BYSETPOS, from a
// calendar that has answered before and from a fresh one.
func BenchmarkRareRules(b *testing.B) {
	p, from := rareRules(b, 0), date(b, "2026-11-24")
	b.Run("known", func(b *testing.B) {
		c := compile(b, p)
		for b.Loop() {
			for d := from; d < from+60; d++ {
				c.Day(d)
			}
		}
	})
	b.Run("fresh", func(b *testing.B) {
		for b.Loop() {
			c := compile(b, p)
			for d := from; d < from+60; d++ {
				c.Day(d)
			}
		}
	})
}

// BenchmarkReviseManyRules edits a plan of 64 rules and three seasons of 64
// rules each.
func BenchmarkReviseManyRules(b *testing.B) {
	now := instant(b, "2026-11-24T06:00:00Z")
	for name, p := range map[string]scheduling.Plan{"in positions": rareRules(b, 3), "weekly": weeklyRules(b)} {
		b.Run(name, func(b *testing.B) {
			edit := scheduling.Edit{Close: []scheduling.Closure{{Start: now.Add(time.Hour)}}}
			for b.Loop() {
				if _, err := scheduling.Revise(b.Context(), p, edit, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkReviseManyHours edits a plan with own hours on thousands of dates
// beside overlapping rules.
func BenchmarkReviseManyHours(b *testing.B) {
	p, now := rareRules(b, 0), instant(b, "2026-11-24T06:00:00Z")
	for i := range 5000 {
		p.Hours = append(p.Hours, scheduling.DayHours{
			Date: date(b, "2026-11-24") + scheduling.Date(i), Extra: i%2 == 0,
			Openings: []scheduling.Opening{opens(b, "13:00-14:00", 3)},
		})
	}
	edit := scheduling.Edit{Close: []scheduling.Closure{{Start: now.Add(time.Hour)}}}
	for b.Loop() {
		if _, err := scheduling.Revise(b.Context(), p, edit, now); err != nil {
			b.Fatal(err)
		}
	}
}

// keptForSome is a plan of 26 openings with 50 breaks each, all of which keep
// places and name the services that they receive.
func keptForSome(t testing.TB) scheduling.Plan {
	var all []scheduling.Opening
	for i := range 26 {
		o := opens(t, "08:00-20:00", 30)
		o.Add = true
		o.Services = []string{fmt.Sprintf("service-%d", i), "heirs"}
		o.Reserve = map[string]int{"agent": 1, "walk-in": 2, "protected": 1}
		for k := range 50 {
			from := o.From + scheduling.WallTime(10*k+5)
			o.Breaks = append(o.Breaks, scheduling.Break{From: from, To: from + 5})
		}
		all = append(all, o)
	}
	return scheduling.Plan{Zone: "Africa/Cairo", Rules: []scheduling.Rule{{RRule: "FREQ=DAILY", From: date(t, "2020-01-01"), Openings: all}}}
}

// BenchmarkKeptForSome asks for 60 days, as one service sees them, of a plan
// with 1,300 breaks: calm ones, and ones around a change of the clocks.
func BenchmarkKeptForSome(b *testing.B) {
	c := compile(b, keptForSome(b))
	for _, from := range []string{"2026-06-01", "2026-10-01"} {
		b.Run(from, func(b *testing.B) {
			for b.Loop() {
				for d := date(b, from); d < date(b, from)+60; d++ {
					c.Day(d).For("heirs", "public")
				}
			}
		})
	}
}

// manyClosures closes one date in part, thousands of times.
func manyClosures(t testing.TB, same bool) scheduling.Plan {
	p := office(t)
	p.Closures = nil
	start := instant(t, "2026-11-24T06:00:00Z")
	for i := range 19_999 {
		c := scheduling.Closure{Start: start, End: start.Add(8 * time.Hour), Places: 1}
		if !same {
			c.Start, c.Reason = start.Add(time.Duration(i)*time.Second), scheduling.Text{EN: fmt.Sprint("reason ", i)}
		}
		p.Closures = append(p.Closures, c)
	}
	return p
}

// BenchmarkManyClosures explains and asks for a date with 20,000 closures, and
// edits its plan.
func BenchmarkManyClosures(b *testing.B) {
	d, now := date(b, "2026-11-24"), instant(b, "2026-11-24T04:00:00Z")
	for name, same := range map[string]bool{"equal": true, "distinct": false} {
		p := manyClosures(b, same)
		c := compile(b, p)
		b.Run("explain "+name, func(b *testing.B) {
			for b.Loop() {
				c.Explain(d)
			}
			b.ReportMetric(float64(len(c.Explain(d).Layers)), "layers")
		})
		b.Run("explain an instant "+name, func(b *testing.B) {
			for b.Loop() {
				c.ExplainAt(now.Add(6 * time.Hour))
			}
		})
		b.Run("day "+name, func(b *testing.B) {
			for b.Loop() {
				c.Day(d)
			}
		})
		b.Run("revise "+name, func(b *testing.B) {
			edit := scheduling.Edit{Close: []scheduling.Closure{{Start: now.AddDate(0, 0, 7)}}}
			for b.Loop() {
				if _, err := scheduling.Revise(b.Context(), p, edit, now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkWorkingDaysOfClosed counts working days of a desk group that is
// closed until further notice.
func BenchmarkWorkingDaysOfClosed(b *testing.B) {
	p := office(b)
	p.Closures = []scheduling.Closure{{Start: instant(b, "2026-11-01T00:00:00Z")}}
	c := compile(b, p)
	d := date(b, "2026-11-24")
	for b.Loop() {
		c.AddWorkingDays(d, 20)
	}
}
