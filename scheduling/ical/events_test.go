package ical_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"ziyara/scheduling/ical"
)

// head returns a head with everything that any method requires.
func head(t *testing.T) ical.Head {
	t.Helper()
	return ical.Head{
		Stamp:     instant(t, "2027-01-02T06:00:00Z"),
		Organizer: ical.Party{Name: "مركز الخدمة", Address: "mailto:visits@example.org"},
	}
}

func visit(t *testing.T) ical.Event {
	t.Helper()
	return ical.Event{
		UID: "v1@example.org", Start: instant(t, "2027-01-03T10:00:00+03:00"), End: instant(t, "2027-01-03T10:30:00+03:00"),
		Summary: "زيارة", Language: "ar",
	}
}

// The whole text of a calendar: properties in the documented order, lines
// folded.
func TestWriteEvents(t *testing.T) {
	t.Parallel()
	h := head(t)
	h.Name, h.Refresh = "Visits; all", time.Hour
	v := visit(t)
	v.Created, v.Updated, v.Sequence = instant(t, "2027-01-01T06:00:00Z"), instant(t, "2027-01-01T07:00:00.9Z"), 2
	v.Summary, v.Location = "تحديث الآيبان؛ زيارة مركز الخدمة الشامل", "Tower 1, floor 2; \\gate\\"
	v.Description = "one\r\ntwo\rthree\x00\ttab"
	v.Attendee = ical.Party{Address: "mailto:visitor@example.org"}
	gone := visit(t)
	gone.UID, gone.Cancelled, gone.Language, gone.Summary = "v2@example.org", true, "", "Gone"

	const want = `BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Ziyara//Ziyara//AR
CALSCALE:GREGORIAN
METHOD:PUBLISH
NAME:Visits\; all
X-WR-CALNAME:Visits\; all
REFRESH-INTERVAL;VALUE=DURATION:PT60M
X-PUBLISHED-TTL:PT60M
BEGIN:VEVENT
UID:v1@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270103T070000Z
DTEND:20270103T073000Z
CREATED:20270101T060000Z
LAST-MODIFIED:20270101T070000Z
SEQUENCE:2
STATUS:CONFIRMED
ORGANIZER;CN="مركز الخدمة":mailto:visits@example.org
SUMMARY;LANGUAGE=ar:تحديث الآيبان؛ زيارة مركز الخ
 دمة الشامل
LOCATION;LANGUAGE=ar:Tower 1\, floor 2\; \\gate\\
DESCRIPTION;LANGUAGE=ar:one\ntwo\nthree	tab
END:VEVENT
BEGIN:VEVENT
UID:v2@example.org
DTSTAMP:20270102T060000Z
DTSTART:20270103T070000Z
DTEND:20270103T073000Z
SEQUENCE:0
STATUS:CANCELLED
ORGANIZER;CN="مركز الخدمة":mailto:visits@example.org
SUMMARY:Gone
END:VEVENT
END:VCALENDAR
`
	var got bytes.Buffer
	if err := ical.WriteEvents(&got, h, ical.Publish, []ical.Event{v, gone}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.ReplaceAll(want, "\n", "\r\n"), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkLines(t, got.String())
}

// checkLines checks that each line has at most 75 octets, consists of whole
// characters, and ends in CRLF (RFC 5545 section 3.1).
func checkLines(t *testing.T, s string) {
	t.Helper()
	rest, ok := strings.CutSuffix(s, "\r\n")
	if !ok {
		t.Error("the last line does not end in CRLF")
	}
	for line := range strings.SplitSeq(rest, "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
			t.Errorf("bad line of %d octets: %q", len(line), line)
		}
	}
}

// The requirements of each method (RFC 5546 sections 3.2.1, 3.2.2 and 3.2.5).
func TestWriteEventsMethods(t *testing.T) {
	t.Parallel()
	write := func(method ical.Method) string {
		v := visit(t)
		v.Attendee = ical.Party{Name: `A "B" ^`, Address: "mailto:visitor@example.org"}
		var b strings.Builder
		if err := ical.WriteEvents(&b, head(t), method, []ical.Event{v}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	tests := []struct {
		method        ical.Method
		has, has2, no string
	}{
		{ical.Publish, "METHOD:PUBLISH\r\n", "STATUS:CONFIRMED\r\n", "ATTENDEE"},
		{ical.Request, "METHOD:REQUEST\r\n", `ATTENDEE;CN="A ^'B^' ^^":mailto:visitor@example.org`, "CANCELLED"},
		{ical.Cancel, "METHOD:CANCEL\r\n", "STATUS:CANCELLED\r\n", "CONFIRMED"},
	}
	for _, test := range tests {
		t.Run(string(test.method), func(t *testing.T) {
			t.Parallel()
			got := write(test.method)
			if !strings.Contains(got, test.has) || !strings.Contains(got, test.has2) || strings.Contains(got, test.no) {
				t.Errorf("want %q and %q, not %q, in\n%s", test.has, test.has2, test.no, got)
			}
		})
	}
}

func TestWriteEventsRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		method ical.Method
		change func(*ical.Head, *ical.Event)
		want   error
	}{
		{"no stamp", ical.Publish, func(h *ical.Head, _ *ical.Event) { h.Stamp = time.Time{} }, ical.ErrHead},
		{"no organizer (RFC 5546 section 3.2.1)", ical.Publish, func(h *ical.Head, _ *ical.Event) { h.Organizer = ical.Party{} }, ical.ErrHead},
		{"a request without an organizer", ical.Request, func(h *ical.Head, _ *ical.Event) { h.Organizer = ical.Party{} }, ical.ErrHead},
		{
			"a line break in an address", ical.Publish,
			func(h *ical.Head, _ *ical.Event) { h.Organizer.Address = "mailto:a\r\nATTACH:b" }, ical.ErrHead,
		},
		{"an address without a scheme", ical.Cancel, func(h *ical.Head, _ *ical.Event) { h.Organizer.Address = "a@example.org" }, ical.ErrHead},
		{"a request without an attendee", ical.Request, func(*ical.Head, *ical.Event) {}, ical.ErrEvent},
		{"a request for a cancelled event (RFC 5546 section 3.2.2)", ical.Request, func(_ *ical.Head, e *ical.Event) {
			e.Attendee.Address, e.Cancelled = "mailto:visitor@example.org", true
		}, ical.ErrEvent},
		{"no summary (RFC 5546 section 3.2.1)", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.Summary = " \x00" }, ical.ErrEvent},
		{"cancelled and tentative", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.Cancelled, e.Tentative = true, true }, ical.ErrEvent},
		{"no such method", "REPLY", func(*ical.Head, *ical.Event) {}, ical.ErrEvent},
		{"no UID", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.UID = "" }, ical.ErrEvent},
		{"a UID that can't be written unchanged", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.UID = "a\x00" }, ical.ErrEvent},
		{"an end at the start", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.End = e.Start.Add(time.Millisecond) }, ical.ErrEvent},
		{"a year of five digits", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.End = e.End.AddDate(9000, 0, 0) }, ical.ErrEvent},
		{"a sequence below 0", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.Sequence = -1 }, ical.ErrEvent},
		{"a parameter in the language", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.Language = "ar;X=y" }, ical.ErrEvent},
		{"a year before year 1", ical.Publish, func(_ *ical.Head, e *ical.Event) { e.Updated = e.Start.AddDate(-3000, 0, 0) }, ical.ErrEvent},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h, e := head(t), visit(t)
			test.change(&h, &e)
			var b bytes.Buffer
			if err := ical.WriteEvents(&b, h, test.method, []ical.Event{e}); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
			if b.Len() > 0 {
				t.Errorf("wrote %q", &b)
			}
		})
	}
	two := []ical.Event{visit(t), visit(t)}
	if err := ical.WriteEvents(io.Discard, head(t), ical.Cancel, two); !errors.Is(err, ical.ErrEvent) {
		t.Errorf("two events in one cancellation: got %v, want %v", err, ical.ErrEvent)
	}
}

// full is a writer that always fails.
type full struct{}

var errFull = errors.New("full")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestWriteEventsFails(t *testing.T) {
	t.Parallel()
	if err := ical.WriteEvents(full{}, head(t), ical.Publish, []ical.Event{visit(t)}); !errors.Is(err, errFull) {
		t.Errorf("got %v, want %v", err, errFull)
	}
}
