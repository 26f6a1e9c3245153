// Package ical reads holidays from iCalendar files (RFC 5545) and writes
// appointments and openings to them (openings as VAVAILABILITY, RFC 7953).
// Files come from outside, so reading is bounded in every direction. It never
// guesses: what it does not understand is left out and reported.
package ical

import (
	"errors"
	"fmt"
)

// What makes a whole file unusable. ErrSyntax, ErrUTF8, ErrVersion and ErrMany
// arrive wrapped in a *LineError.
var (
	ErrLarge   = errors.New("ical: larger than 1 MiB")
	ErrMany    = errors.New("ical: too many entries")
	ErrSyntax  = errors.New("ical: not iCalendar")
	ErrUTF8    = errors.New("ical: not UTF-8")
	ErrVersion = errors.New("ical: not iCalendar 2.0 with Gregorian dates")
)

// ErrWindow reports a range of dates that is empty or too long.
var ErrWindow = errors.New("ical: the dates from and until are in order, and not too far apart")

// The most that one file holds.
const (
	maxBytes      = 1 << 20
	maxLine       = 256 << 10 // bytes of one content line, unfolded
	maxLines      = 60_000    // content lines
	maxComponents = 5_000
	maxDepth      = 8
	maxParams     = 20 // of one line
	maxZones      = 50
	maxRecurring  = 64
	maxUnusable   = 10 // recurrence rules
	maxListed     = 10_000
	maxProblems   = 500
	maxName       = 200 // characters
)

// LineError is what is wrong with a line of a file.
type LineError struct {
	Line int // from 1; of a folded line the first
	Err  error
}

// Error says which line is wrong, and why.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns what is wrong without its line.
func (e *LineError) Unwrap() error { return e.Err }

// syntax is an ErrSyntax at a line.
func syntax(line int, format string, args ...any) error {
	return &LineError{line, fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))}
}
