package scheduling_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/teambition/rrule-go"
	"pgregory.net/rapid"

	"ziyara/scheduling"
)

func TestParseRRuleRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, rule string
		want       error
	}{
		{"hourly", "FREQ=HOURLY", scheduling.ErrSubDaily},
		{"minutely", "FREQ=MINUTELY;COUNT=3", scheduling.ErrSubDaily},
		{"secondly", "FREQ=SECONDLY", scheduling.ErrSubDaily},
		{"an hour", "FREQ=DAILY;BYHOUR=9", scheduling.ErrTimes},
		{"a minute", "FREQ=DAILY;BYMINUTE=30", scheduling.ErrTimes},
		{"a second", "FREQ=DAILY;BYSECOND=1", scheduling.ErrTimes},
		{"more than 10,000 dates", "FREQ=DAILY;COUNT=10001", scheduling.ErrCount},
		{"no dates", "FREQ=DAILY;COUNT=0", scheduling.ErrCount},
		{"count beyond an integer", "FREQ=DAILY;COUNT=99999999999999999999", scheduling.ErrRRule},
		{"interval of zero", "FREQ=DAILY;INTERVAL=0", scheduling.ErrInterval},
		{"interval of more than 1,000", "FREQ=DAILY;INTERVAL=1001", scheduling.ErrInterval},
		{"30 February", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", scheduling.ErrNoDates},
		{"30 February, daily", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", scheduling.ErrNoDates},
		{"31 April, monthly", "FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31;INTERVAL=1", scheduling.ErrNoDates},
		{"29 February in odd years only", "FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", scheduling.ErrNoDates},
		{"every 7th day from a Tuesday, on Mondays", "FREQ=DAILY;INTERVAL=7;BYDAY=MO", scheduling.ErrNoDates},
		{"the 32nd match of a month", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=32", scheduling.ErrNoDates},
		{"ends before the start", "FREQ=DAILY;UNTIL=20250930", scheduling.ErrUntil},
		{"ends after the start, before the first occurrence", "FREQ=WEEKLY;BYDAY=MO;UNTIL=20251010T235959Z", scheduling.ErrNoDates},
		{"the start inside the text", "DTSTART=20250101;FREQ=DAILY", scheduling.ErrRRule},
		{"the start on its own line", "DTSTART:20250101T000000Z\nRRULE:FREQ=DAILY", scheduling.ErrRRule},
		{"Easter", "FREQ=YEARLY;BYEASTER=0", scheduling.ErrRRule},
		{"COUNT and UNTIL", "FREQ=DAILY;COUNT=2;UNTIL=20300101", scheduling.ErrRRule},
		{"a part twice", "FREQ=DAILY;INTERVAL=2;INTERVAL=3", scheduling.ErrRRule},
		{"an unknown part", "FREQ=DAILY;X-FOO=1", scheduling.ErrRRule},
		{"no frequency", "BYDAY=MO", scheduling.ErrRRule},
		{"empty", "", scheduling.ErrRRule},
		{"month 13", "FREQ=YEARLY;BYMONTH=13", scheduling.ErrRRule},
		{"day 0", "FREQ=MONTHLY;BYMONTHDAY=0", scheduling.ErrRRule},
		{"the 6th Monday of a month", "FREQ=MONTHLY;BYDAY=6MO", scheduling.ErrRRule},
		{"the 53rd Monday of a month", "FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", scheduling.ErrRRule},
		{"a numbered day of a week", "FREQ=WEEKLY;BYDAY=2MO", scheduling.ErrRRule},
		{"a day of the month of a week", "FREQ=WEEKLY;BYMONTHDAY=3", scheduling.ErrRRule},
		{"a day of the year of a month", "FREQ=MONTHLY;BYYEARDAY=3", scheduling.ErrRRule},
		{"weeks without days", "FREQ=YEARLY;BYWEEKNO=20", scheduling.ErrRRule},
		{"a position without a list", "FREQ=MONTHLY;BYSETPOS=1", scheduling.ErrRRule},
		{"long", "FREQ=DAILY;BYMONTH=" + strings.Repeat("1,", 300) + "1", scheduling.ErrRRule},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := scheduling.ParseRRule(tc.rule, tuesday, 0)
			if !errors.Is(err, tc.want) {
				t.Errorf("ParseRRule(%q) = %v, want %v", tc.rule, err, tc.want)
			}
		})
	}
}

// tuesday is the start of the rules below.
var tuesday = scheduling.NewDate(2025, time.October, 7)

func TestParseRRuleDates(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, rule, canonical string
		from, until           string
		want                  []string // the first dates
		ends                  bool     // whether want is complete
	}{
		{
			name: "the work week", rule: "rrule:freq=weekly;byday=TH,SU,MO,TU,WE,MO;interval=1",
			canonical: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,SU", from: "2026-11-26",
			want: []string{"2026-11-26", "2026-11-29", "2026-11-30"},
		},
		{
			name: "the weekday comes from the start", rule: "FREQ=WEEKLY", canonical: "FREQ=WEEKLY",
			from: "2026-11-24", until: "2026-12-01", want: []string{"2026-11-24", "2026-12-01"}, ends: true,
		},
		{
			// RFC 5545 section 3.3.10, the example of WKST
			name: "every other week, weeks from Monday", rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
			canonical: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU", from: "1997-08-05",
			want: []string{"1997-08-05", "1997-08-10", "1997-08-19", "1997-08-24"}, ends: true,
		},
		{
			name: "every other week, weeks from Sunday", rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
			canonical: "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=4;BYDAY=TU,SU", from: "1997-08-05",
			want: []string{"1997-08-05", "1997-08-17", "1997-08-19", "1997-08-31"}, ends: true,
		},
		{
			name: "the last working day of the month", rule: "FREQ=MONTHLY;BYDAY=SU,MO,TU,WE,TH;BYSETPOS=-1",
			canonical: "FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,SU", from: "2026-11-30",
			want: []string{"2026-11-30", "2026-12-31", "2027-01-31"},
		},
		{
			name: "plain and numbered weekdays together are a union", rule: "FREQ=MONTHLY;BYDAY=1MO,TU",
			canonical: "FREQ=MONTHLY;BYDAY=TU,+1MO", from: "2026-11-01",
			want: []string{"2026-11-02", "2026-11-03", "2026-11-10"},
		},
		{
			name: "30 February is not, 29 February is", rule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29,30",
			canonical: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29,30", from: "2026-01-01",
			want: []string{"2028-02-29", "2032-02-29"},
		},
		{
			name: "an UNTIL with a time is a date", rule: "FREQ=DAILY;UNTIL=20261125T070000Z",
			canonical: "FREQ=DAILY;UNTIL=20261125", from: "2026-11-24",
			want: []string{"2026-11-24", "2026-11-25"}, ends: true,
		},
		{
			name: "the last of a leap week", rule: "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH",
			canonical: "FREQ=YEARLY;BYWEEKNO=53;BYDAY=TH", from: "2026-01-01",
			want: []string{"2026-12-31", "2032-12-30"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var until scheduling.Date
			if tc.until != "" {
				until = date(t, tc.until)
			}
			r, err := scheduling.ParseRRule(tc.rule, date(t, tc.from), until)
			if err != nil {
				t.Fatal(err)
			}
			if r.String() != tc.canonical {
				t.Errorf("canonical form %s, want %s", r.String(), tc.canonical)
			}
			limit := len(tc.want)
			if tc.ends {
				limit++
			}
			var got []string
			for d := date(t, tc.from) - 400; d < date(t, tc.from)+4000 && len(got) < limit; d++ {
				if r.On(d) {
					got = append(got, d.String())
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("dates (-want +got):\n%s", diff)
			}
		})
	}
}

// Rules have the same dates as with rrule-go.
func TestRecurrenceAgreesWithRRuleGo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		from := scheduling.NewDate(2015, 1, 1) + scheduling.Date(rapid.IntRange(0, 5000).Draw(t, "from"))
		text := drawRule(t, &from)
		r, err := scheduling.ParseRRule(text, from, 0)
		if errors.Is(err, scheduling.ErrNoDates) {
			return // the reference would search up to the year 9999
		}
		if err != nil {
			t.Fatalf("ParseRRule(%s): %v", text, err)
		}
		option, err := rrule.StrToROption(r.String())
		if err != nil {
			t.Fatal(err)
		}
		option.Dtstart = from.Time()
		reference, err := rrule.NewRRule(*option)
		if err != nil {
			t.Fatal(err)
		}
		next := reference.Iterator()
		d := from - 10
		for range 30 {
			at, ok := next()
			if !ok {
				break
			}
			want := scheduling.DateOf(at, time.UTC)
			if want > from+190*365 {
				break // a rule is followed for 200 years
			}
			for ; d < want; d++ {
				if r.On(d) {
					t.Fatalf("%s from %s: on %s, but the reference goes on to %s", text, from, d, want)
				}
			}
			if !r.On(want) {
				t.Fatalf("%s from %s: not on %s", text, from, want)
			}
			d = want + 1
		}
	})
}

// drawRule draws a rule that rrule-go reads as RFC 5545 means it. rrule-go
// fails for plain and numbered weekdays in one BYDAY, weeks at the ends of a
// year, and positions in an incomplete first week.
func drawRule(t *rapid.T, from *scheduling.Date) string {
	freq := rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	parts := []string{"FREQ=" + freq, fmt.Sprintf("INTERVAL=%d", rapid.IntRange(1, 5).Draw(t, "interval"))}
	maybe := func(part string) bool { return rapid.IntRange(0, 2).Draw(t, part) == 0 }
	list := func(part string, lo, hi int) {
		n := rapid.SliceOfNDistinct(rapid.IntRange(lo, hi).Filter(func(n int) bool { return n != 0 }), 1, 4, rapid.ID[int]).Draw(t, part)
		slices.Sort(n)
		parts = append(parts, part+"="+strings.Trim(strings.ReplaceAll(fmt.Sprint(n), " ", ","), "[]"))
	}
	by := len(parts)
	if maybe("BYMONTH") {
		list("BYMONTH", 1, 12)
	}
	if freq != "WEEKLY" && maybe("BYMONTHDAY") {
		list("BYMONTHDAY", -31, 31)
	}
	weeks := false
	if freq == "YEARLY" {
		if maybe("BYYEARDAY") {
			list("BYYEARDAY", -365, 365)
		}
		if weeks = maybe("BYWEEKNO"); weeks {
			list("BYWEEKNO", 2, 50)
		}
	}
	if weeks || maybe("BYDAY") {
		days := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"MO", "TU", "WE", "TH", "FR", "SA", "SU"}), 1, 4, rapid.ID[string]).Draw(
			t, "BYDAY",
		)
		if (freq == "MONTHLY" || freq == "YEARLY") && !weeks && rapid.Bool().Draw(t, "numbered") {
			for i := range days {
				n := rapid.SampledFrom([]int{-4, -2, -1, 1, 2, 3, 4}).Draw(t, "n")
				days[i] = fmt.Sprintf("%+d%s", n, days[i])
			}
		}
		parts = append(parts, "BYDAY="+strings.Join(days, ","))
	}
	if len(parts) > by && maybe("BYSETPOS") {
		list("BYSETPOS", -3, 3)
		if freq == "WEEKLY" {
			*from -= scheduling.Date((from.Weekday() + 6) % 7)
		}
	} else if maybe("WKST") {
		parts = append(parts, "WKST="+rapid.SampledFrom([]string{"SU", "SA", "WE"}).Draw(t, "wkst"))
	}
	if maybe("COUNT") {
		parts = append(parts, fmt.Sprintf("COUNT=%d", rapid.IntRange(1, 20).Draw(t, "count")))
	}
	return strings.Join(parts, ";")
}

func FuzzParseRRule(f *testing.F) {
	for _, rule := range []string{
		"FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH",
		"FREQ=YEARLY;BYMONTH=12;BYDAY=53MO",
		"FREQ=MONTHLY;BYDAY=-1TH;BYSETPOS=-1;COUNT=10000",
		"FREQ=YEARLY;INTERVAL=1000;BYYEARDAY=-366,366;BYWEEKNO=53;BYDAY=MO",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;UNTIL=99991231",
		"RRULE:FREQ=DAILY;UNTIL=20300101T000000Z;WKST=SU",
	} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		from := scheduling.NewDate(2026, 1, 1)
		r, err := scheduling.ParseRRule(rule, from, 0)
		if err != nil {
			return
		}
		again, err := scheduling.ParseRRule(r.String(), from, 0)
		if err != nil {
			t.Fatalf("%q is %q, which is rejected: %v", rule, r.String(), err)
		}
		if again.String() != r.String() {
			t.Fatalf("%q is %q, then %q", rule, r.String(), again.String())
		}
		for d := from - 1; d < from+800; d++ {
			if r.On(d) != again.On(d) {
				t.Fatalf("%q and %q differ on %s", rule, r.String(), d)
			}
		}
	})
}
