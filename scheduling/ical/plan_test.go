package ical_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

func TestReadPlan(t *testing.T) {
	t.Parallel()
	type rule struct {
		rrule, from, until string
		also, except       []string
		openings           []scheduling.Opening
	}
	week := "RRULE:FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH"
	const canonical = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,SU"
	morning := func(places int) []scheduling.Opening {
		return []scheduling.Opening{opening(t, "07:30", "14:30", places)}
	}
	tests := []struct {
		name     string
		zone     string // Asia/Riyadh if empty
		file     string
		want     []rule
		problems []string
	}{
		{
			name: "floating times are in the zone of the plan (RFC 5545 section 3.3.5, form 1)",
			file: event("DTSTART:20270103T073000", "DTEND:20270103T143000", week),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name: "UTC is converted (section 3.3.5, form 2)",
			file: event("DTSTART:20270103T043000Z", "DURATION:PT7H", week),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name: "a zone by its IANA name (section 3.3.5, form 3)",
			file: event("DTSTART;TZID=Asia/Riyadh:20270103T073000", "DTEND;TZID=Asia/Riyadh:20270103T143000", "X-ZIYARA-PLACES:4", week),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(4)}},
		},
		{
			name: "another zone at a constant distance",
			file: event("DTSTART;TZID=Asia/Dubai:20270103T083000", "DTEND;TZID=Asia/Riyadh:20270103T143000", week),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name: "a zone by its X-LIC-LOCATION",
			file: file(
				block("VTIMEZONE", "TZID:Arab Standard Time", "X-LIC-LOCATION:Asia/Riyadh",
					block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300")),
				block("VEVENT", `DTSTART;TZID="Arab Standard Time":20270103T073000`, "DURATION:PT7H", week),
			),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name: "a zone that the calendar defines itself (section 3.6.5)",
			file: file(
				block("VTIMEZONE", "TZID:Arab Standard Time",
					block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300")),
				block("VEVENT", "DTSTART;TZID=Arab Standard Time:20270103T073000", "DURATION:PT7H", week),
			),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name:     "another zone that changes its clocks",
			file:     event("DTSTART;TZID=Europe/Berlin:20270103T073000", "DURATION:PT7H", week),
			problems: []string{"changes its clocks"},
		},
		{
			name: "another zone that changes its clocks at the same instants",
			zone: "Europe/London",
			file: event("DTSTART;TZID=Europe/Berlin:20270103T083000", "DURATION:PT7H", week),
			want: []rule{{rrule: canonical, from: "2027-01-03", openings: morning(1)}},
		},
		{
			name:     "another zone with another date",
			file:     event("DTSTART:20270103T223000Z", "DURATION:PT2H", week),
			problems: []string{"the date differs"},
		},
		{
			name: "once, in another zone with another date",
			file: event("DTSTART;TZID=Europe/Berlin:20270103T223000", "DURATION:PT2H"),
			want: []rule{{from: "2027-01-04", also: []string{"2027-01-04"}, openings: []scheduling.Opening{opening(t, "00:30", "02:30", 1)}}},
		},
		{
			name: "past midnight",
			file: event("DTSTART:20270103T220000", "DTEND:20270104T013000", "RRULE:FREQ=DAILY"),
			want: []rule{{rrule: "FREQ=DAILY", from: "2027-01-03", openings: []scheduling.Opening{opening(t, "22:00", "25:30", 1)}}},
		},
		{
			name: "until before the start of that date (section 3.3.10)",
			file: event("DTSTART:20270103T073000", "DURATION:PT7H", "RRULE:FREQ=DAILY;UNTIL=20270131T042959Z"),
			want: []rule{{rrule: "FREQ=DAILY", from: "2027-01-03", until: "2027-01-30", openings: morning(1)}},
		},
		{
			name: "until the start of that date (section 3.3.10)",
			file: event("DTSTART:20270103T073000", "DURATION:PT7H", "RRULE:UNTIL=20270131T043000Z;FREQ=DAILY"),
			want: []rule{{rrule: "FREQ=DAILY", from: "2027-01-03", until: "2027-01-31", openings: morning(1)}},
		},
		{
			name: "until in the evening, UTC, is the next date here",
			file: event("DTSTART:20270103T000000", "DURATION:PT7H", "RRULE:FREQ=DAILY;UNTIL=20270131T210000Z"),
			want: []rule{
				{rrule: "FREQ=DAILY", from: "2027-01-03", until: "2027-02-01", openings: []scheduling.Opening{opening(t, "00:00", "07:00", 1)}},
			},
		},
		{
			name: "until in UTC where the plan is in UTC and the event is not",
			zone: "UTC",
			file: event("DTSTART;TZID=Asia/Riyadh:20270103T073000", "DURATION:PT7H", "RRULE:FREQ=DAILY;UNTIL=20270131T043000Z"),
			want: []rule{
				{rrule: "FREQ=DAILY", from: "2027-01-03", until: "2027-01-31", openings: []scheduling.Opening{opening(t, "04:30", "11:30", 1)}},
			},
		},
		{
			name: "dates added and removed (sections 3.8.5.1 and 3.8.5.2)",
			file: event("EXDATE:20270110T073000,20270111T043000Z", "EXDATE;VALUE=DATE:20270112", "EXDATE:20270113T080000",
				"DTSTART:20270103T073000", "DURATION:PT7H", week,
				"RDATE:20270108T073000,20270109T043000Z", "RDATE;VALUE=PERIOD:20270108T160000/PT2H,20270109T160000/20270109T180000"),
			want: []rule{
				{
					rrule: canonical, from: "2027-01-03", openings: morning(1),
					also: []string{"2027-01-08", "2027-01-09"}, except: []string{"2027-01-10", "2027-01-11", "2027-01-12"},
				},
				{
					from: "2027-01-08", also: []string{"2027-01-08", "2027-01-09"},
					openings: []scheduling.Opening{opening(t, "16:00", "18:00", 1)},
				},
			},
			problems: []string{"not at the time of any occurrence"},
		},
		{
			name: "one occurrence at other times (section 3.8.4.4)",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20270103T073000", "DURATION:PT7H", week),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270104T043000Z", "DTSTART:20270104T100000", "DURATION:PT2H"),
			),
			want: []rule{
				{rrule: canonical, from: "2027-01-03", except: []string{"2027-01-04"}, openings: morning(1)},
				{from: "2027-01-04", also: []string{"2027-01-04"}, openings: []scheduling.Opening{opening(t, "10:00", "12:00", 1)}},
			},
		},
		{
			name: "one occurrence twice, its start written in two ways (RFC 5546 section 2.1.5)",
			file: file(
				block("VEVENT", "UID:1", "DTSTART:20270103T073000", "DURATION:PT7H", week),
				block("VEVENT", "UID:1", "RECURRENCE-ID:20270104T043000Z", "DTSTART:20270104T100000", "DURATION:PT2H"),
				block("VEVENT", "UID:1", "RECURRENCE-ID;TZID=Asia/Riyadh:20270104T073000", "DTSTART:20270104T110000", "DURATION:PT2H", "SEQUENCE:1"),
			),
			want: []rule{
				{rrule: canonical, from: "2027-01-03", except: []string{"2027-01-04"}, openings: morning(1)},
				{from: "2027-01-04", also: []string{"2027-01-04"}, openings: []scheduling.Opening{opening(t, "11:00", "13:00", 1)}},
			},
			problems: []string{"newer version"},
		},
		{
			name: "the hours of a duration are elapsed time (section 3.3.6)",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270328T003000", "DURATION:PT4H"),
			want: []rule{{from: "2027-03-28", also: []string{"2027-03-28"}, openings: []scheduling.Opening{opening(t, "00:30", "05:30", 1)}}},
		},
		{
			name: "the hours of a period are elapsed time (section 3.3.9)",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270327T003000", "DURATION:PT4H", "RDATE;VALUE=PERIOD:20270328T003000/PT4H"),
			want: []rule{
				{from: "2027-03-27", also: []string{"2027-03-27"}, openings: []scheduling.Opening{opening(t, "00:30", "04:30", 1)}},
				{from: "2027-03-28", also: []string{"2027-03-28"}, openings: []scheduling.Opening{opening(t, "00:30", "05:30", 1)}},
			},
		},
		{
			name: "the days of a duration are calendar days (section 3.3.6)",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270327T120000", "DURATION:P1D"),
			want: []rule{{from: "2027-03-27", also: []string{"2027-03-27"}, openings: []scheduling.Opening{opening(t, "12:00", "36:00", 1)}}},
		},
		{
			name: "recurring events keep their wall times, even if the first date has 23 hours",
			zone: "Europe/Berlin",
			file: event("DTSTART:20270328T003000", "DURATION:PT4H", "RRULE:FREQ=DAILY"),
			want: []rule{{rrule: "FREQ=DAILY", from: "2027-03-28", openings: []scheduling.Opening{opening(t, "00:30", "04:30", 1)}}},
		},
		{
			name: "an hour that clocks show twice: the two can't be told apart",
			zone: "Europe/Berlin",
			file: file(
				block("VEVENT", "DTSTART:20271031T003000", "DURATION:PT2H30M"),
				block("VEVENT", "DTSTART:20271031T013000Z", "DURATION:PT1H"),
				block("VEVENT", "DTSTART:20271031T003000", "DTEND:20271031T013000Z"),
				block("VEVENT", "DTSTART:20271030T003000", "DURATION:PT2H", "RDATE;VALUE=PERIOD:20271031T003000/PT2H30M"),
				block("VEVENT", "DTSTART:20271031T003000Z", "DURATION:PT15M"),
			),
			want:     []rule{{from: "2027-10-31", also: []string{"2027-10-31"}, openings: []scheduling.Opening{opening(t, "02:30", "02:45", 1)}}},
			problems: []string{"twice", "twice", "twice", "twice"},
		},
		{
			name: "until the end of time, in a zone that changes its clocks at the same instants",
			zone: "Europe/London",
			file: event("DTSTART;TZID=Europe/Berlin:20270103T083000", "DURATION:PT7H", "RRULE:FREQ=DAILY;UNTIL=99991231T000000Z"),
			want: []rule{{rrule: "FREQ=DAILY", from: "2027-01-03", until: "9999-12-30", openings: morning(1)}},
		},
		{
			name: "events on the same dates become one rule",
			file: file(
				block("VEVENT", "DTSTART:20270103T160000", "DURATION:PT2H", week, "X-ZIYARA-PLACES:2"),
				block("VEVENT", "DTSTART:20270103T073000", "DURATION:PT7H", week),
				block("VEVENT", "DTSTART:20270201T073000", "DURATION:PT7H"),
				block("VEVENT", "DTSTART:20270131T073000", "DURATION:PT7H"),
			),
			want: []rule{
				{rrule: canonical, from: "2027-01-03", openings: append(morning(1), opening(t, "16:00", "18:00", 2))},
				{from: "2027-01-31", also: []string{"2027-01-31", "2027-02-01"}, openings: morning(1)},
			},
		},
		{
			name: "the start is not one of the dates (section 3.8.5.3)",
			file: event("DTSTART:20270101T073000", "DURATION:PT7H", week),
			want: []rule{{rrule: canonical, from: "2027-01-01", openings: morning(1)}},
			problems: []string{
				"does not include the date of the start",
			},
		},
		{
			name: "events that can't be openings",
			file: file(
				block("VEVENT", "DTSTART:20270103"),
				block("VEVENT", "DTSTART:20270103T073000"),
				block("VEVENT", "DTSTART:20270103T073000", "DTEND:20270103"),
				block("VEVENT", "DTSTART:20270103T073000", "DTEND:20270103T073000"),
				block("VEVENT", "DTSTART:20270103T073000", "DTEND:20270106T073000"),
				block("VEVENT", "DTSTART:20270103T073015", "DTEND:20270103T080000"),
				block("VEVENT", "DTSTART:20270103T073000", "DURATION:PT90S"),
				block("VEVENT", "DTSTART:20270103T073000", "DURATION:PT1H", "X-ZIYARA-PLACES:1001"),
				block("VEVENT", "DTSTART:20270103T073000", "DURATION:PT1H", "STATUS:CANCELLED"),
			),
			problems: []string{"whole day", "no end", "whole day", "not end after", "beyond the next day", "whole minute",
				"duration", "number of places", "cancelled"},
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.zone == "" {
				test.zone = riyadh
			}
			dates := func(list []string) []scheduling.Date {
				var all []scheduling.Date
				for _, s := range list {
					all = append(all, date(t, s))
				}
				return all
			}
			want := scheduling.Plan{Zone: test.zone}
			for _, r := range test.want {
				w := scheduling.Rule{
					RRule: r.rrule, From: date(t, r.from), Also: dates(r.also), Except: dates(r.except), Openings: r.openings,
				}
				if r.until != "" {
					w.Until = date(t, r.until)
				}
				want.Rules = append(want.Rules, w)
			}
			got, problems, err := ical.ReadPlan(strings.NewReader(test.file), test.zone)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			checkProblems(t, problems, test.problems)
		})
	}
}
