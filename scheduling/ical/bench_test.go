package ical_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

// BenchmarkHostile measures files that demand as much work as possible. Files
// that are refused for their size alone, 10 MiB or 100,000 events, must take
// less than 5 ms.
func BenchmarkHostile(b *testing.B) {
	first := scheduling.NewDate(2027, 1, 1)
	repeat := strings.Repeat
	dates := func(clock string) string {
		var list strings.Builder
		for i := range scheduling.Date(10_000) {
			fmt.Fprintf(&list, ",%sT%s", strings.ReplaceAll((first+i).String(), "-", ""), clock)
		}
		return list.String()[1:]
	}
	recurring := func(n int, rule string) string {
		return file(repeat(block("VEVENT", "DTSTART;TZID=Europe/Berlin:20270101T080000", "DURATION:PT1H", "RRULE:"+rule)+"\r\n", n))
	}
	files := []struct{ name, text string }{
		{"10MiB", repeat("X", 10<<20)},
		{"100000Events", file(repeat("BEGIN:VEVENT\r\nEND:VEVENT\r\n", 100_000))},
		{"6000Events", file(repeat("BEGIN:VEVENT\nEND:VEVENT\n", 6000))},
		{"60000Lines", file(repeat("A:\n", 60_000))},
		{"200000Folds", file("A:" + repeat("x\r\n ", 200_000))},
		{"RulesWithoutDates", recurring(11, "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")},
		{"RulesToTheYear9999", recurring(60, "FREQ=DAILY;UNTIL=99991231T000000Z")},
		{"DatesAgainstExceptions", event("DTSTART:20270101T000000", "DURATION:PT1H", "RDATE:"+dates("100000"), "EXDATE:"+dates("110000"))},
	}
	for _, f := range files {
		b.Run(f.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _, err := ical.ReadHolidays(strings.NewReader(f.text), "Europe/London", first, first+20*366)
				if err != nil && !known(err) {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("HolidaysOf20Years", func(b *testing.B) {
		text := file(repeat(block("VEVENT", "DTSTART:20270101", "RRULE:FREQ=MONTHLY;BYDAY=SU,MO,TU;BYSETPOS=1")+"\r\n", 10))
		for b.Loop() {
			if _, _, err := ical.ReadHolidays(strings.NewReader(text), riyadh, first, first+20*366); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkWrite writes a year of openings and 1,000 appointments.
func BenchmarkWrite(b *testing.B) {
	first := scheduling.NewDate(2027, 1, 1)
	head := ical.Head{Stamp: first.Time(), Organizer: ical.Party{Address: "mailto:visits@example.org"}}
	b.Run("Openings", func(b *testing.B) {
		c, err := scheduling.Compile(scheduling.Plan{Zone: riyadh, Rules: []scheduling.Rule{{
			RRule: "FREQ=WEEKLY;BYDAY=SU,MO,TU,WE,TH", From: first, Openings: []scheduling.Opening{{From: 450, To: 870, Places: 4}},
		}}})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := ical.WriteOpenings(io.Discard, head, c, first, first+365, ical.Openings{UID: "x"}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("Events", func(b *testing.B) {
		events := make([]ical.Event, 1000)
		for i := range events {
			start := first.Time().AddDate(0, 0, i)
			events[i] = ical.Event{
				UID: fmt.Sprint(i), Start: start, End: start.Add(scheduling.Tick), Summary: strings.Repeat("زيارة ", 10),
				Language: "ar",
			}
		}
		b.ReportAllocs()
		for b.Loop() {
			if err := ical.WriteEvents(io.Discard, head, ical.Publish, events); err != nil {
				b.Fatal(err)
			}
		}
	})
}
