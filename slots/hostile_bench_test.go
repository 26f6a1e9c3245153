package slots_test

import (
	"fmt"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// BenchmarkSearchOfClosed searches a desk group that is closed until further
// notice, or that does not receive the service, for a service that opens one
// more date at a set time and counts its horizon in working days.
func BenchmarkSearchOfClosed(b *testing.B) {
	service := hourly()
	service.Horizon, service.OpensAt, service.HorizonWorkingDays = 60*24*time.Hour, 10*time.Hour, 20
	service.NoticeWorkingDays = 2
	closed := daily("Asia/Riyadh", opens(b, "09:00-12:00"), scheduling.Closure{Start: midnight})
	others := daily("Asia/Riyadh", opens(b, "09:00-12:00"))
	for i := range others.Rules[0].Openings {
		others.Rules[0].Openings[i].Services = []string{"another"}
	}
	for name, plan := range map[string]scheduling.Plan{"closed": closed, "for others": others} {
		r := newRigOf(b, plan, service)
		q := slots.Query{Service: service.Slug, Branch: "riyadh", Party: 1, Channel: catalog.Public, From: tuesday, To: tuesday + 59}
		for _, bc := range []struct {
			name string
			run  func() error
		}{
			{"search", func() error { _, err := r.Search(b.Context(), q, heldAt); return err }},
			{"overview", func() error { _, err := r.Overview(b.Context(), q, heldAt); return err }},
			{"first", func() error {
				_, err := r.First(b.Context(), slots.FirstQuery{Service: service.Slug, Party: 1, Channel: catalog.Public}, heldAt)
				return err
			}},
			{"explain", func() error {
				_, _, err := r.Explain(b.Context(), service.Slug, "riyadh", tuesday+20, heldAt)
				return err
			}},
		} {
			b.Run(name+"/"+bc.name, func(b *testing.B) {
				for b.Loop() {
					if err := bc.run(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkSearchKeptForSome searches 60 days of 26 openings with 50 breaks
// each, all of which keep places for others.
func BenchmarkSearchKeptForSome(b *testing.B) {
	service := hourly()
	service.WalkInReleaseMinutes, service.Notice = 1, 0
	service.Duration, service.Step = 5*time.Minute, 5*time.Minute
	plan := daily("Asia/Riyadh", nil)
	plan.Rules[0].Openings = nil
	for i := range 26 {
		o := opens(b, "08:00-20:00")[0]
		o.Add, o.Places = true, 30
		o.Services = []string{fmt.Sprintf("service-%d", i), service.Slug}
		o.Reserve = map[string]int{"agent": 1, "walk-in": 2, "protected": 1}
		for k := range 50 {
			from := o.From + scheduling.WallTime(10*k+5)
			o.Breaks = append(o.Breaks, scheduling.Break{From: from, To: from + 5})
		}
		plan.Rules[0].Openings = append(plan.Rules[0].Openings, o)
	}
	r := newRigOf(b, plan, service)
	now := at(b, "10:00") // what is kept for walk-ins today is released
	q := slots.Query{Service: service.Slug, Branch: "riyadh", Party: 1, Channel: catalog.Public, From: tuesday, To: tuesday + 59}
	b.Run("search", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Search(b.Context(), q, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("overview", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.Overview(b.Context(), q, now); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("explain", func(b *testing.B) {
		for b.Loop() {
			if _, _, err := r.Explain(b.Context(), service.Slug, "riyadh", tuesday, now); err != nil {
				b.Fatal(err)
			}
		}
	})
}
