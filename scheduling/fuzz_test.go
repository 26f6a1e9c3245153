package scheduling_test

import (
	"encoding/json"
	"testing"

	"ziyara/scheduling"
)

// A stored plan and a list of holidays are either refused, or every question
// about them is answered and the answers agree.
func FuzzPlan(f *testing.F) {
	f.Add(`{"zone":"Asia/Riyadh",`+
		`"rules":[{"rrule":"FREQ=WEEKLY;BYDAY=SU,MO","from":"2026-01-01","also":["2026-11-25"],"except":["2026-11-23"],`+
		`"openings":[{"from":"07:30","to":"26:30","places":3,`+
		`"breaks":[{"from":"12:00","to":"12:30"}],"services":["a"],"reserve":{"public":1}}]}],`+
		`"seasons":[{"hijri":{"from":"09-01","until":"09-30"},"announced":[{"year":1448,"from":"2027-02-09","until":"2027-03-09"}],`+
		`"openings":[{"from":"10:00","to":"15:00","places":1}]}],`+
		`"holidays":[{"slug":"x","from":"2026-11-24","until":"2026-11-24"}],"stays_open":["adha"],`+
		`"hours":[{"date":"2026-11-24","extra":true,"openings":[{"from":"09:00","to":"10:00","places":1,"add":true}]}],`+
		`"closures":[{"start":"2026-11-24T09:00:00Z","places":1}]}`,
		`{"holidays":[{"slug":"adha","hijri":{"from":"12-05","until":"12-15"},"weekend":true},`+
			`{"slug":"national","yearly":{"from":"09-23","until":"09-23"},"shift":true},`+
			`{"slug":"once","dates":[{"from":"2026-11-26","until":"2026-11-26"}]}],"bridge":{"ar":"ج","en":"bridge"}}`,
		int32(739944))
	f.Add(`{"zone":"America/New_York","seasons":[{"yearly":{"from":"12-20","until":"01-05"},`+
		`"rules":[{"rrule":"FREQ=DAILY","from":"2020-01-01","openings":[{"from":"02:30","to":"03:30","places":1}]}]}]}`,
		`{}`, int32(739683))
	f.Fuzz(func(t *testing.T, plan, list string, day int32) {
		var p scheduling.Plan
		var l scheduling.HolidayList
		if len(plan)+len(list) > 4000 || json.Unmarshal([]byte(plan), &p) != nil || json.Unmarshal([]byte(list), &l) != nil {
			return
		}
		holidays, err := scheduling.CompileHolidays(l)
		if err != nil {
			return
		}
		c, err := scheduling.Compile(p, holidays)
		if err != nil {
			return
		}
		c.Warnings()
		last := scheduling.NewDate(9999, 12, 31)
		for _, d := range []scheduling.Date{scheduling.Date(day), 1, last, scheduling.NewDate(2077, 11, 16)} {
			if d < 1 || d > last {
				continue
			}
			day := c.Day(d)
			end := day.First
			for _, o := range day.Openings {
				if o.From < end || o.To <= o.From {
					t.Fatalf("%s: openings %v", d, day.Openings)
				}
				end = o.To
			}
			for tick := day.First; tick < day.First+len(day.Open); tick++ {
				if day.Places(tick) < 0 || day.For("a", "public").HeldBack(tick) < 0 {
					t.Fatalf("%s: %d places in tick %d", d, day.Places(tick), tick)
				}
			}
			c.Explain(d)
			if at := c.ExplainAt(day.At(day.First)); at.Date == d && at.Places != day.Places(day.First) {
				t.Fatalf("%s: %d places explained, Day has %d", d, at.Places, day.Places(day.First))
			}
		}
	})
}
