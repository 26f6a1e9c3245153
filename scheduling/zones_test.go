package scheduling_test

import (
	_ "embed"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the same zones on every machine

	"ziyara/scheduling"
)

// zoneNames are the names of the IANA database of Go 1.26.
//
//go:embed testdata/zones.txt
var zoneNames string

// Around every change of offset of every zone from 2000 to 2040, dates follow
// each other without gap or overlap, and openings never overlap. Each opening
// begins and ends at the instants of the policy (docs/adr/0002) and lasts the
// time that elapses between them.
func TestEveryTransition(t *testing.T) {
	t.Parallel()
	openings := []scheduling.Opening{
		opens(t, "00:00-24:00", 1),
		opens(t, "02:30-03:30", 1), // often skipped or repeated
		opens(t, "09:00-17:00", 1),
		opens(t, "22:00-30:00", 1), // past midnight
	}
	names := strings.Fields(zoneNames)
	if len(names) < 590 {
		t.Fatalf("only %d zones", len(names))
	}
	checked := 0
	for _, name := range names {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var calendars []*scheduling.Calendar
		for _, o := range openings {
			calendars = append(calendars, compile(t, scheduling.Plan{Zone: name, Rules: daily(o)}))
		}
		changes := transitions(z)
		for i, one := range changes {
			checked++
			around := changes[max(i-2, 0):min(i+3, len(changes))]
			d := scheduling.DateOf(one.at, z)
			for near := d - 2; near <= d+1; near++ {
				for j, c := range calendars {
					checkTransition(t, c, openings[j], near, around)
				}
			}
		}
	}
	if checked < 19_000 {
		t.Errorf("only %d transitions", checked)
	}
}

// transitions returns the changes of offset from 2000 to 2040.
func transitions(z *time.Location) []change {
	var all []change
	at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	for end := at.AddDate(41, 0, 0); ; {
		_, next := at.In(z).ZoneBounds()
		switch {
		case next.IsZero() || !next.Before(end):
			return all
		case !next.After(at): // the end of a year, in the standard library: see periodAt
			at = at.Add(24 * time.Hour)
			continue
		}
		_, before := next.Add(-1).In(z).Zone()
		_, after := next.In(z).Zone()
		all = append(all, change{next, before, after})
		at = next
	}
}

func checkTransition(t *testing.T, c *scheduling.Calendar, o scheduling.Opening, d scheduling.Date, around []change) {
	t.Helper()
	z := c.Zone()
	day, next := c.Day(d), c.Day(d+1)
	if !next.Start.After(day.Start) && exists(day, z) && exists(next, z) {
		t.Errorf("%s: %s begins at %s, the date after it at %s", z, d, day.Start, next.Start)
	}
	if !exists(day, z) {
		if len(day.Open) != 0 {
			t.Errorf("%s: %s does not exist but is open", z, d)
		}
		return
	}
	start, end := policy(d, o.From, z, around), policy(d, o.To, z, around)
	length := max(end.Sub(start), 0)
	if got := time.Duration(len(day.Open)) * scheduling.Tick; got != length {
		t.Errorf("%s: %s %v–%v lasts %v, want %v", z, d, o.From, o.To, got, length)
	}
	if length > 0 && !day.At(day.First).Equal(start) {
		t.Errorf("%s: %s %v–%v begins at %s, want %s", z, d, o.From, o.To, day.At(day.First), start)
	}
	last := day.First
	for _, span := range day.Openings {
		if span.From < last || span.To <= span.From {
			t.Errorf("%s: %s has the openings %v", z, d, day.Openings)
		}
		last = span.To
	}
	if o.From == 0 && o.To == scheduling.Clock(24, 0) && exists(next, z) && !day.At(last).Equal(next.Start) {
		t.Errorf("%s: %s is open until %s, the date after it begins at %s", z, d, day.At(last), next.Start)
	}
}

func exists(day scheduling.Day, z *time.Location) bool {
	return scheduling.DateOf(day.Start, z) == day.Date
}

// change is a change of offset to UTC, in seconds.
type change struct {
	at            time.Time
	before, after int
}

// policy tries every offset of the zone around d and returns the instant at
// which clocks first show w on d. If they never do, it reads w with the offset
// before the gap.
func policy(d scheduling.Date, w scheduling.WallTime, z *time.Location, around []change) time.Time {
	reading := d.Time().Add(time.Duration(w) * time.Minute)
	var first time.Time
	try := func(offset int) {
		u := reading.Add(-time.Duration(offset) * time.Second)
		if _, shown := u.In(z).Zone(); shown == offset && (first.IsZero() || u.Before(first)) {
			first = u
		}
	}
	for _, c := range around {
		try(c.before)
		try(c.after)
	}
	if !first.IsZero() {
		return first
	}
	for _, c := range around {
		u := reading.Add(-time.Duration(c.before) * time.Second)
		if !u.Before(c.at) && reading.Add(-time.Duration(c.after)*time.Second).Before(c.at) {
			return u
		}
	}
	return time.Time{}
}
