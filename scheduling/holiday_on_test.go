package scheduling_test

import (
	"testing"

	"pgregory.net/rapid"

	"ziyara/scheduling"
)

// HolidayOn returns a holiday exactly when the explanation of the date says
// that a holiday decides it, and returns the first one that decides.
func TestHolidayOnAgreesWithExplain(t *testing.T) {
	t.Parallel()
	list, err := scheduling.CompileHolidays(scheduling.HolidayList{Holidays: []scheduling.HolidayRule{{
		Slug: "founding", Name: scheduling.Text{AR: "يوم التأسيس", EN: "Founding Day"},
		When: scheduling.When{
			Yearly: &scheduling.YearSpan{From: scheduling.MonthDay{Month: 2, Day: 22}, Until: scheduling.MonthDay{Month: 2, Day: 22}},
		},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		z := drawZone(t)
		d := drawDate(t, z)
		p := drawPlan(t, z, d)
		for i := range p.Holidays {
			p.Holidays[i].Name = scheduling.Text{AR: "عيد", EN: "Eid"}
		}
		if rapid.Bool().Draw(t, "stays open") {
			p.StaysOpen = append(p.StaysOpen, "founding")
		}
		c, err := scheduling.Compile(p, list)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range []scheduling.Date{d - 1, d, d + 1, scheduling.NewDate(2027, 2, 22)} {
			var want scheduling.Text
			for _, l := range c.Explain(d).Layers {
				if l.Kind == scheduling.LayerHoliday && l.Decided && want == (scheduling.Text{}) {
					want = l.Name
				}
			}
			if got, closes := c.HolidayOn(d); got != want || closes != (want != scheduling.Text{}) {
				t.Errorf("%v: HolidayOn = %v, %t, the explanation says %v", d, got, closes, want)
			}
		}
	})
}
