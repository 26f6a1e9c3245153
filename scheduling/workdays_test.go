package scheduling_test

import (
	"testing"

	"ziyara/scheduling"
)

// Working days are those of the desk group: weekends, holidays and dates closed
// all day do not count.
func TestAddWorkingDays(t *testing.T) {
	t.Parallel()
	sunday := date(t, "2026-11-22")
	c := compile(t, scheduling.Plan{
		Zone: "Asia/Riyadh",
		Rules: []scheduling.Rule{{
			RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2026-01-01"), Until: date(t, "2026-12-31"),
			Openings: []scheduling.Opening{opens(t, "07:30-14:30", 1)},
		}},
		Holidays: []scheduling.Holiday{{From: sunday + 1, Until: sunday + 1}},
		Hours:    []scheduling.DayHours{{Date: sunday + 2}},
	})
	for _, tc := range []struct {
		name string
		from scheduling.Date
		n    int
		want scheduling.Date // 0 for none
	}{
		{"zero days is the date itself, open or not", sunday + 1, 0, sunday + 1},
		{"across a holiday and a closed date", sunday, 1, sunday + 3},
		{"across the weekend", sunday, 3, sunday + 7},
		{"from a closed date", sunday + 5, 1, sunday + 7},
		{"there are no more", date(t, "2026-12-31"), 1, 0},
		{"backwards", sunday, -1, 0},
	} {
		got, ok := c.AddWorkingDays(tc.from, tc.n)
		if got != tc.want || ok != (tc.want != 0) {
			t.Errorf("%s: got %s, %v, want %s", tc.name, got, ok, tc.want)
		}
	}
}
