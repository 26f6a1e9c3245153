package ical_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

// seeds adds files that use every feature.
func seeds(f *testing.F) {
	f.Helper()
	for _, s := range []string{
		"", "BEGIN:VCALENDAR\nEND:VCALENDAR",
		event("DTSTART:20270304", "DTEND:20270314", "SUMMARY;LANGUAGE=ar:عيد", "STATUS:TENTATIVE"),
		event("DTSTART:20270103T043000Z", "DURATION:PT7H", "RRULE:FREQ=WEEKLY;BYDAY=SU;UNTIL=20280101T000000Z",
			"EXDATE:20270110T043000Z", "RDATE;VALUE=PERIOD:20270111T043000Z/PT2H,20270112T043000Z/20270113T043000Z"),
		file(block("VEVENT", "UID:1", `DTSTART;TZID="America/New_York":20270314T013000`, "DTEND:20270314T093000Z", "RRULE:FREQ=DAILY;COUNT=9"),
			block("VEVENT", "UID:1", "RECURRENCE-ID:20270315T053000Z", "DTSTART:20270315T013000", "DURATION:PT1H30M", "SEQUENCE:1"),
			block("VTIMEZONE", "TZID:x", "X-LIC-LOCATION:Asia/Riyadh"), block("VEVENT", "DTSTART;TZID=x:20270315T000000", "DURATION:P1D")),
		file("METHOD:REQUEST", "X-WR-TIMEZONE:Arab Standard Time",
			cairo("RDATE:20261029T000000", "RRULE:FREQ=YEARLY;BYDAY=-1FR;BYMONTH=4;COUNT=9"), midnight("Egypt Standard Time"),
			block("VEVENT", "DTSTART:20270315T000000", "DURATION:P1D", "STATUS:CANCELLED", "LAST-MODIFIED:x")),
		file(vtimezone("Z", "-153000"), midnight("Z")) + file("METHOD:CANCEL", midnight("UTC")),
		event("DTSTART:99991231", "RRULE:FREQ=YEARLY;BYDAY=-53SU;BYSETPOS=-1,1;WKST=TU", "RDATE:19000101,99991230"),
		event("DTSTART;TZID=Pacific/Apia:20111230T000000", "DTEND;TZID=Pacific/Apia:20111231T000000", "RRULE:FREQ=DAILY"),
	} {
		f.Add(s)
	}
}

// known reports whether err is one of the documented errors of reading.
func known(err error) bool {
	return slices.ContainsFunc([]error{
		ical.ErrLarge, ical.ErrMany, ical.ErrSyntax, ical.ErrUTF8, ical.ErrVersion,
	}, func(want error) bool { return errors.Is(err, want) })
}

// For any file, holidays are in order and overlap the window.
func FuzzReadHolidays(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, file string) {
		from := scheduling.NewDate(2027, 1, 1)
		until := from + 800
		list, problems, err := ical.ReadHolidays(strings.NewReader(file), riyadh, from, until)
		if err != nil {
			if !known(err) {
				t.Error(err)
			}
			return
		}
		for i, h := range list {
			if h.Until < h.From || h.Until < from || h.From > until || i > 0 && h.From < list[i-1].From {
				t.Errorf("holiday %d: %+v", i, h)
			}
		}
		checkWords(t, problems)
	})
}

// checkWords checks that every problem is told in both languages.
func checkWords(t *testing.T, problems []ical.Problem) {
	t.Helper()
	for _, p := range problems {
		if p.Text.AR == "" || p.Text.EN == "" {
			t.Errorf("%+v", p)
		}
	}
}
