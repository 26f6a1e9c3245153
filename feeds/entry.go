package feeds

import (
	"io"
	"strings"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling/ical"
	"ziyara/texts"
)

// alarm is how long before a visit its calendar entry reminds the visitor.
const alarm = 2 * time.Hour

// Entry is a visit for the calendar of its visitor. It names no person and has
// nothing that would let others act on the visit.
type Entry struct {
	Reference  string // as visitors write it
	Status     Status
	Booked     bool // it is to take place, so that an alarm makes sense
	Service    catalog.Text
	Branch     catalog.Text
	Address    catalog.Text   // of the branch; may be empty
	Bring      []catalog.Text // documents
	Start, End time.Time      // End is exclusive
	Version    int            // of the visit, from 1
	Created    time.Time
	Changed    time.Time // last
}

// WriteEntry writes the visit as an iCalendar object without a method (RFC 5545),
// with the texts in the language. The same visit is the same bytes. Host is what
// the UID ends with.
func WriteEntry(w io.Writer, lang, host string, e Entry) error {
	event := ical.Event{
		UID: e.Reference + "@" + host, Start: e.Start, End: e.End, Created: e.Created, Updated: e.Changed, Sequence: e.Version,
		Summary:  texts.Visitors("letter.summary", "Service", e.Service.In(lang)).In(lang),
		Location: e.Branch.In(lang), Description: e.about(lang), Language: lang,
		Tentative: e.Status == Tentative, Cancelled: e.Status == Cancelled,
	}
	if address := e.Address.In(lang); address != "" {
		event.Location = join(lang, event.Location, address)
	}
	if e.Booked {
		event.Alarm = alarm
	}
	return ical.WriteEvents(w, ical.Head{Stamp: e.Changed}, ical.Snapshot, []ical.Event{event})
}

// about returns the lines below the title.
func (e Entry) about(lang string) string {
	lines := []string{texts.Visitors("letter.reference", "Reference", e.Reference).In(lang)}
	switch e.Status {
	case Tentative:
		lines = append(lines, texts.Visitors("calendar_entry.tentative").In(lang))
	case Cancelled:
		return strings.Join(append(lines, texts.Visitors("calendar_entry.cancelled").In(lang)), "\n")
	case Certain:
	}
	if len(e.Bring) > 0 {
		lines = append(lines, texts.Visitors("letter.bring").In(lang))
	}
	for _, document := range e.Bring {
		lines = append(lines, "- "+document.In(lang))
	}
	return strings.Join(lines, "\n")
}
