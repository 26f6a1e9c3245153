package ical_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ziyara/scheduling"
	"ziyara/scheduling/ical"
)

// nights opens from 22:00 to 01:00 every day from 3 January 2027 on. A closure
// takes one of two places.
func nights(t *testing.T) *scheduling.Calendar {
	t.Helper()
	c, err := scheduling.Compile(scheduling.Plan{
		Zone: riyadh,
		Rules: []scheduling.Rule{{
			RRule: "FREQ=DAILY", From: date(t, "2027-01-03"), Openings: []scheduling.Opening{opening(t, "22:00", "25:00", 2)},
		}},
		Closures: []scheduling.Closure{{
			Start: instant(t, "2027-01-04T23:00:00+03:00"), End: instant(t, "2027-01-04T23:30:00+03:00"), Places: 1,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The whole text of an export: it begins with the rest of the night before,
// cuts the last night at its end, and splits an opening at a closure (RFC 7953
// section 3.1).
func TestWriteOpenings(t *testing.T) {
	t.Parallel()
	const want = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Ziyara//Ziyara//AR
CALSCALE:GREGORIAN
BEGIN:VAVAILABILITY
UID:desk@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270103T210000Z
DTEND:20270104T210000Z
BUSYTYPE:BUSY-UNAVAILABLE
SUMMARY;LANGUAGE=ar:الليل
BEGIN:AVAILABLE
UID:2027-01-03-264-desk@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270103T210000Z
DTEND:20270103T220000Z
SUMMARY;LANGUAGE=ar:الليل
LOCATION;LANGUAGE=ar:الرياض
X-ZIYARA-PLACES:2
END:AVAILABLE
BEGIN:AVAILABLE
UID:2027-01-04-264-desk@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270104T190000Z
DTEND:20270104T200000Z
SUMMARY;LANGUAGE=ar:الليل
LOCATION;LANGUAGE=ar:الرياض
X-ZIYARA-PLACES:2
END:AVAILABLE
BEGIN:AVAILABLE
UID:2027-01-04-276-desk@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270104T200000Z
DTEND:20270104T203000Z
SUMMARY;LANGUAGE=ar:الليل
LOCATION;LANGUAGE=ar:الرياض
X-ZIYARA-PLACES:1
END:AVAILABLE
BEGIN:AVAILABLE
UID:2027-01-04-282-desk@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270104T203000Z
DTEND:20270104T210000Z
SUMMARY;LANGUAGE=ar:الليل
LOCATION;LANGUAGE=ar:الرياض
X-ZIYARA-PLACES:2
END:AVAILABLE
END:VAVAILABILITY
END:VCALENDAR
`
	var got bytes.Buffer
	day := date(t, "2027-01-04")
	err := ical.WriteOpenings(&got, ical.Head{Stamp: instant(t, "2027-01-02T06:00:00Z")}, nights(t), day, day,
		ical.Openings{UID: "desk@example.org", Summary: "الليل", Location: "الرياض", Language: "ar"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(want, "\n", "\r\n"), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// An export covers exactly the ticks with places, even where clocks change.
func TestWriteOpeningsCoversTicks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		plan := scheduling.Plan{Zone: rapid.SampledFrom([]string{riyadh, "America/New_York", "Pacific/Apia"}).Draw(rt, "zone")}
		first := date(t, "2011-12-20") + scheduling.Date(rapid.IntRange(0, 400).Draw(rt, "first"))
		for range rapid.IntRange(1, 4).Draw(rt, "rules") {
			from := rapid.IntRange(0, 287).Draw(rt, "from")
			length := rapid.IntRange(1, 288).Draw(rt, "length")
			plan.Rules = append(plan.Rules, scheduling.Rule{
				RRule: "FREQ=DAILY;INTERVAL=" + strconv.Itoa(rapid.IntRange(1, 3).Draw(rt, "interval")), From: first - 3,
				Openings: []scheduling.Opening{{
					From: scheduling.WallTime(5 * from), To: scheduling.WallTime(5 * (from + length)), Places: rapid.IntRange(1, 3).Draw(rt, "places"),
				}},
			})
		}
		c, err := scheduling.Compile(plan)
		if err != nil {
			rt.Fatal(err)
		}
		last := first + scheduling.Date(rapid.IntRange(0, 10).Draw(rt, "days"))
		var b strings.Builder
		if err := ical.WriteOpenings(&b, ical.Head{Stamp: first.Time()}, c, first, last, ical.Openings{UID: "x"}); err != nil {
			rt.Fatal(err)
		}

		want, got := make(map[time.Time]bool), make(map[time.Time]bool)
		start, end := c.Day(first).Start, c.Day(last+1).Start
		for d := first - 2; d <= last; d++ {
			day := c.Day(d)
			for i, places := range day.Open {
				if at := day.At(day.First + i); places > 0 && !at.Before(start) && at.Before(end) {
					want[at] = true
				}
			}
		}
		for _, span := range availables(rt, b.String()) {
			for at := span[0]; at.Before(span[1]); at = at.Add(scheduling.Tick) {
				got[at] = true
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			rt.Errorf("ticks (-want +got):\n%s", diff)
		}
	})
}

// availables returns the start and end of each AVAILABLE.
func availables(t *rapid.T, export string) [][2]time.Time {
	var spans [][2]time.Time
	for i, part := range strings.Split(export, "BEGIN:AVAILABLE\r\n") {
		if i == 0 {
			continue
		}
		var span [2]time.Time
		for line := range strings.SplitSeq(part, "\r\n") {
			name, value, _ := strings.Cut(line, ":")
			at, err := time.Parse("20060102T150405Z", value)
			switch {
			case name == "DTSTART" && err == nil:
				span[0] = at
			case name == "DTEND" && err == nil:
				span[1] = at
			case line == "END:AVAILABLE":
				spans = append(spans, span)
			}
		}
	}
	if want := strings.Count(export, "END:AVAILABLE"); len(spans) != want {
		t.Fatalf("read %d of %d", len(spans), want)
	}
	return spans
}

func TestWriteOpeningsRefuses(t *testing.T) {
	t.Parallel()
	day := date(t, "2027-01-04")
	good := ical.Head{Stamp: day.Time()}
	tests := []struct {
		name        string
		head        ical.Head
		from, until scheduling.Date
		openings    ical.Openings
		want        error
	}{
		{"a year of 366 days", good, day, day + 365, ical.Openings{UID: "x"}, nil},
		{"one day more", good, day, day + 366, ical.Openings{UID: "x"}, ical.ErrWindow},
		{"out of order", good, day, day - 1, ical.Openings{UID: "x"}, ical.ErrWindow},
		{"no date", good, 0, day, ical.Openings{UID: "x"}, ical.ErrWindow},
		{"the end of time", good, date(t, "9999-12-31"), date(t, "9999-12-31") + 5, ical.Openings{UID: "x"}, ical.ErrWindow},
		{"no stamp", ical.Head{}, day, day, ical.Openings{UID: "x"}, ical.ErrHead},
		{"no UID", good, day, day, ical.Openings{}, ical.ErrEvent},
		{"an invalid language", good, day, day, ical.Openings{UID: "x", Language: ":"}, ical.ErrEvent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var b bytes.Buffer
			err := ical.WriteOpenings(&b, test.head, nights(t), test.from, test.until, test.openings)
			if !errors.Is(err, test.want) || (err != nil) != (b.Len() == 0) {
				t.Errorf("got %v and %d bytes, want %v", err, b.Len(), test.want)
			}
		})
	}
}
