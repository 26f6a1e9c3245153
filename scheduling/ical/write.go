package ical

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// The errors of writing.
var (
	ErrHead  = errors.New("ical: a calendar needs the time of writing and an address for each party")
	ErrEvent = errors.New("ical: invalid event")
)

// Head is the head of a calendar to write.
type Head struct {
	Stamp     time.Time     // when it is written; required
	Name      string        // of the calendar
	About     string        // what a subscriber should know about the calendar
	Refresh   time.Duration // interval after which a subscriber looks again, in whole minutes; 0 to leave it out
	Organizer Party         // required for events
}

// Party is the inviting or the invited party.
type Party struct {
	Name    string
	Address string // a URI, for example mailto:visits@example.org
}

// product names this program as the author.
const product = "-//Ziyara//Ziyara//AR"

const (
	maxWidth  = 75 // octets of a line, not counting its end
	timestamp = "20060102T150405Z"
)

// writer writes content lines. After an error it writes nothing more.
type writer struct {
	*bufio.Writer
}

// calendar writes the calendar; body writes its contents.
func (h Head) calendar(out io.Writer, method Method, body func(writer)) error {
	w := writer{bufio.NewWriter(out)}
	w.line("BEGIN", "", "VCALENDAR")
	w.line("VERSION", "", "2.0")
	w.line("PRODID", "", product)
	w.line("CALSCALE", "", "GREGORIAN")
	if method != "" {
		w.line("METHOD", "", string(method))
	}
	w.text("NAME", "", h.Name)
	w.text("X-WR-CALNAME", "", h.Name) // most programs read this name instead
	w.text("DESCRIPTION", "", h.About)
	w.text("X-WR-CALDESC", "", h.About)
	if minutes := int64(h.Refresh / time.Minute); minutes > 0 {
		refresh := fmt.Sprintf("PT%dM", minutes)
		w.line("REFRESH-INTERVAL", ";VALUE=DURATION", refresh)
		w.line("X-PUBLISHED-TTL", "", refresh)
	}
	body(w)
	w.line("END", "", "VCALENDAR")
	if err := w.Flush(); err != nil {
		return fmt.Errorf("ical: write: %w", err)
	}
	return nil
}

// line writes a content line, folded at 75 octets between characters (RFC 5545
// section 3.1). The writer keeps its first error until Flush.
func (w writer) line(name, params, value string) {
	rest := name + params + ":" + value
	for width := maxWidth; len(rest) > width; width = maxWidth - 1 {
		cut := width
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		_, _ = w.WriteString(rest[:cut] + "\r\n ")
		rest = rest[cut:]
	}
	_, _ = w.WriteString(rest + "\r\n")
}

// text writes a property of type TEXT, or nothing if the text is empty.
func (w writer) text(name, language, text string) {
	if text == "" {
		return
	}
	params := ""
	if language != "" {
		params = ";LANGUAGE=" + language
	}
	w.line(name, params, escapeText.Replace(clean(text)))
}

// time writes an instant in UTC, truncated to the second, or nothing if it is
// zero.
func (w writer) time(name string, t time.Time) {
	if !t.IsZero() {
		w.line(name, "", t.UTC().Format(timestamp))
	}
}

// party writes the inviting or invited party.
func (w writer) party(name string, p Party) {
	params := ""
	if p.Name != "" {
		params = `;CN="` + escapeParam.Replace(clean(p.Name)) + `"`
	}
	w.line(name, params, p.Address)
}

// escapeText encodes a value of type TEXT (RFC 5545 section 3.3.11).
var escapeText = strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`)

// escapeParam encodes the value of a parameter (RFC 6868).
var escapeParam = strings.NewReplacer("^", "^^", `"`, "^'", "\n", "^n")

var newlines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// clean returns the text as a line can contain it: line ends become LF, control
// characters other than tabs are dropped, and bytes that are not UTF-8 become
// U+FFFD.
func clean(s string) string {
	s = newlines.Replace(strings.ToValidUTF8(s, "\ufffd"))
	return strings.Map(func(r rune) rune {
		if forbidden(r) && r != '\n' {
			return -1
		}
		return r
	}, s)
}

// check reports whether the calendar can be written with the method.
func (h Head) check(method Method) error {
	switch {
	case !writable(h.Stamp):
		return fmt.Errorf("%w: written at %v", ErrHead, h.Stamp)
	case h.Organizer == Party{} && method == "":
		return nil
	case !address(h.Organizer.Address):
		return fmt.Errorf("%w: organizer %q", ErrHead, h.Organizer.Address)
	}
	return nil
}

// writable reports whether t is in the years 1 to 9999.
func writable(t time.Time) bool {
	year := t.UTC().Year()
	return !t.IsZero() && year >= 1 && year <= 9999
}

// address reports whether s is a URI that fits on one line.
func address(s string) bool {
	scheme, rest, ok := strings.Cut(s, ":")
	return ok && scheme != "" && rest != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// languageTag reports whether s is empty or has the form of a language tag (RFC
// 5646).
func languageTag(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-'
	})
}
