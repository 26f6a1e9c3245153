package ical

import (
	"fmt"
	"io"
	"strconv"
	"time"

	"ziyara/scheduling"
)

// Openings describes an export of the openings of a desk group.
type Openings struct {
	UID      string // the same for all exports of this desk group; required
	Summary  string
	Location string
	Language string // language tag of the texts, such as ar; may be empty
}

// WriteOpenings writes when the desk group is open on the local dates from to
// until, both inclusive and at most 366, as a VAVAILABILITY (RFC 7953): all of
// that time is busy except for its AVAILABLE components. Each of them has one
// number of places, in X-ZIYARA-PLACES. After closures, they cover exactly the
// ticks that have places; openings that run past midnight can overlap those of
// the next date. Equal calendars give equal bytes.
//
// If the error wraps ErrWindow, ErrHead or ErrEvent, nothing has been written.
func WriteOpenings(w io.Writer, head Head, c *scheduling.Calendar, from, until scheduling.Date, o Openings) error {
	if from <= 0 || until < from || until-from >= maxDays {
		return fmt.Errorf("%w: %v to %v", ErrWindow, from, until)
	}
	if err := head.check(""); err != nil {
		return err
	}
	start, end := c.Day(from).Start, c.Day(until+1).Start
	switch {
	case o.UID == "" || clean(o.UID) != o.UID:
		return fmt.Errorf("%w: UID %q", ErrEvent, o.UID)
	case !languageTag(o.Language):
		return fmt.Errorf("%w: language %q", ErrEvent, o.Language)
	case !writable(start) || !writable(end):
		return fmt.Errorf("%w: %v to %v", ErrWindow, from, until)
	}
	return head.calendar(w, "", func(w writer) {
		w.line("BEGIN", "", "VAVAILABILITY")
		w.text("UID", "", o.UID)
		w.time("DTSTAMP", head.Stamp)
		w.time("DTSTART", start)
		w.time("DTEND", end)
		w.line("BUSYTYPE", "", "BUSY-UNAVAILABLE")
		if head.Organizer != (Party{}) {
			w.party("ORGANIZER", head.Organizer)
		}
		w.text("SUMMARY", o.Language, o.Summary)
		writeDay(w, head, c.Before(from), start, end, o) // its openings may still run
		for d := from; d <= until; d++ {
			writeDay(w, head, c.Day(d), start, end, o)
		}
		w.line("END", "", "VAVAILABILITY")
	})
}

// writeDay writes an AVAILABLE for each run of ticks with the same number of
// places, cut to [start, end).
func writeDay(w writer, head Head, day scheduling.Day, start, end time.Time, o Openings) {
	for i := 0; i < len(day.Open); {
		first := i
		for i < len(day.Open) && day.Open[i] == day.Open[first] {
			i++
		}
		from, to := day.At(day.First+first), day.At(day.First+i)
		if from.Before(start) {
			from = start
		}
		if to.After(end) {
			to = end
		}
		if day.Open[first] == 0 || !from.Before(to) {
			continue
		}
		w.line("BEGIN", "", "AVAILABLE")
		w.text("UID", "", fmt.Sprintf("%v-%d-%s", day.Date, day.First+first, o.UID))
		w.time("DTSTAMP", head.Stamp)
		w.time("DTSTART", from)
		w.time("DTEND", to)
		w.text("SUMMARY", o.Language, o.Summary)
		w.text("LOCATION", o.Language, o.Location)
		w.line("X-ZIYARA-PLACES", "", strconv.Itoa(int(day.Open[first])))
		w.line("END", "", "AVAILABLE")
	}
}
