package scheduling_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// Openings are compared where they meet: in a season, after breaks, with extra
// hours.
func TestWarningsInSeasons(t *testing.T) {
	t.Parallel()
	ramadan := scheduling.When{Hijri: &scheduling.YearSpan{
		From: scheduling.MonthDay{Month: 9, Day: 1}, Until: scheduling.MonthDay{Month: 9, Day: 30},
	}}
	week := func(openings ...scheduling.Opening) scheduling.Rule {
		return scheduling.Rule{RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: date(t, "2026-06-01"), Openings: openings}
	}
	broken := opens(t, "08:00-14:00", 1)
	broken.Breaks = []scheduling.Break{{From: clock(t, "12:00"), To: clock(t, "12:30")}}
	type warning struct {
		Kind     scheduling.WarningKind
		Pointers []string
		Date     string
	}
	for _, tc := range []struct {
		name string
		plan scheduling.Plan
		want []warning
	}{
		{
			name: "a season replaces the week and does not overlap it",
			plan: scheduling.Plan{
				Rules:   []scheduling.Rule{week(opens(t, "08:00-14:00", 1))},
				Seasons: []scheduling.Season{{When: ramadan, Openings: []scheduling.Opening{opens(t, "10:00-15:00", 1)}}},
			},
		},
		{
			name: "a rule of the season overlaps its openings",
			plan: scheduling.Plan{
				Rules: []scheduling.Rule{week(opens(t, "08:00-14:00", 1))},
				Seasons: []scheduling.Season{{
					When: ramadan, Openings: []scheduling.Opening{opens(t, "10:00-15:00", 1)},
					Rules: []scheduling.Rule{week(opens(t, "14:00-16:00", 1))},
				}},
			},
			want: []warning{{"overlap", []string{"/seasons/0/openings/0", "/seasons/0/rules/0/openings/0"}, "2027-02-08"}},
		},
		{
			name: "the night before the season reaches into it",
			plan: scheduling.Plan{
				Rules:   []scheduling.Rule{week(opens(t, "20:00-26:00", 1))},
				Seasons: []scheduling.Season{{When: ramadan, Openings: []scheduling.Opening{opens(t, "00:30-03:00", 1)}}},
			},
			want: []warning{{"midnight", []string{"/rules/0/openings/0", "/seasons/0/openings/0"}, "2027-02-07"}},
		},
		{
			name: "an opening in the break of another",
			plan: scheduling.Plan{Rules: []scheduling.Rule{week(broken, opens(t, "12:00-12:30", 1))}},
		},
		{
			name: "one that is longer than the break",
			plan: scheduling.Plan{Rules: []scheduling.Rule{week(broken, opens(t, "12:00-12:35", 1))}},
			want: []warning{{"overlap", []string{"/rules/0/openings/0", "/rules/0/openings/1"}, "2026-06-01"}},
		},
		{
			name: "extra hours over the date's week",
			plan: scheduling.Plan{
				Rules: []scheduling.Rule{week(opens(t, "08:00-14:00", 1))},
				Hours: []scheduling.DayHours{{Date: date(t, "2026-11-24"), Extra: true, Openings: []scheduling.Opening{opens(t, "13:00-16:00", 1)}}},
			},
			want: []warning{{"overlap", []string{"/rules/0/openings/0", "/hours/0/openings/0"}, "2026-11-24"}},
		},
		{
			name: "a rule over one of its own dates",
			plan: scheduling.Plan{Rules: []scheduling.Rule{
				week(opens(t, "08:00-14:00", 1)),
				{Also: []scheduling.Date{date(t, "2026-12-01")}, Openings: []scheduling.Opening{opens(t, "13:00-16:00", 1)}},
			}},
			want: []warning{{"overlap", []string{"/rules/0/openings/0", "/rules/1/openings/0"}, "2026-12-01"}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.plan.Zone = "Asia/Riyadh"
			var got []warning
			for _, w := range compile(t, tc.plan).Warnings() {
				got = append(got, warning{w.Kind, w.Pointers, w.Date.String()})
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("warnings (-want +got):\n%s", diff)
			}
		})
	}
}
