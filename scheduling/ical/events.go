package ical

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// Method is what the receiver is to do with the events (RFC 5546).
type Method string

// The methods of RFC 5546 that are written.
const (
	Publish Method = "PUBLISH" // for the receiver to know, as in a subscription
	Request Method = "REQUEST" // an invitation, or a change of one
	Cancel  Method = "CANCEL"
)

// Event is an appointment as others see it.
type Event struct {
	UID         string    // the same for all versions of it; needed
	Start       time.Time // written in UTC, in whole seconds
	End         time.Time // exclusive, after Start
	Created     time.Time // zero to not say
	Updated     time.Time // zero to not say
	Sequence    int       // the number of its version, from 0
	Summary     string    // needed (RFC 5546 section 3.2.1)
	Location    string
	Description string
	Language    string // of the texts: a language tag such as ar, or empty
	Attendee    Party  // needed for requests
	Tentative   bool   // not certain yet
	Cancelled   bool
}

// WriteEvents writes a calendar of the events, as RFC 5545 has it: in UTF-8,
// with CRLF, and folded. The same events come out as the same bytes. Texts stay
// as they are, but for control characters, which can't be written.
//
// Request and Cancel are about one event. Cancel cancels it, whether it is
// Cancelled or not; a Request can't be about a cancelled one (RFC 5546 section
// 3.2.2). Nothing is written if the error wraps ErrHead or ErrEvent.
func WriteEvents(w io.Writer, head Head, method Method, events []Event) error {
	if err := head.check(method); err != nil {
		return err
	}
	switch method {
	case Publish:
	case Request, Cancel:
		if len(events) != 1 {
			return fmt.Errorf("%w: %s of %d events, not of one", ErrEvent, method, len(events))
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
		for i := range events {
			events[i].write(w, head, method)
		}
	})
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
		return fmt.Errorf("%w: cancelled, and requested", ErrEvent)
	case e.Cancelled && e.Tentative:
		return fmt.Errorf("%w: cancelled, and tentative", ErrEvent)
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
	w.party("ORGANIZER", head.Organizer)
	if method != Publish && e.Attendee != (Party{}) { // RFC 5546 section 3.2.1
		w.party("ATTENDEE", e.Attendee)
	}
	w.text("SUMMARY", e.Language, e.Summary)
	w.text("LOCATION", e.Language, e.Location)
	w.text("DESCRIPTION", e.Language, e.Description)
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
