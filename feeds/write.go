package feeds

import (
	"fmt"
	"io"
	"time"

	"ziyara/scheduling/ical"
	"ziyara/texts"
)

// refresh is how often subscribers should look again.
const refresh = 15 * time.Minute

// Write writes the visits as an iCalendar object (RFC 5545, METHOD:PUBLISH).
// The same visits are the same bytes: what is written as the time of writing is
// when one of them last changed. An event keeps its UID through all moves, and
// its SEQUENCE is its version. Host is what the UIDs end with. It
// writes at most MaxVisits and says in the calendar if there were more.
func Write(w io.Writer, s Scope, host string, visits []Visit) error {
	head := ical.Head{
		Stamp: s.Created, Name: s.Name, Refresh: refresh,
		Organizer: ical.Party{Name: s.Department.In(s.Lang), Address: "mailto:no-reply@" + host},
	}
	if len(visits) > MaxVisits {
		head.About = aboutRest(visits[MaxVisits].Start.In(s.Zone), s.Lang)
		visits = visits[:MaxVisits]
	}
	events := make([]ical.Event, len(visits))
	for i, v := range visits {
		events[i] = v.event(s.Lang, host)
		if v.Changed.After(head.Stamp) {
			head.Stamp = v.Changed
		}
	}
	return ical.WriteEvents(w, head, ical.Publish, events)
}

func (v Visit) event(lang, host string) ical.Event {
	e := ical.Event{
		UID: v.Reference + "@" + host, Start: v.Start, End: v.End, Created: v.Created, Updated: v.Changed,
		Sequence: v.Version, Language: lang,
		Summary:     v.Service.In(lang) + " · " + v.Reference,
		Location:    join(lang, v.DeskGroup.In(lang), v.Branch.In(lang)),
		Description: v.about(lang),
		Tentative:   v.Status == Tentative, Cancelled: v.Status == Cancelled,
	}
	if v.Party > 1 {
		e.Summary += fmt.Sprintf(" (%d)", v.Party)
	}
	return e
}

// about returns the lines below the title.
func (v Visit) about(lang string) string {
	lines := texts.Staff("calendar_feed.visit", "Reference", v.Reference, "Visitors", v.Party).In(lang)
	switch v.Status {
	case Tentative:
		lines += "\n" + texts.Staff("calendar_feed.tentative").In(lang)
	case Cancelled:
		lines += "\n" + texts.Staff("calendar_feed.cancelled").In(lang)
	case Certain:
	}
	return lines
}

// join writes two names with the comma of the language.
func join(lang, a, b string) string { return a + texts.Comma().In(lang) + b }

// aboutRest says from when on visits are missing.
func aboutRest(from time.Time, lang string) string {
	return texts.Staff("calendar_feed.rest", "From", texts.Moment(from)).In(lang)
}
