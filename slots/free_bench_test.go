package slots_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/slots"
)

// BenchmarkFree60Days looks for the free slots of 60 dates of a desk group
// with 5,000 visits: capacity from the compiled calendar, less what is taken.
func BenchmarkFree60Days(b *testing.B) {
	plan := daily("Asia/Riyadh", opens(b, "07:30-12:00 x9, 12:30-14:30 x9, +07:30-14:30 x3"))
	plan.Rules[0].RRule = "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH"
	calendar := compile(b, plan)
	used := bookedUp(calendar, 5000)
	gaps := visit(30, 30)
	gaps.GapStep = 3
	for _, bc := range []struct {
		name  string
		visit slots.Shape
		used  [60][]int16
	}{
		{"half hours", visit(30, 30), used},
		{"an hour every five minutes", visit(60, 5), used},
		{"behind gaps", gaps, used},
		{"half hours of an empty calendar", visit(30, 30), [60][]int16{}},
		{"an hour every five minutes of an empty calendar", visit(60, 5), [60][]int16{}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			b.ReportAllocs()
			found := 0
			for b.Loop() {
				found = 0
				for i, taken := range bc.used {
					found += len(slots.Free(calendar.Day(tuesday+scheduling.Date(i)), taken, bc.visit, midnight))
				}
			}
			b.ReportMetric(float64(found), "slots")
		})
	}
}

// bookedUp returns what visits of a quarter to three quarters of an hour take
// of 60 dates.
func bookedUp(calendar *scheduling.Calendar, visits int) [60][]int16 {
	var used [60][]int16
	var days [60]scheduling.Day
	for i := range days {
		days[i] = calendar.Day(tuesday + scheduling.Date(i))
		used[i] = make([]int16, len(days[i].Open))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for tries := 0; visits > 0 && tries < 1_000_000; tries++ {
		i := random.IntN(len(days))
		v := slots.Shape{Duration: 3 + random.IntN(7), Step: 3, Places: 1, Horizon: 366 * 24 * time.Hour}
		free := slots.Free(days[i], used[i], v, midnight)
		if len(free) == 0 {
			continue
		}
		from := int(free[random.IntN(len(free))].Start.Sub(days[i].Start)/scheduling.Tick) - days[i].First
		for t := from; t < from+v.Duration; t++ {
			used[i][t]++
		}
		visits--
	}
	return used
}
