package ical

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Method says what the receiver should do with the events (RFC 5546).
type Method string

// The methods of RFC 5546 that this package writes.
const (
	Snapshot Method = ""        // none: the events as they are, for people to save (RFC 5545 section 3.7.2)
	Publish  Method = "PUBLISH" // for information, as in a subscription
	Request  Method = "REQUEST" // an invitation, or a change of one
	Cancel   Method = "CANCEL"
)

// Event is an appointment as it appears in a calendar.
type Event struct {
	UID         string    // the same for all versions of the event; required
	Start       time.Time // written in UTC, in whole seconds
	End         time.Time // exclusive, after Start
	Created     time.Time // zero to leave it out
	Updated     time.Time // zero to leave it out
	Sequence    int       // version number, from 0
	Summary     string    // required (RFC 5546 section 3.2.1)
	Location    string
	Description string
	Language    string // language tag of the texts, such as ar; may be empty
	Attendee    Party  // required for requests
	Tentative   bool   // not yet certain
	Cancelled   bool
	Alarm       time.Duration // how long before Start the program reminds, in whole minutes; 0 for never
}

// WriteEvents writes a calendar of the events as defined by RFC 5545: UTF-8,
// CRLF, folded lines. Equal events give equal bytes. Texts are written
// unchanged, without the control characters that a line can't contain. A
// calendar without events has the time zone UTC, which shows nothing: it must
// have a component (section 3.6).
//
// Request and Cancel take exactly one event. Cancel cancels it, whether or not
// it is Cancelled; a Request must not be for a cancelled event (RFC 5546
// section 3.2.2). If the error wraps ErrHead or ErrEvent, nothing has been
// written.
func WriteEvents(w io.Writer, head Head, method Method, events []Event) error {
	if err := head.check(method); err != nil {
		return err
	}
	switch method {
	case Snapshot, Publish:
	case Request, Cancel:
		if len(events) != 1 {
			return fmt.Errorf("%w: %s of %d events instead of one", ErrEvent, method, len(events))
		}
	default:
		return fmt.Errorf("%w: method %q", ErrEvent, method)
	}
	for i := range events {
		if err := events[i].check(method); err != nil {
			return fmt.Errorf("event %d: %w", i, err)
		}
	}
	return head.calendar(w, method, func(w writer) {
		if len(events) == 0 {
			w.placeholder()
		}
		for i := range events {
			events[i].write(w, head, method)
		}
	})
}

// placeholder writes a component that programs do not show.
func (w writer) placeholder() {
	w.line("BEGIN", "", "VTIMEZONE")
	w.line("TZID", "", "Etc/UTC")
	w.line("BEGIN", "", "STANDARD")
	w.line("DTSTART", "", "19700101T000000")
	w.line("TZOFFSETFROM", "", "+0000")
	w.line("TZOFFSETTO", "", "+0000")
	w.line("END", "", "STANDARD")
	w.line("END", "", "VTIMEZONE")
}

func (e *Event) check(method Method) error {
	switch {
	case clean(e.UID) != e.UID || e.UID == "":
		return fmt.Errorf("%w: UID %q", ErrEvent, e.UID)
	case !writable(e.Start), !writable(e.End), e.Start.Unix() >= e.End.Unix():
		return fmt.Errorf("%w: from %v to %v", ErrEvent, e.Start, e.End)
	case !e.Created.IsZero() && !writable(e.Created), !e.Updated.IsZero() && !writable(e.Updated):
		return fmt.Errorf("%w: created %v, updated %v", ErrEvent, e.Created, e.Updated)
	case method == Request && e.Cancelled:
		return fmt.Errorf("%w: a request for a cancelled event", ErrEvent)
	case e.Cancelled && e.Tentative:
		return fmt.Errorf("%w: both cancelled and tentative", ErrEvent)
	case e.Sequence < 0, e.Sequence > math.MaxInt32:
		return fmt.Errorf("%w: sequence %d", ErrEvent, e.Sequence)
	case strings.TrimSpace(clean(e.Summary)) == "":
		return fmt.Errorf("%w: summary %q", ErrEvent, e.Summary)
	case !languageTag(e.Language):
		return fmt.Errorf("%w: language %q", ErrEvent, e.Language)
	case (method == Request || method != Publish && e.Attendee != Party{}) && !address(e.Attendee.Address):
		return fmt.Errorf("%w: attendee %q", ErrEvent, e.Attendee.Address)
	}
	return nil
}

func (e *Event) write(w writer, head Head, method Method) {
	w.line("BEGIN", "", "VEVENT")
	w.text("UID", "", e.UID)
	w.time("DTSTAMP", head.Stamp)
	w.time("DTSTART", e.Start)
	w.time("DTEND", e.End)
	w.time("CREATED", e.Created)
	w.time("LAST-MODIFIED", e.Updated)
	w.line("SEQUENCE", "", strconv.Itoa(e.Sequence))
	w.line("STATUS", "", e.status(method))
	if head.Organizer != (Party{}) {
		w.party("ORGANIZER", head.Organizer)
	}
	if method != Publish && e.Attendee != (Party{}) { // RFC 5546 section 3.2.1
		w.party("ATTENDEE", e.Attendee)
	}
	w.text("SUMMARY", e.Language, e.Summary)
	w.text("LOCATION", e.Language, e.Location)
	w.text("DESCRIPTION", e.Language, e.Description)
	if minutes := int64(e.Alarm / time.Minute); minutes > 0 {
		w.line("BEGIN", "", "VALARM")
		w.line("ACTION", "", "DISPLAY")
		w.line("TRIGGER", "", fmt.Sprintf("-PT%dM", minutes))
		w.text("DESCRIPTION", e.Language, e.Summary)
		w.line("END", "", "VALARM")
	}
	w.line("END", "", "VEVENT")
}

// status returns the value of STATUS (RFC 5545 section 3.8.1.11).
func (e *Event) status(method Method) string {
	switch {
	case e.Cancelled || method == Cancel:
		return "CANCELLED"
	case e.Tentative:
		return "TENTATIVE"
	}
	return "CONFIRMED"
}
