package scheduling_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/scheduling"
)

// Rules come from people and files. Any rule gets an answer, in the year 9999
// too, and a refused one gets a typed error. BenchmarkImpossibleRule measures
// the cost of the worst.
func TestHostileRules(t *testing.T) {
	t.Parallel()
	many := make([]scheduling.Date, 10_000)
	for i := range many {
		many[i] = date(t, "2026-01-01") + scheduling.Date(7919*i%10_007)
	}
	for _, tc := range []struct {
		name string
		rule scheduling.Rule
		want error
	}{
		{"every second", scheduling.Rule{RRule: "FREQ=SECONDLY"}, scheduling.ErrSubDaily},
		{"every hour of a day", scheduling.Rule{RRule: "FREQ=DAILY;BYHOUR=1,2,3"}, scheduling.ErrTimes},
		{"a thousand million dates", scheduling.Rule{RRule: "FREQ=DAILY;COUNT=1000000000"}, scheduling.ErrCount},
		{"more than an integer holds", scheduling.Rule{RRule: "FREQ=DAILY;COUNT=99999999999999999999"}, scheduling.ErrRRule},
		{"30 February, by day", scheduling.Rule{RRule: "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"}, scheduling.ErrNoDates},
		{"30 February, by year", scheduling.Rule{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, scheduling.ErrNoDates},
		{"30 February, every thousand years", scheduling.Rule{RRule: "FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=30"}, scheduling.ErrNoDates},
		{"a 54th Monday", scheduling.Rule{RRule: "FREQ=YEARLY;BYMONTH=12;BYDAY=53MO"}, scheduling.ErrRRule},
		{"every position of nothing", scheduling.Rule{RRule: "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30,31;BYSETPOS=366"}, scheduling.ErrNoDates},
		{"the last count of a rare date", scheduling.Rule{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29;COUNT=10000"}, nil},
		{"ends before it starts", scheduling.Rule{RRule: "FREQ=DAILY;UNTIL=20251231"}, scheduling.ErrUntil},
		{"to the year 9999", scheduling.Rule{RRule: "FREQ=DAILY;UNTIL=99991231T235959Z"}, nil},
		{
			"from the year 9999",
			scheduling.Rule{RRule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", From: scheduling.NewDate(9999, time.December, 31)},
			scheduling.ErrNoDates,
		},
		{"10,000 dates taken out", scheduling.Rule{RRule: "FREQ=DAILY", Except: many}, nil},
		{"10,001 dates taken out", scheduling.Rule{RRule: "FREQ=DAILY", Except: append(slices.Clip(many), 1)}, scheduling.ErrMany},
		{"10,000 dates added", scheduling.Rule{Also: many}, nil},
		{"a list without end", scheduling.Rule{RRule: "FREQ=DAILY;BYMONTHDAY=" + strings.Repeat("1,", 5_000_000) + "1"}, scheduling.ErrRRule},
		{"two lines", scheduling.Rule{RRule: "FREQ=DAILY\nRRULE:FREQ=SECONDLY"}, scheduling.ErrRRule},
		{"nothing", scheduling.Rule{}, scheduling.ErrRRule},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.rule.Openings = []scheduling.Opening{opens(t, "08:00-10:00", 1)}
			if tc.rule.From == 0 {
				tc.rule.From = date(t, "2026-01-01")
			}
			plan := scheduling.Plan{Zone: "Asia/Riyadh", Rules: []scheduling.Rule{tc.rule}}
			c, err := scheduling.Compile(plan)
			fault, refused := errors.AsType[*scheduling.PlanError](err)
			if refused != (tc.want != nil) || refused && (!errors.Is(fault, tc.want) || !strings.HasPrefix(fault.Pointer, "/rules/0/")) {
				t.Fatalf("Compile = %v, want %v", err, tc.want)
			}
			if c != nil {
				for d := scheduling.NewDate(9999, time.December, 1); d <= scheduling.NewDate(9999, time.December, 31); d++ {
					c.Day(d)
				}
			}
		})
	}
}
