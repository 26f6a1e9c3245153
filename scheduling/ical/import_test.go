package ical_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

// shared returns a list with a holiday of each kind: computed by the Hijri and
// by the Gregorian calendar, and given as dates.
func shared(t *testing.T) scheduling.HolidayList {
	t.Helper()
	day := func(month, day int) scheduling.MonthDay { return scheduling.MonthDay{Month: month, Day: day} }
	open := date(t, "2026-04-01")
	return scheduling.HolidayList{Holidays: []scheduling.HolidayRule{
		{Slug: "fitr", Name: scheduling.Text{AR: "عيد الفطر", EN: "Eid al-Fitr"},
			When: scheduling.When{Hijri: &scheduling.YearSpan{From: day(9, 25), Until: day(10, 5)}}},
		{Slug: "national", Name: scheduling.Text{AR: "اليوم الوطني", EN: "National Day"},
			When: scheduling.When{Yearly: &scheduling.YearSpan{From: day(9, 23), Until: day(9, 23)}}},
		{Slug: "open-day", Name: scheduling.Text{AR: "يوم مفتوح", EN: "Open Day"},
			When: scheduling.When{Dates: []scheduling.DateSpan{{From: open, Until: open}}}},
	}}
}

// vtimezone returns a VTIMEZONE with a fixed offset.
func vtimezone(tzid, offset string) string {
	return block("VTIMEZONE", "TZID:"+tzid,
		block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:"+offset, "TZOFFSETTO:"+offset))
}

// midnight returns an event from midnight of 1 June 2027 to the next in a zone.
func midnight(tzid string) string {
	return block("VEVENT", "SUMMARY:Day", `DTSTART;TZID="`+tzid+`":20270601T000000`, `DTEND;TZID="`+tzid+`":20270602T000000`)
}

// cairo is the zone of Egypt as Outlook writes it, with made-up dates for the
// changes of clocks.
func cairo(standard, daylight string) string {
	return block("VTIMEZONE", "TZID:Egypt Standard Time",
		block("STANDARD", "DTSTART:16010101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0200", standard),
		block("DAYLIGHT", "DTSTART:16010101T000000", "TZOFFSETFROM:+0200", "TZOFFSETTO:+0300", daylight))
}

// Calendar files of all kinds are taken into a list of holidays: what they close
// is closed, and what is not taken over is said. The matrix is what a file can
// have: several events for one holiday, rules, gaps, cancellations, zones of
// Windows and of its own, no name, no end.
func TestImportMatrix(t *testing.T) {
	t.Parallel()
	day := func(name, from string, more ...string) string {
		return block("VEVENT", append([]string{"SUMMARY:" + name, "DTSTART;VALUE=DATE:" + from}, more...)...)
	}
	method := func(m string, lines ...string) string { return file(append([]string{"METHOD:" + m}, lines...)...) }
	june := []string{"2027-06-01"}
	tests := []struct {
		name    string
		file    string
		closes  []string // confirmed dates from 2027-01-01 to 2027-12-31, without the National Day of the list
		leftOut []string // parts of the reasons, in order
	}{
		// Several events for one holiday.
		{name: "several events: three days of a computed holiday",
			file:   file(day("Eid al-Fitr", "20270310"), day("Eid al-Fitr", "20270309"), day("عيد الفطر", "20270311")),
			closes: []string{"2027-03-09", "2027-03-10", "2027-03-11"}},
		{name: "several events: the days overlap",
			file:   file(day("Eid al-Fitr", "20270309", "DURATION:P2D"), day("Eid al-Fitr", "20270310", "DURATION:P2D")),
			closes: []string{"2027-03-09", "2027-03-10", "2027-03-11"}},
		{name: "several events: a yearly holiday",
			file:   file(day("National Day", "20270922"), day("National Day", "20270924")),
			closes: []string{"2027-09-22", "2027-09-24"}},
		{name: "several events: a holiday of single dates",
			file:   file(day("Open Day", "20270401"), day("Open Day", "20270402"), day("Open Day", "20270405")),
			closes: []string{"2027-04-01", "2027-04-02", "2027-04-05"}},
		{name: "several events: a new holiday",
			file: file(day("Day", "20270601"), day("Day", "20270603")), closes: []string{"2027-06-01", "2027-06-03"}},
		{name: "several events: names that look the same",
			file:   file(day("Eid al-Fitr\u200f", "20270309"), day(" eid  AL-FITR", "20270310"), day("Eid\u00a0al-Fitr", "20270311")),
			closes: []string{"2027-03-09", "2027-03-10", "2027-03-11"}},
		{name: "several events: one is far from the computed dates",
			file:   file(day("Eid al-Fitr", "20270309"), day("Eid al-Fitr", "20270801")),
			closes: []string{"2027-03-09"}, leftOut: []string{"too far"}},
		{name: "several events: one is not certain",
			file:   file(day("Eid al-Fitr", "20270309"), day("Eid al-Fitr", "20270310", "STATUS:TENTATIVE")),
			closes: []string{"2027-03-09"}, leftOut: []string{"Not yet certain"}},
		{name: "several events: one UID in two revisions",
			file:   file(day("Day", "20270601", "UID:1", "SEQUENCE:1"), day("Day", "20270605", "UID:1")),
			closes: june, leftOut: []string{"newer version"}},
		{name: "several events: two revisions that only LAST-MODIFIED tells apart",
			file: file(day("Day", "20270601", "UID:1", "LAST-MODIFIED:20270102T000000Z"),
				day("Day", "20270605", "UID:1", "LAST-MODIFIED:20270101T000000Z")),
			closes: june, leftOut: []string{"newer version"}},

		// Rules.
		{name: "rules: three days of a computed holiday", file: file(day("Eid al-Fitr", "20270309", "RRULE:FREQ=DAILY;COUNT=3")),
			closes: []string{"2027-03-09", "2027-03-10", "2027-03-11"}},
		{name: "rules: every year", file: file(day("Day", "20200601", "RRULE:FREQ=YEARLY")), closes: june},
		{name: "rules: a new zone of the file in each year", closes: june,
			file: file(vtimezone("Riyadh", "+0300"), block("VEVENT", "SUMMARY:Day", "DTSTART;TZID=Riyadh:20250601T000000",
				"DURATION:P1D", "RRULE:FREQ=YEARLY;UNTIL=20280601T000000Z"))},
		{name: "rules: hourly", file: file(day("Day", "20270601", "RRULE:FREQ=HOURLY")), leftOut: []string{"more often than daily"}},

		// Gaps.
		{name: "gaps: in a computed holiday", file: file(day("Eid al-Fitr", "20270308"), day("Eid al-Fitr", "20270310", "DURATION:P2D")),
			closes: []string{"2027-03-08", "2027-03-10", "2027-03-11"}},
		{name: "gaps: an exception of a rule",
			file:   file(day("Eid al-Fitr", "20270308", "RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20270309")),
			closes: []string{"2027-03-08", "2027-03-10"}},
		{name: "gaps: further dates", file: file(day("Eid al-Fitr", "20270308", "RDATE;VALUE=DATE:20270311")),
			closes: []string{"2027-03-08", "2027-03-11"}},

		// Cancelled.
		{name: "cancelled: the file", file: method("CANCEL", day("Day", "20270601")), leftOut: []string{"METHOD:CANCEL"}},
		{name: "cancelled: the file, in lower case", file: method("cancel ", day("Day", "20270601")), leftOut: []string{"METHOD:CANCEL"}},
		{name: "cancelled: METHOD after the event",
			file: file(day("Day", "20270601"), "METHOD:CANCEL"), leftOut: []string{"METHOD:CANCEL"}},
		{name: "cancelled: a later calendar of the file", leftOut: []string{"newer version", "METHOD:CANCEL"},
			file: method("PUBLISH", day("Day", "20270601", "UID:1")) + method("CANCEL", day("Day", "20270601", "UID:1", "SEQUENCE:1"))},
		{name: "cancelled: an earlier revision", closes: june, leftOut: []string{"newer version"},
			file: method("CANCEL", day("Day", "20270601", "UID:1")) + method("REQUEST", day("Day", "20270601", "UID:1", "SEQUENCE:1"))},
		{name: "cancelled: one event", file: file(day("Day", "20270601"), day("Day", "20270605", "STATUS: Cancelled")),
			closes: june, leftOut: []string{"is cancelled"}},
		{name: "cancelled: one event, spelled otherwise",
			file: file(day("Day", "20270605", "STATUS:CANCELED")), leftOut: []string{"is cancelled"}},
		{name: "cancelled: an event and with it its moved occurrence", leftOut: []string{"is cancelled", "is cancelled"},
			file: file(day("Day", "20270601", "UID:1", "RRULE:FREQ=YEARLY", "STATUS:CANCELLED"),
				day("Day", "20270602", "UID:1", "RECURRENCE-ID;VALUE=DATE:20270601"))},
		{name: "cancelled: neither certain nor cancelled",
			file: file(day("Day", "20270605", "STATUS:DRAFT")), leftOut: []string{`STATUS "DRAFT"`}},
		{name: "method: an invitation", file: method("REQUEST", day("Day", "20270601")), closes: june},
		{name: "method: one more date", file: method("ADD", day("Day", "20270601")), closes: june},
		{name: "method: an answer", file: method("REPLY", day("Day", "20270601")), leftOut: []string{"does not announce"}},
		{name: "method: a proposal that is no revision", closes: june, leftOut: []string{"does not announce"},
			file: method("PUBLISH", day("Day", "20270601", "UID:1")) + method("COUNTER", day("Day", "20270605", "UID:1", "SEQUENCE:1"))},
		{name: "method: refreshed", file: method("REFRESH", day("Day", "20270601")), leftOut: []string{"does not announce"}},
		{name: "method: unheard of", file: method("X-THROW", day("Day", "20270601")), leftOut: []string{"does not announce"}},

		// Zones of Windows.
		{name: "Windows zone: without a definition", file: file(midnight("Arab Standard Time")), closes: june},
		{name: "Windows zone: with Outlook's definition",
			file: file(vtimezone("Arab Standard Time", "+0300"), midnight("Arab Standard Time")), closes: june},
		{name: "Windows zone: another", file: file(midnight("Arabian Standard Time")), leftOut: []string{"whole days"}},
		{name: "Windows zone: unheard of",
			file: file(midnight("Moon Standard Time")), leftOut: []string{`"Moon Standard Time" is unknown`}},
		{name: "calendar's zone: floating times", file: file("X-WR-TIMEZONE:Europe/Moscow", midnight("UTC"),
			block("VEVENT", "SUMMARY:Day", "DTSTART:20270601T000000", "DURATION:P1D")), closes: june, leftOut: []string{"whole days"}},
		{name: "calendar's zone: floating times elsewhere", leftOut: []string{"whole days"},
			file: file("X-WR-TIMEZONE:Asia/Dubai", block("VEVENT", "SUMMARY:Day", "DTSTART:20270601T000000", "DURATION:P1D"))},
		{name: "calendar's zone: unheard of", closes: []string{"2027-06-03"}, leftOut: []string{`"Moon" is unknown`},
			file: file("X-WR-TIMEZONE:Moon", block("VEVENT", "SUMMARY:Day", "DTSTART:20270601T000000", "DURATION:P1D"),
				day("Day", "20270603"))},

		// Zones that the file defines.
		{name: "own zone: any name", file: file(vtimezone("Head office", "+030000"), midnight("Head office")), closes: june},
		{name: "own zone: after the event", file: file(midnight("Head office"), vtimezone("Head office", "+0300")), closes: june},
		{name: "own zone: a known name in another way",
			file: file(vtimezone("Asia/Riyadh", "+0400"), midnight("Asia/Riyadh")), leftOut: []string{"whole days"}},
		{name: "own zone: another place under a known name",
			file: file(vtimezone("America/New_York", "+0300"), midnight("America/New_York")), closes: june},
		{name: "own zone: each calendar has its own", closes: june, leftOut: []string{"whole days"},
			file: file(vtimezone("Z", "+0300"), midnight("Z")) + file(vtimezone("Z", "+0200"), midnight("Z"))},
		{name: "own zone: twice the same", file: file(vtimezone("Z", "+0300"), vtimezone("Z", "+0300"), midnight("Z")), closes: june},
		{name: "own zone: twice and different",
			file: file(vtimezone("Z", "+0300"), vtimezone("Z", "+0200"), midnight("Z")), leftOut: []string{"not supported"}},
		{name: "own zone: summer time by rules", closes: june,
			file: file(cairo("RRULE:FREQ=YEARLY;BYDAY=-1TH;BYMONTH=10", "RRULE:FREQ=YEARLY;BYDAY=-1FR;BYMONTH=4"),
				midnight("Egypt Standard Time"))},
		{name: "own zone: no summer time in June", leftOut: []string{"whole days"},
			file: file(cairo("RRULE:FREQ=YEARLY;BYDAY=1TH;BYMONTH=5", "RRULE:FREQ=YEARLY;BYDAY=-1FR;BYMONTH=4"),
				midnight("Egypt Standard Time"))},
		{name: "own zone: summer time by dates", closes: june,
			file: file(cairo("RDATE:20261029T000000,20271028T000000", "RDATE:20270430T000000"), midnight("Egypt Standard Time"))},
		{name: "own zone: summer time that ended (UNTIL)", leftOut: []string{"whole days"},
			file: file(cairo("RRULE:FREQ=YEARLY;BYDAY=-1TH;BYMONTH=10", "RRULE:FREQ=YEARLY;BYDAY=-1FR;BYMONTH=4;UNTIL=20260424T000000Z"),
				midnight("Egypt Standard Time"))},
		{name: "own zone: an offset with seconds",
			file: file(vtimezone("Mean time", "+030652"), midnight("Mean time"),
				block("VEVENT", "SUMMARY:Day", "DTSTART;VALUE=DATE:20270601")),
			closes: june, leftOut: []string{"whole days"}},
		{name: "own zone: without observances, by name",
			file: file(block("VTIMEZONE", "TZID:Asia/Riyadh"), midnight("Asia/Riyadh")), closes: june},

		// No name.
		{name: "no name: none", file: file(block("VEVENT", "DTSTART:20270601")), leftOut: []string{"1 June 2027 has no name"}},
		{name: "no name: blanks", file: file(day(" \\n\u00a0\u3000", "20270601")), leftOut: []string{"has no name"}},
		{name: "no name: invisible",
			file: file(day("\u200f\u200b\u2060\ufeff\u3164\u2800\ufe0f", "20270601")), leftOut: []string{"has no name"}},
		{name: "no name: of a rule", file: file(block("VEVENT", "DTSTART:20270601", "RRULE:FREQ=DAILY;COUNT=2")),
			leftOut: []string{"1 June 2027 has no name", "2 June 2027 has no name"}},
		{name: "no name: in one language",
			file: file(block("VEVENT", "SUMMARY;LANGUAGE=ar:\u200f", "SUMMARY;LANGUAGE=en:Day", "DTSTART:20270601")), closes: june},

		// No end.
		{name: "no end: a day", file: file(day("Day", "20270601")), closes: june},
		{name: "no end: a time", file: file(block("VEVENT", "SUMMARY:Day", "DTSTART:20270601T000000")), leftOut: []string{"no end"}},
		{name: "no end: it ends before it starts",
			file: file(day("Day", "20270601", "DTEND;VALUE=DATE:20270531")), leftOut: []string{"not end after"}},
		{name: "no end: an end and a duration",
			file: file(day("Day", "20270601", "DTEND;VALUE=DATE:20270602", "DURATION:P1D")), leftOut: []string{"both an end"}},
		{name: "no end: a day and a time", file: file(day("Day", "20270601", "DTEND:20270601T140000")), leftOut: []string{"whole day"}},
		{name: "no end: part of a day",
			file:    file(block("VEVENT", "SUMMARY:Day", "DTSTART:20270601T080000", "DTEND:20270601T140000")),
			leftOut: []string{"whole days"}},
		{name: "no end: a weekend", file: file(day("Day", "20270604", "DURATION:P2D")), closes: []string{"2027-06-04", "2027-06-05"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			closed, leftOut := imported(t, shared(t), test.file)
			if diff := gocmp.Diff(test.closes, closed); diff != "" {
				t.Errorf("closed (-want +got):\n%s", diff)
			}
			if len(leftOut) != len(test.leftOut) {
				t.Fatalf("left out %+v, want %q", leftOut, test.leftOut)
			}
			for i, why := range leftOut {
				if !strings.Contains(why.EN, test.leftOut[i]) || !strings.ContainsAny(why.AR, "ابتيل") {
					t.Errorf("left out %q, want %q", why, test.leftOut[i])
				}
			}
		})
	}
}

// imported imports a file into the list, twice: the second time changes nothing.
// It returns the dates of 2027 that are closed then and were not, and what was
// left out.
func imported(t *testing.T, list scheduling.HolidayList, file string) (closed []string, leftOut []scheduling.Text) {
	t.Helper()
	from, until := date(t, "2027-01-01"), date(t, "2027-12-31")
	holidays, problems, err := ical.ReadHolidays(strings.NewReader(file), riyadh, from, until)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		leftOut = append(leftOut, p.Text)
	}
	after, unused, err := list.With(holidays)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range unused {
		leftOut = append(leftOut, u.Why)
	}
	again, _, err := after.With(holidays)
	if diff := gocmp.Diff(after, again); err != nil || diff != "" {
		t.Errorf("imported again: %v\n%s", err, diff)
	}
	if err := after.CheckNames(); err != nil {
		t.Error(err)
	}
	compiled, err := scheduling.CompileHolidays(after)
	if err != nil {
		t.Fatal(err)
	}
	for h := range compiled.Between(from, until) {
		if h.Provisional || h.Slug == "national" && h.From == date(t, "2027-09-23") {
			continue
		}
		for d := h.From; d <= h.Until; d++ {
			closed = append(closed, d.String())
		}
	}
	slices.SortFunc(closed, cmp.Compare)
	return slices.Compact(closed), leftOut
}
