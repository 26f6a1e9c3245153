package ical_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

// Bad files are rejected with an error that says what is wrong and, if
// possible, in which line.
func TestFilesRefused(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	repeat := strings.Repeat
	tests := []struct {
		name string
		file io.Reader
		want error
		line int // 0 for none
	}{
		{name: "empty", want: ical.ErrSyntax, line: 1, file: strings.NewReader("")},
		{name: "not a calendar", want: ical.ErrSyntax, line: 1, file: strings.NewReader("<html>")},
		{name: "a card", want: ical.ErrSyntax, line: 1, file: strings.NewReader("BEGIN:VCARD\r\nEND:VCARD\r\n")},
		{name: "cut short", want: ical.ErrSyntax, line: 2, file: strings.NewReader("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")},
		{name: "END of another component", want: ical.ErrSyntax, line: 5, file: strings.NewReader(file("BEGIN:VEVENT", "END:VTODO"))},
		{name: "END without BEGIN", want: ical.ErrSyntax, line: 8, file: strings.NewReader(event() + "END:VCALENDAR")},
		{name: "a calendar in a calendar", want: ical.ErrSyntax, line: 4, file: strings.NewReader(file("BEGIN:VCALENDAR"))},
		{name: "no value", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event("SUMMARY"))},
		{name: "no name", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event(":x"))},
		{name: "junk before the name", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event(";;;SUMMARY:x"))},
		{name: "a parameter without a value", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event("SUMMARY;A:x"))},
		{name: "a quote that is not closed", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event(`SUMMARY;A="b:x`))},
		{name: "a quote in a parameter", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event(`SUMMARY;A=b"c":x`))},
		{name: "text outside of a calendar", want: ical.ErrSyntax, line: 6, file: strings.NewReader(file() + "SUMMARY:x\r\n")},
		{name: "a null byte", want: ical.ErrSyntax, line: 5, file: strings.NewReader(event("SUMMARY:a\x00b"))},
		{name: "invalid UTF-8", want: ical.ErrUTF8, line: 6, file: strings.NewReader(event("DTSTART:20270101", "SUMMARY:\xff"))},
		{name: "UTF-16", want: ical.ErrUTF8, line: 1, file: strings.NewReader("\xff\xfeB\x00E\x00G\x00I\x00N\x00")},
		{
			name: "a folded line is reported by its first line", want: ical.ErrUTF8, line: 7,
			file: strings.NewReader(event("SUMM\r\n ARY:x", "SUMMARY:x\r\n  y\r\n \xff")),
		},
		{name: "vCalendar 1.0", want: ical.ErrVersion, line: 2, file: strings.NewReader("BEGIN:VCALENDAR\nVERSION:1.0\nEND:VCALENDAR\n")},
		{name: "a Hijri calendar", want: ical.ErrVersion, line: 4, file: strings.NewReader(file("CALSCALE:ISLAMIC"))},
		{name: "10 MiB", want: ical.ErrLarge, file: strings.NewReader(repeat("X", 10<<20))},
		{name: "100,000 events", want: ical.ErrLarge, file: strings.NewReader(file(repeat("BEGIN:VEVENT\r\nEND:VEVENT\r\n", 100_000)))},
		{
			name: "too many events", want: ical.ErrMany, line: 4 + 2*4999,
			file: strings.NewReader(file(repeat("BEGIN:VEVENT\nEND:VEVENT\n", 6000))),
		},
		{name: "too deep", want: ical.ErrMany, line: 4 + 7, file: strings.NewReader(file(repeat("BEGIN:A\n", 100_000)))},
		{name: "too many lines", want: ical.ErrMany, line: 60_001, file: strings.NewReader(file(repeat("A:\n", 100_000)))},
		{name: "too long a line", want: ical.ErrMany, line: 4, file: strings.NewReader(file("A:" + repeat("xx\r\n ", 150_000)))},
		{name: "too many parameters", want: ical.ErrMany, line: 4, file: strings.NewReader(file("A" + repeat(";B=c", 50_000) + ":x"))},
		{name: "a reader that fails", want: broken, file: iotest.ErrReader(broken)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := ical.ReadHolidays(test.file, riyadh, 1, 2)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			var at *ical.LineError
			if errors.As(err, &at) != (test.line > 0) || at != nil && at.Line != test.line {
				t.Errorf("got %v, want line %d", err, test.line)
			}
			if at != nil && !strings.HasPrefix(at.Error(), "line "+strconv.Itoa(test.line)+": ical: ") {
				t.Errorf("got %q", at)
			}
		})
	}
}

// counter counts the bytes read through it.
type counter struct {
	io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}

// endless is a reader that never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// A file that is too large is rejected without reading to its end.
func TestLargeFileIsNotRead(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		file io.Reader
	}{
		{"10 MiB", strings.NewReader(strings.Repeat("X", 10<<20))},
		{"100,000 events", strings.NewReader(file(strings.Repeat("BEGIN:VEVENT\r\nEND:VEVENT\r\n", 100_000)))},
		{"no end", endless{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := &counter{Reader: test.file}
			if _, _, err := ical.ReadHolidays(c, riyadh, 1, 2); !errors.Is(err, ical.ErrLarge) {
				t.Errorf("got %v, want %v", err, ical.ErrLarge)
			}
			if want := 1<<20 + 1; c.n > want {
				t.Errorf("read %d bytes, want at most %d", c.n, want)
			}
		})
	}
}

// The work for one event, and for all together, is bounded too.
func TestEventsBounded(t *testing.T) {
	t.Parallel()
	day := func(lines ...string) string { return block("VEVENT", append(lines, "DTSTART:20270101")...) + "\r\n" }
	dates := func(n int) string {
		var b strings.Builder
		b.WriteString("DTSTART:20270101\r\nRRULE:FREQ=DAILY\r\nEXDATE:20270101")
		for i := 1; i < n; i++ {
			b.WriteString(",\r\n " + strings.ReplaceAll((date(t, "2027-01-01")+scheduling.Date(i)).String(), "-", ""))
		}
		return event(b.String())
	}
	tests := []struct {
		name     string
		file     string
		want     error
		problems int
	}{
		{name: "10,000 exceptions", file: dates(10_000)},
		{name: "10,001 exceptions", file: dates(10_001), problems: 1},
		{name: "zones", want: ical.ErrMany, file: file(numbered(51, func(n string) string {
			return block("VEVENT", "DTSTART;TZID=Zone/"+n+":20270101T000000") + "\r\n"
		}))},
		{name: "recurring events", want: ical.ErrMany, file: file(strings.Repeat(day("RRULE:FREQ=YEARLY"), 65))},
		{name: "rules that never occur", want: ical.ErrMany, file: file(strings.Repeat(day("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), 11))},
		{
			name: "expensive rules", want: ical.ErrMany,
			file: file(strings.Repeat(day("RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1"), 2)),
		},
		{name: "rather expensive rules", want: ical.ErrMany, file: file(strings.Repeat(day("RRULE:FREQ=MONTHLY;BYDAY=SU,MO,TU;BYSETPOS=1"), 11))},
		{name: "holidays", want: ical.ErrMany, file: file(strings.Repeat(day("RRULE:FREQ=DAILY"), 3))},
		{name: "problems", file: file(strings.Repeat("BEGIN:VEVENT\nEND:VEVENT\n", 4000)), problems: 501},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			first := date(t, "2027-01-01")
			_, problems, err := ical.ReadHolidays(strings.NewReader(test.file), riyadh, first, first+20*366)
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if len(problems) != test.problems {
				t.Errorf("got %d problems, want %d", len(problems), test.problems)
			}
		})
	}
}

// Definitions of zones are bounded, and those that are not understood are not
// guessed at: events in them are left out (RFC 5545 section 3.6.5).
func TestZonesBounded(t *testing.T) {
	t.Parallel()
	observance := func(lines ...string) string { return block("STANDARD", lines...) }
	good := []string{"DTSTART:20200101T000000", "TZOFFSETFROM:+0300", "TZOFFSETTO:+0300"}
	with := func(more ...string) string { return observance(append(slices.Clone(good), more...)...) }
	zone := func(parts ...string) string {
		return file(block("VTIMEZONE", append([]string{"TZID:Z"}, parts...)...), midnight("Z"))
	}
	dates := func(n int) string {
		return "RDATE:" + strings.TrimSuffix(strings.Repeat("20200101T000000,", n), ",")
	}
	offsets := func(n int) string {
		var all []string
		for i := range n {
			start, offset := fmt.Sprintf("DTSTART:%d0101T000000", 1700+i), fmt.Sprintf("TZOFFSETTO:+%06d", i/60*100+i%60)
			all = append(all, observance(start, "TZOFFSETFROM:+0300", offset))
		}
		return strings.Join(all, "\r\n")
	}
	tests := []struct {
		name string
		file string
		want error
	}{
		{name: "no start", file: zone(observance(good[1:]...))},
		{name: "no offset before", file: zone(observance(good[0], good[2]))},
		{name: "no offset after", file: zone(observance(good[:2]...))},
		{name: "two offsets", file: zone(with("TZOFFSETTO:+0400"))},
		{name: "an offset of a day", file: zone(observance(good[0], good[1], "TZOFFSETTO:+2400"))},
		{name: "an offset without a sign", file: zone(observance(good[0], good[1], "TZOFFSETTO:0300"))},
		{name: "an offset of 60 minutes", file: zone(observance(good[0], good[1], "TZOFFSETTO:+0260"))},
		{name: "a start in UTC", file: zone(observance(append([]string{"DTSTART:20200101T000000Z"}, good[1:]...)...))},
		{name: "a rule of every day", file: zone(with("RRULE:FREQ=DAILY"))},
		{name: "a rule of every second", file: zone(with("RRULE:FREQ=SECONDLY"))},
		{name: "an expensive rule", file: zone(with("RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU;BYSETPOS=1"))},
		{name: "a rule with every day of a year", file: zone(with("RRULE:FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR,SA,SU"))},
		{name: "a rule that never occurs", file: zone(with("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"))},
		{name: "a rule that ends twice", file: zone(with("RRULE:FREQ=YEARLY;UNTIL=20300101;UNTIL=20310101"))},
		{name: "a rule that ends never", file: zone(with("RRULE:FREQ=YEARLY;UNTIL=x"))},
		{name: "exceptions", file: zone(with("EXDATE:20200101T000000"))},
		{name: "a date that is none", file: zone(with("RDATE:20200101T000000,x"))},
		{name: "too many dates", file: zone(with(dates(2001)))},
		{name: "too many observances", file: zone(strings.TrimSuffix(strings.Repeat(with()+"\r\n", 1001), "\r\n"),
			strings.TrimSuffix(strings.Repeat(with()+"\r\n", 1001), "\r\n"))},
		{name: "two offsets at one instant", file: zone(with(), observance(good[0], good[1], "TZOFFSETTO:+0400"))},
		{name: "too many offsets", file: zone(offsets(201))},
		{name: "zones whose rules never occur", want: ical.ErrMany, file: file(numbered(11, func(n string) string {
			return block("VTIMEZONE", "TZID:"+n, with("RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")) + "\r\n" + midnight(n) + "\r\n"
		}))},
		{name: "zones with many rules", want: ical.ErrMany, file: file(numbered(50, func(n string) string {
			return block("VTIMEZONE", "TZID:"+n, with("RRULE:FREQ=YEARLY", "RRULE:FREQ=YEARLY")) + "\r\n" + midnight(n) + "\r\n"
		}))},
		{name: "zones of two calendars", want: ical.ErrMany, file: strings.Repeat(file(numbered(26, func(n string) string {
			return midnight("Z"+n) + "\r\n"
		})), 2)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			list, problems, err := ical.ReadHolidays(strings.NewReader(test.file), riyadh, date(t, "2027-01-01"), date(t, "2028-01-01"))
			if !errors.Is(err, test.want) {
				t.Fatalf("got %v, want %v", err, test.want)
			}
			if err == nil && (len(list) > 0 || len(problems) != 1 || !strings.Contains(problems[0].Text.EN, "not supported")) {
				t.Errorf("read %+v, problems %+v", list, problems)
			}
		})
	}
}

// numbered joins the results of one for 1 to n.
func numbered(n int, one func(n string) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(one(strconv.Itoa(i + 1)))
	}
	return b.String()
}
