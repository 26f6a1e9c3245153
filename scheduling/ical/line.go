package ical

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// line is a content line (RFC 5545 section 3.1), unfolded.
type line struct {
	number int
	name   string // in upper case
	params []param
	value  string // as in the file
}

type param struct {
	name   string // in upper case
	values []string
}

// param returns the first value of a parameter; empty if there is none.
func (l *line) param(name string) string {
	for _, p := range l.params {
		if p.name == name {
			return p.values[0]
		}
	}
	return ""
}

// scanner splits a file into content lines.
type scanner struct {
	rest  []byte
	lines int // physical lines read so far
}

func newScanner(file []byte) *scanner {
	return &scanner{rest: bytes.TrimPrefix(file, []byte("\ufeff"))}
}

// next returns the next content line that is not empty, or false at the end.
// Lines may end in LF alone.
func (s *scanner) next() (line, bool, error) {
	for len(s.rest) > 0 {
		text, number, err := s.unfold()
		if err != nil {
			return line{}, false, err
		}
		if len(text) == 0 {
			continue
		}
		l, err := parseLine(text, number)
		return l, err == nil, err
	}
	return line{}, false, nil
}

// unfold joins a line with its continuation lines. A fold may split a
// character, so the text is checked only afterwards.
func (s *scanner) unfold() (text []byte, number int, err error) {
	text = s.physical()
	number = s.lines
	for folded := false; len(s.rest) > 0 && (s.rest[0] == ' ' || s.rest[0] == '\t'); folded = true {
		if !folded {
			text = slices.Clone(text)
		}
		s.rest = s.rest[1:]
		text = append(text, s.physical()...)
	}
	switch {
	case len(text) > maxLine:
		return nil, number, &LineError{number, fmt.Errorf("%w: more than %d bytes in a line", ErrMany, maxLine)}
	case !utf8.Valid(text):
		return nil, number, &LineError{number, ErrUTF8}
	case bytes.ContainsFunc(text, forbidden):
		return nil, number, syntax(number, "a control character")
	}
	return text, number, nil
}

// physical reads one line and returns it without its end.
func (s *scanner) physical() []byte {
	text, rest, _ := bytes.Cut(s.rest, []byte("\n"))
	s.rest = rest
	s.lines++
	return bytes.TrimRight(text, "\r")
}

// forbidden reports whether r is a control character, which no line may
// contain. Tabs are white space.
func forbidden(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// parseLine parses NAME *(";" PARAM "=" VALUE *("," VALUE)) ":" VALUE.
func parseLine(text []byte, number int) (line, error) {
	l := line{number: number}
	rest := string(text)
	var ok bool
	if l.name, rest, ok = takeName(rest); !ok {
		return l, syntax(number, "no name of a property")
	}
	for strings.HasPrefix(rest, ";") {
		if len(l.params) == maxParams {
			return l, &LineError{number, fmt.Errorf("%w: more than %d parameters", ErrMany, maxParams)}
		}
		var p param
		if p.name, rest, ok = takeName(rest[1:]); !ok || !strings.HasPrefix(rest, "=") {
			return l, syntax(number, "a parameter without a name or a value")
		}
		for more := true; more; more = strings.HasPrefix(rest, ",") {
			var value string
			if value, rest, ok = takeParam(rest[1:]); !ok {
				return l, syntax(number, "a parameter that is not closed")
			}
			p.values = append(p.values, value)
		}
		l.params = append(l.params, p)
	}
	if !strings.HasPrefix(rest, ":") {
		return l, syntax(number, "a property without a value")
	}
	l.value = rest[1:]
	return l, nil
}

// takeName splits a name off s: letters, digits and hyphens.
func takeName(s string) (name, rest string, ok bool) {
	end := strings.IndexFunc(s, func(r rune) bool {
		return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
	if end <= 0 {
		return "", s, false
	}
	return strings.ToUpper(s[:end]), s[end:], true
}

// takeParam splits the value of a parameter, quoted or not, off s.
func takeParam(s string) (value, rest string, ok bool) {
	if quoted, found := strings.CutPrefix(s, `"`); found {
		value, rest, ok = strings.Cut(quoted, `"`)
		return paramText.Replace(value), rest, ok
	}
	end := strings.IndexAny(s, `;:,"`)
	if end < 0 || s[end] == '"' {
		return "", s, false
	}
	return paramText.Replace(s[:end]), s[end:], true
}

// paramText decodes the value of a parameter (RFC 6868).
var paramText = strings.NewReplacer("^n", "\n", "^'", `"`, "^^", "^")

// valueText decodes a value of type TEXT (RFC 5545 section 3.3.11).
var valueText = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\N`, "\n", `\;`, ";", `\,`, ",")

// firstOf returns the first text of a list, decoded.
func firstOf(list string) string {
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '\\':
			i++
		case ',':
			return valueText.Replace(list[:i])
		}
	}
	return valueText.Replace(list)
}
