package scheduling_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
)

// TestRFC5545Examples contains all examples of RFC 5545, section 3.8.5.3, in
// order. Rules are about dates here: DTSTART has no time of day, and rules that
// repeat within a day or name times are rejected.
func TestRFC5545Examples(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, start, rule string
		// until is the local date of an UNTIL that is midnight UTC: the evening
		// before in New York. ParseRRule alone would use the date as written.
		until string
		want  []string // "1997-09 2-30", "1997-10 2,12": all dates, or the first ones
		ends  bool     // whether want is complete
		err   error
	}{
		{
			name: "daily for 10 occurrences", start: "1997-09-02",
			rule: "FREQ=DAILY;COUNT=10",
			want: []string{"1997-09 2-11"}, ends: true,
		},
		{
			name: "daily until December 24, 1997", start: "1997-09-02",
			rule: "FREQ=DAILY;UNTIL=19971224T000000Z", until: "1997-12-23",
			want: []string{"1997-09 2-30", "1997-10 1-31", "1997-11 1-30", "1997-12 1-23"}, ends: true,
		},
		{
			name: "every other day", start: "1997-09-02",
			rule: "FREQ=DAILY;INTERVAL=2",
			want: []string{
				"1997-09 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30",
				"1997-10 2,4,6,8,10,12,14,16,18,20,22,24,26,28,30",
				"1997-11 1,3,5,7,9,11,13,15,17,19,21,23,25,27,29",
				"1997-12 1,3",
			},
		},
		{
			name: "every 10 days, 5 occurrences", start: "1997-09-02",
			rule: "FREQ=DAILY;INTERVAL=10;COUNT=5",
			want: []string{"1997-09 2,12,22", "1997-10 2,12"}, ends: true,
		},
		{
			name: "every day in January, for 3 years, yearly", start: "1998-01-01",
			rule: "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA",
			want: []string{"1998-01 1-31", "1999-01 1-31", "2000-01 1-31"}, ends: true,
		},
		{
			name: "every day in January, for 3 years, daily", start: "1998-01-01",
			rule: "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1",
			want: []string{"1998-01 1-31", "1999-01 1-31", "2000-01 1-31"}, ends: true,
		},
		{
			name: "weekly for 10 occurrences", start: "1997-09-02",
			rule: "FREQ=WEEKLY;COUNT=10",
			want: []string{"1997-09 2,9,16,23,30", "1997-10 7,14,21,28", "1997-11 4"}, ends: true,
		},
		{
			name: "weekly until December 24, 1997", start: "1997-09-02",
			rule: "FREQ=WEEKLY;UNTIL=19971224T000000Z", until: "1997-12-23",
			want: []string{"1997-09 2,9,16,23,30", "1997-10 7,14,21,28", "1997-11 4,11,18,25", "1997-12 2,9,16,23"}, ends: true,
		},
		{
			name: "every other week", start: "1997-09-02",
			rule: "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
			want: []string{"1997-09 2,16,30", "1997-10 14,28", "1997-11 11,25", "1997-12 9,23", "1998-01 6,20", "1998-02 3,17"},
		},
		{
			name: "weekly on Tuesday and Thursday for five weeks, until", start: "1997-09-02",
			rule: "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", until: "1997-10-06",
			want: []string{"1997-09 2,4,9,11,16,18,23,25,30", "1997-10 2"}, ends: true,
		},
		{
			name: "weekly on Tuesday and Thursday for five weeks, count", start: "1997-09-02",
			rule: "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
			want: []string{"1997-09 2,4,9,11,16,18,23,25,30", "1997-10 2"}, ends: true,
		},
		{
			name: "every other week on Monday, Wednesday and Friday until December 24, 1997", start: "1997-09-01",
			rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", until: "1997-12-23",
			want: []string{
				"1997-09 1,3,5,15,17,19,29", "1997-10 1,3,13,15,17,27,29,31",
				"1997-11 10,12,14,24,26,28", "1997-12 8,10,12,22",
			}, ends: true,
		},
		{
			name: "every other week on Tuesday and Thursday, for 8 occurrences", start: "1997-09-02",
			rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
			want: []string{"1997-09 2,4,16,18,30", "1997-10 2,14,16"}, ends: true,
		},
		{
			name: "monthly on the first Friday for 10 occurrences", start: "1997-09-05",
			rule: "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
			want: []string{
				"1997-09 5", "1997-10 3", "1997-11 7", "1997-12 5",
				"1998-01 2", "1998-02 6", "1998-03 6", "1998-04 3", "1998-05 1", "1998-06 5",
			}, ends: true,
		},
		{
			name: "monthly on the first Friday until December 24, 1997", start: "1997-09-05",
			rule: "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", until: "1997-12-23",
			want: []string{"1997-09 5", "1997-10 3", "1997-11 7", "1997-12 5"}, ends: true,
		},
		{
			name: "every other month on the first and last Sunday for 10 occurrences", start: "1997-09-07",
			rule: "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
			want: []string{"1997-09 7,28", "1997-11 2,30", "1998-01 4,25", "1998-03 1,29", "1998-05 3,31"}, ends: true,
		},
		{
			name: "monthly on the second-to-last Monday for 6 months", start: "1997-09-22",
			rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
			want: []string{"1997-09 22", "1997-10 20", "1997-11 17", "1997-12 22", "1998-01 19", "1998-02 16"}, ends: true,
		},
		{
			name: "monthly on the third-to-the-last day", start: "1997-09-28",
			rule: "FREQ=MONTHLY;BYMONTHDAY=-3",
			want: []string{"1997-09 28", "1997-10 29", "1997-11 28", "1997-12 29", "1998-01 29", "1998-02 26"},
		},
		{
			name: "monthly on the 2nd and 15th for 10 occurrences", start: "1997-09-02",
			rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
			want: []string{"1997-09 2,15", "1997-10 2,15", "1997-11 2,15", "1997-12 2,15", "1998-01 2,15"}, ends: true,
		},
		{
			name: "monthly on the first and last day for 10 occurrences", start: "1997-09-30",
			rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
			want: []string{"1997-09 30", "1997-10 1,31", "1997-11 1,30", "1997-12 1,31", "1998-01 1,31", "1998-02 1"}, ends: true,
		},
		{
			name: "every 18 months on the 10th thru 15th for 10 occurrences", start: "1997-09-10",
			rule: "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
			want: []string{"1997-09 10-15", "1999-03 10-13"}, ends: true,
		},
		{
			name: "every Tuesday, every other month", start: "1997-09-02",
			rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
			want: []string{"1997-09 2,9,16,23,30", "1997-11 4,11,18,25", "1998-01 6,13,20,27", "1998-03 3,10,17,24,31"},
		},
		{
			// "Since none of the BYDAY, BYMONTHDAY, or BYYEARDAY components are
			// specified, the day is gotten from DTSTART."
			name: "yearly in June and July for 10 occurrences", start: "1997-06-10",
			rule: "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
			want: []string{
				"1997-06 10", "1997-07 10", "1998-06 10", "1998-07 10", "1999-06 10",
				"1999-07 10", "2000-06 10", "2000-07 10", "2001-06 10", "2001-07 10",
			}, ends: true,
		},
		{
			name: "every other year on January, February, and March for 10 occurrences", start: "1997-03-10",
			rule: "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
			want: []string{
				"1997-03 10", "1999-01 10", "1999-02 10", "1999-03 10", "2001-01 10",
				"2001-02 10", "2001-03 10", "2003-01 10", "2003-02 10", "2003-03 10",
			}, ends: true,
		},
		{
			name: "every third year on the 1st, 100th, and 200th day for 10 occurrences", start: "1997-01-01",
			rule: "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
			want: []string{
				"1997-01 1", "1997-04 10", "1997-07 19", "2000-01 1", "2000-04 9",
				"2000-07 18", "2003-01 1", "2003-04 10", "2003-07 19", "2006-01 1",
			}, ends: true,
		},
		{
			name: "every 20th Monday of the year", start: "1997-05-19",
			rule: "FREQ=YEARLY;BYDAY=20MO",
			want: []string{"1997-05 19", "1998-05 18", "1999-05 17"},
		},
		{
			name: "Monday of week number 20", start: "1997-05-12",
			rule: "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
			want: []string{"1997-05 12", "1998-05 11", "1999-05 17"},
		},
		{
			name: "every Thursday in March", start: "1997-03-13",
			rule: "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
			want: []string{"1997-03 13,20,27", "1998-03 5,12,19,26", "1999-03 4,11,18,25"},
		},
		{
			name: "every Thursday, but only during June, July, and August", start: "1997-06-05",
			rule: "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
			want: []string{
				"1997-06 5,12,19,26", "1997-07 3,10,17,24,31", "1997-08 7,14,21,28",
				"1998-06 4,11,18,25", "1998-07 2,9,16,23,30", "1998-08 6,13,20,27",
				"1999-06 3,10,17,24", "1999-07 1,8,15,22,29", "1999-08 5,12,19,26",
			},
		},
		{
			// DTSTART is a Tuesday, which the example excludes by EXDATE. In
			// this package the start of a rule is not one of its dates unless
			// it matches.
			name: "every Friday the 13th", start: "1997-09-02",
			rule: "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
			want: []string{"1998-02 13", "1998-03 13", "1998-11 13", "1999-08 13", "2000-10 13"},
		},
		{
			name: "the first Saturday that follows the first Sunday of the month", start: "1997-09-13",
			rule: "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
			want: []string{
				"1997-09 13", "1997-10 11", "1997-11 8", "1997-12 13", "1998-01 10",
				"1998-02 7", "1998-03 7", "1998-04 11", "1998-05 9", "1998-06 13",
			},
		},
		{
			name: "every 4 years, the first Tuesday after a Monday in November", start: "1996-11-05",
			rule: "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
			want: []string{"1996-11 5", "2000-11 7", "2004-11 2"},
		},
		{
			name: "the third of Tuesday, Wednesday, or Thursday, for the next 3 months", start: "1997-09-04",
			rule: "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
			want: []string{"1997-09 4", "1997-10 7", "1997-11 6"}, ends: true,
		},
		{
			name: "the second-to-last weekday of the month", start: "1997-09-29",
			rule: "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
			want: []string{"1997-09 29", "1997-10 30", "1997-11 27", "1997-12 30", "1998-01 29", "1998-02 26", "1998-03 30"},
		},
		{
			name: "every 3 hours on a specific day", start: "1997-09-02",
			rule: "FREQ=HOURLY;INTERVAL=3;UNTIL=19970902T170000Z", err: scheduling.ErrSubDaily,
		},
		{
			name: "every 15 minutes for 6 occurrences", start: "1997-09-02",
			rule: "FREQ=MINUTELY;INTERVAL=15;COUNT=6", err: scheduling.ErrSubDaily,
		},
		{
			name: "every hour and a half for 4 occurrences", start: "1997-09-02",
			rule: "FREQ=MINUTELY;INTERVAL=90;COUNT=4", err: scheduling.ErrSubDaily,
		},
		{
			name: "every 20 minutes of some hours of every day, daily", start: "1997-09-02",
			rule: "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40", err: scheduling.ErrTimes,
		},
		{
			name: "every 20 minutes of some hours of every day, minutely", start: "1997-09-02",
			rule: "FREQ=MINUTELY;INTERVAL=20;BYHOUR=9,10,11,12,13,14,15,16", err: scheduling.ErrTimes,
		},
		{
			name: "every other week, weeks from Monday", start: "1997-08-05",
			rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
			want: []string{"1997-08 5,10,19,24"}, ends: true,
		},
		{
			name: "every other week, weeks from Sunday", start: "1997-08-05",
			rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
			want: []string{"1997-08 5,17,19,31"}, ends: true,
		},
		{
			name: "an invalid date (February 30) is ignored", start: "2007-01-15",
			rule: "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
			want: []string{"2007-01 15,30", "2007-02 15", "2007-03 15,30"}, ends: true,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			start, until := date(t, tc.start), scheduling.Date(0)
			if tc.until != "" {
				until = date(t, tc.until)
			}
			r, err := scheduling.ParseRRule(tc.rule, start, until)
			if !errors.Is(err, tc.err) {
				t.Fatalf("ParseRRule(%s) = %v, want %v", tc.rule, err, tc.err)
			}
			if err != nil {
				return
			}
			want := monthDays(t, tc.want)
			last := want[len(want)-1]
			if tc.ends {
				last += 20 * 366
			}
			var got []scheduling.Date
			for d := start - 366; d <= last; d++ {
				if r.On(d) {
					got = append(got, d)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s from %s (-want +got):\n%s", tc.rule, tc.start, diff)
			}
		})
	}
}

// monthDays parses dates as the examples list them: "1997-09 2-30" or "1997-10
// 2,12".
func monthDays(t *testing.T, months []string) []scheduling.Date {
	t.Helper()
	number := func(text string) scheduling.Date {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		return scheduling.Date(n)
	}
	var dates []scheduling.Date
	for _, month := range months {
		name, days, _ := strings.Cut(month, " ")
		before := date(t, name+"-01") - 1
		for text := range strings.SplitSeq(days, ",") {
			from, to, isRange := strings.Cut(text, "-")
			if !isRange {
				to = from
			}
			for day := number(from); day <= number(to); day++ {
				dates = append(dates, before+day)
			}
		}
	}
	if !slices.IsSorted(dates) {
		t.Fatalf("the dates of the example are not in order: %s", dates)
	}
	return dates
}
