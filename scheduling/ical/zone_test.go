package ical

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine
)

// Each name that Windows has for a zone stands for an IANA zone (CLDR
// windowsZones, territory 001).
func TestWindowsZones(t *testing.T) {
	t.Parallel()
	zones := windowsZones()
	if len(zones) != 139 || zones["Arab Standard Time"] != "Asia/Riyadh" || zones["UTC"] != "Etc/UTC" {
		t.Errorf("%d zones: %v", len(zones), zones)
	}
	for name, zone := range zones {
		if ianaZone(zone) == nil {
			t.Errorf("%s is %q, which is no IANA zone", name, zone)
		}
	}
}

// A definition gives the offsets that it says, before, between and after its
// changes (RFC 5545 section 3.6.5, its example).
func TestDefinedZone(t *testing.T) {
	t.Parallel()
	lines := []string{
		"BEGIN:VCALENDAR", "BEGIN:VTIMEZONE", "TZID:New York",
		"BEGIN:DAYLIGHT", "DTSTART:19670430T020000", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19730429T070000Z",
		"TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "TZNAME:EDT", "END:DAYLIGHT",
		"BEGIN:STANDARD", "DTSTART:19671029T020000", "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU;UNTIL=20061029T060000Z",
		"TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "TZNAME:EST", "END:STANDARD",
		"BEGIN:DAYLIGHT", "DTSTART:19740106T020000", "RDATE:19750223T020000", "TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
		"BEGIN:DAYLIGHT", "DTSTART:19760425T020000", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=-1SU;UNTIL=19860427T070000Z",
		"TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
		"BEGIN:DAYLIGHT", "DTSTART:19870405T020000", "RRULE:FREQ=YEARLY;BYMONTH=4;BYDAY=1SU;UNTIL=20060402T070000Z",
		"TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
		"BEGIN:DAYLIGHT", "DTSTART:20070311T020000", "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
		"TZOFFSETFROM:-0500", "TZOFFSETTO:-0400", "END:DAYLIGHT",
		"BEGIN:STANDARD", "DTSTART:20071104T020000", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
		"TZOFFSETFROM:-0400", "TZOFFSETTO:-0500", "END:STANDARD",
		"END:VTIMEZONE", "END:VCALENDAR",
	}
	calendars, err := parse(strings.NewReader(strings.Join(lines, "\n")))
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{calendar: calendars[0], zones: map[zoneKey]zoned{}}
	got, err := r.loadZone("New York")
	if err != nil {
		t.Fatal(err)
	}
	want, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for at := time.Date(firstZoneYear, 1, 1, 0, 30, 0, 0, time.UTC); at.Year() < 2100; at = at.Add(time.Hour) {
		_, a := at.In(got).Zone()
		if _, b := at.In(want).Zone(); a != b {
			t.Fatalf("at %v: %d seconds ahead of UTC, want %d", at, a, b)
		}
	}
}
