package ical

import (
	"fmt"
	"io"
	"strings"
)

// component is the content between BEGIN and END.
type component struct {
	kind  string // in upper case
	line  int
	lines []line
	parts []*component
}

// first returns the first line with the name, or nil.
func (c *component) first(name string) *line {
	for i := range c.lines {
		if c.lines[i].name == name {
			return &c.lines[i]
		}
	}
	return nil
}

// text returns the first value with the name, decoded; empty if there is none.
func (c *component) text(name string) string {
	if l := c.first(name); l != nil {
		return valueText.Replace(l.value)
	}
	return ""
}

// only returns the value of the line with the name, or false unless there is
// exactly one.
func (c *component) only(name string) (value string, ok bool) {
	for i := range c.lines {
		if c.lines[i].name != name {
			continue
		}
		if ok {
			return "", false
		}
		value, ok = c.lines[i].value, true
	}
	return value, ok
}

// parse parses a file and returns its VCALENDAR objects, at least one. It reads at most one byte more than a file may have.
func parse(r io.Reader) ([]*component, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("ical: read: %w", err)
	}
	if len(file) > maxBytes {
		return nil, ErrLarge
	}
	p := parser{scanner: newScanner(file)}
	for {
		l, more, err := p.scanner.next()
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
		if err := p.take(l); err != nil {
			return nil, err
		}
	}
	if len(p.found) == 0 || len(p.open) > 0 {
		return nil, syntax(max(p.scanner.lines, 1), "the file ends before its calendar does")
	}
	return p.found, nil
}

// parser builds components from lines.
type parser struct {
	scanner *scanner
	open    []*component // innermost last
	found   []*component // complete VCALENDARs
	lines   int
	begun   int
}

// take processes one line.
func (p *parser) take(l line) error {
	if p.lines++; p.lines > maxLines {
		return &LineError{l.number, fmt.Errorf("%w: more than %d lines", ErrMany, maxLines)}
	}
	switch l.name {
	case "BEGIN":
		return p.begin(l)
	case "END":
		return p.end(l)
	}
	if len(p.open) == 0 {
		return syntax(l.number, "%.40s outside of a calendar", l.name)
	}
	in := p.open[len(p.open)-1]
	in.lines = append(in.lines, l)
	return nil
}

func (p *parser) begin(l line) error {
	kind := strings.ToUpper(strings.TrimSpace(l.value))
	p.begun++
	switch {
	case p.begun > maxComponents:
		return &LineError{l.number, fmt.Errorf("%w: more than %d components", ErrMany, maxComponents)}
	case len(p.open) == maxDepth:
		return &LineError{l.number, fmt.Errorf("%w: components nested more than %d deep", ErrMany, maxDepth)}
	case (kind == "VCALENDAR") != (len(p.open) == 0):
		return syntax(l.number, "BEGIN:%.40s in the wrong place", kind)
	}
	p.open = append(p.open, &component{kind: kind, line: l.number})
	return nil
}

func (p *parser) end(l line) error {
	kind := strings.ToUpper(strings.TrimSpace(l.value))
	last := len(p.open) - 1
	if last < 0 || p.open[last].kind != kind {
		return syntax(l.number, "END:%.40s without its BEGIN", kind)
	}
	done := p.open[last]
	p.open = p.open[:last]
	switch len(p.open) {
	case 0:
		p.found = append(p.found, done)
		return done.checkVersion()
	default:
		in := p.open[last-1]
		in.parts = append(in.parts, done)
	}
	return nil
}

// checkVersion rejects vCalendar 1.0, the predecessor, and calendars that are
// not Gregorian. A calendar without VERSION or CALSCALE is accepted.
func (c *component) checkVersion() error {
	for i := range c.lines {
		l := &c.lines[i]
		value := strings.TrimSpace(l.value)
		switch {
		case l.name == "VERSION" && value != "2.0":
			return &LineError{l.number, fmt.Errorf("%w: version %.20q", ErrVersion, l.value)}
		case l.name == "CALSCALE" && !strings.EqualFold(value, "GREGORIAN"):
			return &LineError{l.number, fmt.Errorf("%w: calendar %.20q", ErrVersion, l.value)}
		}
	}
	return nil
}
