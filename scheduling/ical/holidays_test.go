package ical_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

func TestReadHolidays(t *testing.T) {
	t.Parallel()
	type holiday struct {
		ar, en, from, until string
		provisional         bool
	}
	one := func(from, until string) []holiday { return []holiday{{en: "Day", from: from, until: until}} }
	tests := []struct {
		name        string
		zone        string // Asia/Riyadh where empty
		file        string
		from, until string // in 2027 if empty
		want        []holiday
		problems    []string
	}{
		{
			name: "end is exclusive (RFC 5545 section 3.6.1)",
			file: event("DTSTART;VALUE=DATE:20270304", "DTEND;VALUE=DATE:20270314", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-13"),
		},
		{
			name: "without an end it is one day (section 3.6.1)",
			file: event("DTSTART;VALUE=DATE:20270923", "SUMMARY:Day"),
			want: one("2027-09-23", "2027-09-23"),
		},
		{
			name: "an end on the day of the start means one day",
			file: event("DTSTART;VALUE=DATE:20270923", "DTEND;VALUE=DATE:20270923", "SUMMARY:Day"),
			want: one("2027-09-23", "2027-09-23"),
		},
		{
			name: "duration in days (section 3.3.6)",
			file: event("DTSTART;VALUE=DATE:20270304", "DURATION:P10D", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-13"),
		},
		{
			name: "duration in weeks (section 3.3.6)",
			file: event("DTSTART;VALUE=DATE:20270304", "DURATION:P1W", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-10"),
		},
		{
			name: "VALUE=DATE left out",
			file: event("DTSTART:20270304", "DURATION:PT48H", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-05"),
		},
		{
			name: "from midnight to midnight, floating (section 3.3.5, form 1)",
			file: event("DTSTART:20270304T000000", "DTEND:20270306T000000", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-05"),
		},
		{
			name: "from midnight to midnight, UTC (section 3.3.5, form 2)",
			file: event("DTSTART:20270303T210000Z", "DTEND:20270304T205959Z", "SUMMARY:Day"),
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name: "one text in each language (section 3.2.10)",
			file: event("DTSTART:20270923", "SUMMARY;LANGUAGE=ar-SA:اليوم الوطني", "SUMMARY;LANGUAGE=en:National Day"),
			want: []holiday{{ar: "اليوم الوطني", en: "National Day", from: "2027-09-23", until: "2027-09-23"}},
		},
		{
			name: "Arabic is detected",
			file: event("DTSTART:20270923", `SUMMARY:اليوم الوطني\, ٩٧`),
			want: []holiday{{ar: "اليوم الوطني, ٩٧", from: "2027-09-23", until: "2027-09-23"}},
		},
		{
			name: "the first of the categories is the name without a summary (section 3.8.1.2)",
			file: event("DTSTART:20270923", `CATEGORIES:Day\, national,PUBLIC HOLIDAY`),
			want: []holiday{{en: "Day, national", from: "2027-09-23", until: "2027-09-23"}},
		},
		{
			name: "tentative is provisional (section 3.8.1.11)",
			file: event("DTSTART:20270304", "SUMMARY:Day", "STATUS:TENTATIVE"),
			want: []holiday{{en: "Day", from: "2027-03-04", until: "2027-03-04", provisional: true}},
		},
		{
			name:     "cancelled (section 3.8.1.11)",
			file:     event("DTSTART:20270304", "SUMMARY:Day", "STATUS:CANCELLED"),
			problems: []string{"cancelled"},
		},
		{
			name: "every year, bounded by the window (section 3.8.5.3)",
			file: event("DTSTART:20050923", "SUMMARY:Day", "RRULE:FREQ=YEARLY"),
			from: "2026-09-23", until: "2028-09-22",
			want: []holiday{
				{en: "Day", from: "2026-09-23", until: "2026-09-23"},
				{en: "Day", from: "2027-09-23", until: "2027-09-23"},
			},
		},
		{
			name: "an occurrence that began before the window",
			file: event("DTSTART:20201225", "DTEND:20210105", "SUMMARY:Day", "RRULE:FREQ=YEARLY;UNTIL=20261231"),
			want: one("2026-12-25", "2027-01-04"),
		},
		{
			name: "dates added and removed (sections 3.8.5.1 and 3.8.5.2)",
			file: event("EXDATE;VALUE=DATE:20270305,20270307", "DTSTART:20270304", "SUMMARY:Day",
				"RRULE:FREQ=DAILY;COUNT=3", "RDATE;VALUE=DATE:20270307", "RDATE;VALUE=DATE:20270309"),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "Day", from: "2027-03-06", until: "2027-03-06"},
				{en: "Day", from: "2027-03-09", until: "2027-03-09"},
			},
		},
		{
			name: "one occurrence moved, one cancelled (section 3.8.4.4)",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20250304", "SUMMARY:Day", "RRULE:FREQ=YEARLY"),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270304", "DTSTART:20270306", "SUMMARY:Moved"),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20280304", "DTSTART:20280304", "STATUS:CANCELLED"),
			),
			from: "2026-01-01", until: "2028-12-31",
			want: []holiday{
				{en: "Day", from: "2026-03-04", until: "2026-03-04"},
				{en: "Moved", from: "2027-03-06", until: "2027-03-06"},
			},
			problems: []string{"cancelled"},
		},
		{
			name: "a faulty occurrence does not fall back to the original",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20270304", "SUMMARY:Day", "RRULE:FREQ=DAILY;COUNT=2"),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270304", "SUMMARY:Moved"),
			),
			want:     one("2027-03-05", "2027-03-05"),
			problems: []string{"no start"},
		},
		{
			name: "all later occurrences changed (section 3.2.13)",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20270304", "SUMMARY:Day", "RRULE:FREQ=YEARLY"),
				block("VEVENT", "UID:1", "RECURRENCE-ID;RANGE=THISANDFUTURE:20280304", "DTSTART:20280305"),
			),
			problems: []string{"RANGE", "RANGE"},
		},
		{
			name: "the newest version counts (RFC 5546 section 2.1.5)",
			file: file(
				block("VEVENT", "UID:1", "SEQUENCE:2", "DTSTART:20270304", "SUMMARY:Day"),
				block("VEVENT", "UID:1", "SEQUENCE:1", "DTSTAMP:20270101T000000Z", "DTSTART:20270305", "SUMMARY:Old"),
				block("VEVENT", "DTSTART:20270306", "SUMMARY:No UID"),
				block("VEVENT", "DTSTART:20270307", "SUMMARY:No UID"),
			),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "No UID", from: "2027-03-06", until: "2027-03-06"},
				{en: "No UID", from: "2027-03-07", until: "2027-03-07"},
			},
			problems: []string{"newer version"},
		},
		{
			name:     "times of day are not a holiday",
			file:     event("DTSTART:20270304T080000", "DTEND:20270304T120000", "SUMMARY:Day"),
			problems: []string{"whole days"},
		},
		{
			name:     "half a day is not a holiday",
			file:     event("DTSTART:20270304", "DURATION:P1DT12H", "SUMMARY:Day"),
			problems: []string{"whole days"},
		},
		{
			name: "invalid events",
			file: file(block("VTODO", "DTSTART:20270304", "SUMMARY:Day"), block("VEVENT", "SUMMARY:Day"),
				block("VEVENT", "DTSTART:20270230"), block("VEVENT", "DTSTART:20270304", "DTEND:20270303"),
				block("VEVENT", "DTSTART:20270304", "DURATION:-P1D"), block("VEVENT", "DTSTART:20270304", "DURATION:P367D"),
				block("VEVENT", "DTSTART:20270304", "DTSTART:20270305"), block("VEVENT", "DTSTART:2027030"),
				block("VEVENT", "DTSTART:20270304", "DURATION:PT"), block("VEVENT", "DTSTART:20270304", "DURATION:P1H"),
				block("VEVENT", "DTSTART:20270304", "DURATION:P1DT1D"), block("VEVENT", "DTSTART:20270304", "DTEND:20270305T000000"),
				block("VEVENT", "DTSTART:20270304", "DTEND:20280306"), block("VEVENT", "DTSTART:20270304", "DTEND:x")),
			problems: []string{"VTODO", "no start", "not a valid date", "not end after", "duration", "duration", "more than once",
				"not a valid date", "duration", "duration", "duration", "whole day", "longer than a year", "not a valid date"},
		},
		{
			name: "faulty occurrences, and those of a faulty event",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:x", "SUMMARY:Day"),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270304", "DTSTART:20270305", "SUMMARY:Day"),
				block("VEVENT", "UID:2", "DTSTART:20270306", "SUMMARY:Day"),
				block("VEVENT", "UID:2", "RECURRENCE-ID:x", "DTSTART:20270307", "SUMMARY:Day"),
				block("VEVENT", "UID:2", "RECURRENCE-ID:20270306T080000", "DTSTART:20270307", "SUMMARY:Day"),
				block("VEVENT", "UID:2", "RECURRENCE-ID:20270308", "RRULE:FREQ=DAILY", "DTSTART:20270307", "SUMMARY:Day"),
			),
			want: []holiday{
				{en: "Day", from: "2027-03-05", until: "2027-03-05"},
				{en: "Day", from: "2027-03-06", until: "2027-03-06"},
			},
			problems: []string{"not a valid date", "not a valid date", "no occurrence", "yet recurs"},
		},
		{
			name: "faulty further dates and exceptions",
			file: file(
				block("VEVENT", "DTSTART:20270304", "RDATE:x"),
				block("VEVENT", "DTSTART:20270304", "RDATE:20270305T080000"),
				block("VEVENT", "DTSTART:20270304", "EXDATE:x"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20270305T000000/x"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20270305T000000/PX"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20270305T000000/20270306"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20270305T000000/20270304T000000"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20270305T000000/PT1H"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;UNTIL=x"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;UNTIL=20270305;UNTIL=20270306"),
			),
			problems: []string{"not a valid date", "kind of the start", "not a valid date", "not a valid date", "duration",
				"end of a period", "end of a period", "whole days", "not a valid date", "not valid"},
		},
		{
			name: "midnight in another zone, recurring",
			file: file(
				block("VEVENT", "DTSTART:20270303T210000Z", "DURATION:P1D", "RRULE:FREQ=YEARLY"),
				block("VEVENT", "DTSTART;TZID=Europe/Moscow:20270304T000000", "DURATION:P1D", "RRULE:FREQ=YEARLY", "SUMMARY:Day"),
			),
			want:     one("2027-03-04", "2027-03-04"),
			problems: []string{"the date differs"},
		},
		{
			name: "a zone by its X-LIC-LOCATION",
			file: file(
				block("VTIMEZONE", "TZID:Arab Standard Time", "X-LIC-LOCATION:Asia/Riyadh",
					block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300")),
				block("VEVENT", `DTSTART;TZID="Arab Standard Time":20270304T000000`, "DURATION:P1D", "SUMMARY:Day"),
			),
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name: "a zone that the calendar defines itself (section 3.6.5)",
			file: file(
				block("VTIMEZONE", "TZID:Arab Standard Time",
					block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300")),
				block("VEVENT", "DTSTART;TZID=Arab Standard Time:20270304T000000", "DURATION:P1D", "SUMMARY:Day"),
			),
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name:     "another zone that changes its clocks, recurring",
			file:     event("DTSTART;TZID=Europe/Berlin:20270303T220000", "DURATION:P1D", "RRULE:FREQ=DAILY;COUNT=2"),
			problems: []string{"changes its clocks"},
		},
		{
			name: "another zone that changes its clocks at the same instants, to the end of time",
			zone: "Europe/London", from: "2027-03-27", until: "2027-03-29",
			file: event("DTSTART;TZID=Europe/Berlin:20270103T010000", "DURATION:P1D", "SUMMARY:Day", "RRULE:FREQ=DAILY;UNTIL=99991231T000000Z"),
			want: []holiday{
				{en: "Day", from: "2027-03-27", until: "2027-03-27"},
				{en: "Day", from: "2027-03-28", until: "2027-03-28"},
				{en: "Day", from: "2027-03-29", until: "2027-03-29"},
			},
		},
		{
			name: "until before the start of that date (section 3.3.10)",
			file: event("DTSTART:20270304T000000", "DURATION:P1D", "SUMMARY:Day", "RRULE:FREQ=DAILY;UNTIL=20270304T205959Z"),
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name: "until the start of that date (section 3.3.10)",
			file: event("DTSTART:20270304T000000", "DURATION:P1D", "SUMMARY:Day", "RRULE:UNTIL=20270304T210000Z;FREQ=DAILY"),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "Day", from: "2027-03-05", until: "2027-03-05"},
			},
		},
		{
			name: "exceptions by time of day, in any zone (section 3.8.5.1)",
			file: event("EXDATE:20270305T000000,20270305T210000Z", "EXDATE;VALUE=DATE:20270307", "EXDATE:20270308T080000",
				"DTSTART:20270304T000000", "DURATION:P1D", "SUMMARY:Day", "RRULE:FREQ=DAILY;COUNT=5"),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "Day", from: "2027-03-08", until: "2027-03-08"},
			},
			problems: []string{"not at the time of any occurrence"},
		},
		{
			name: "one occurrence twice, however its start is written (RFC 5546 section 2.1.5)",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20270304T000000", "DURATION:P1D", "SUMMARY:Day", "RRULE:FREQ=DAILY;COUNT=2"),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270304T210000Z", "DTSTART:20270310", "SUMMARY:Old"),
				block("VEVENT", "UID:1", "RECURRENCE-ID;TZID=Asia/Riyadh:20270305T000000", "DTSTART:20270311", "SUMMARY:New", "SEQUENCE:1"),
			),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "New", from: "2027-03-11", until: "2027-03-11"},
			},
			problems: []string{"newer version"},
		},
		{
			name: "hours of a duration are elapsed time (section 3.3.6)",
			zone: "Europe/Berlin",
			file: file(
				block("VEVENT", "DTSTART:20270328T000000", "DURATION:PT23H", "SUMMARY:Day"),
				block("VEVENT", "DTSTART:20270328T000000", "DURATION:PT24H", "SUMMARY:Day"),
			),
			want:     one("2027-03-28", "2027-03-28"),
			problems: []string{"whole days"},
		},
		{
			name: "hours of a period are elapsed time (section 3.3.9)",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270327T000000", "DURATION:PT24H", "SUMMARY:Day", "RDATE;VALUE=PERIOD:20270328T000000/PT23H"),
			want: []holiday{
				{en: "Day", from: "2027-03-27", until: "2027-03-27"},
				{en: "Day", from: "2027-03-28", until: "2027-03-28"},
			},
		},
		{
			name: "days of a duration are calendar days (section 3.3.6)",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270328T000000", "DURATION:P1D", "SUMMARY:Day"),
			want: one("2027-03-28", "2027-03-28"),
		},
		{
			name: "what recurs has hours by the clock, also if its first date has 23 hours",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270328T000000", "DURATION:PT24H", "SUMMARY:Day", "RRULE:FREQ=DAILY;COUNT=2"),
			want: []holiday{
				{en: "Day", from: "2027-03-28", until: "2027-03-28"},
				{en: "Day", from: "2027-03-29", until: "2027-03-29"},
			},
		},
		{
			name: "a midnight that clocks show twice: the second can't be told from the first",
			zone: "America/Havana",
			file: file(
				block("VEVENT", "DTSTART:20271106T000000", "DURATION:PT25H"),
				block("VEVENT", "DTSTART:20271106T000000", "DTEND:20271107T050000Z"),
				block("VEVENT", "DTSTART:20271105T000000", "DURATION:P1D", "RDATE;VALUE=PERIOD:20271106T000000/PT25H"),
				block("VEVENT", "DTSTART:20271106T000000", "DURATION:PT24H", "SUMMARY:Day"),
			),
			want:     one("2027-11-06", "2027-11-06"),
			problems: []string{"twice", "twice", "twice"},
		},
		{
			name: "the start is not one of the dates (section 3.8.5.3)",
			file: event("DTSTART:20270304", "SUMMARY:Day", "RRULE:FREQ=WEEKLY;BYDAY=FR;UNTIL=20270306"),
			want: one("2027-03-05", "2027-03-05"),
			problems: []string{
				"does not include the date of the start",
			},
		},
		{
			name: "times that are faulty",
			file: file(
				block("VEVENT", "DTSTART:20270304T000000"),
				block("VEVENT", "DTSTART:20270304T000000", "DTEND:20270305"),
				block("VEVENT", "DTSTART:20270304T000015", "DTEND:20270305T000000"),
				block("VEVENT", "DTSTART:20270304T000000", "DURATION:PT90S"),
			),
			problems: []string{"no end", "whole day", "whole minute", "duration"},
		},
		{
			name: "parameters, quoted and encoded (section 3.2, RFC 6868)",
			file: event("DTSTART:20270304", `SUMMARY;ALTREP="a:b;c,d";X-A=^'e^',f;LANGUAGE=en:Day`),
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name: "rejected rules",
			file: file(
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=HOURLY"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;COUNT=1000000000"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;UNTIL=20270303"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;BYHOUR=3"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;INTERVAL=0"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY;COUNT=3;UNTIL=20280101"),
				block("VEVENT", "DTSTART:20270304", "RRULE:"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY", "EXRULE:FREQ=WEEKLY"),
				block("VEVENT", "DTSTART:20270304", "RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"),
			),
			problems: []string{"more often than daily", "counts", "never occurs", "before it starts", "hours", "interval",
				"both COUNT and UNTIL", "not valid", "EXRULE", "more than once"},
		},
		{
			name: "folded lines, LF alone, a byte order mark, lower case (section 3.1)",
			file: "\ufeffbegin:vcalendar\nversion:2.0\nbegin:vevent\ndtstart;value=date:2027\n 0304\nsummary:D\n\tay\nend:vevent\nend:vcalendar",
			want: one("2027-03-04", "2027-03-04"),
		},
		{
			name: "a fold inside a character (section 3.1)",
			file: event("DTSTART:20270304", "SUMMARY:\xd9\r\n \x8a\xd9\x88\xd9\x85"),
			want: []holiday{{ar: "يوم", from: "2027-03-04", until: "2027-03-04"}},
		},
		{
			name: "two calendars in one file (section 3.4)",
			file: event("DTSTART:20270305", "SUMMARY:Day") + event("DTSTART:20270304", "SUMMARY:Day"),
			want: []holiday{
				{en: "Day", from: "2027-03-04", until: "2027-03-04"},
				{en: "Day", from: "2027-03-05", until: "2027-03-05"},
			},
		},
		{
			name:     "a long name is cut",
			file:     event("DTSTART:20270304", "SUMMARY:"+strings.Repeat("D", 201)),
			want:     []holiday{{en: strings.Repeat("D", 200), from: "2027-03-04", until: "2027-03-04"}},
			problems: []string{"cut"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.zone == "" {
				test.zone = riyadh
			}
			if test.from == "" {
				test.from, test.until = "2027-01-01", "2027-12-31"
			}
			var want []scheduling.Holiday
			for _, h := range test.want {
				want = append(want, scheduling.Holiday{
					Name: scheduling.Text{AR: h.ar, EN: h.en},
					From: date(t, h.from), Until: date(t, h.until), Provisional: h.provisional,
				})
			}
			got, problems, err := ical.ReadHolidays(strings.NewReader(test.file), test.zone, date(t, test.from), date(t, test.until))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("holidays (-want +got):\n%s", diff)
			}
			checkProblems(t, problems, test.problems)
		})
	}
}

func TestReadHolidaysRefuses(t *testing.T) {
	t.Parallel()
	day := date(t, "2027-01-01")
	good := event("DTSTART:20270304")
	tests := []struct {
		name        string
		zone        string
		from, until scheduling.Date
		want        error
	}{
		{"no zone", "", day, day, scheduling.ErrZone},
		{"the machine's zone", "Local", day, day, scheduling.ErrZone},
		{"no such zone", "Asia/Nowhere", day, day, scheduling.ErrZone},
		{"a path", "../../etc/passwd", day, day, scheduling.ErrZone},
		{"no first date", riyadh, 0, day, ical.ErrWindow},
		{"out of order", riyadh, day, day - 1, ical.ErrWindow},
		{"too long", riyadh, day, day + 21*366, ical.ErrWindow},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := ical.ReadHolidays(strings.NewReader(good), test.zone, test.from, test.until); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
}
