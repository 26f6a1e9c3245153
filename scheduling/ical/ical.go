// Package ical reads holidays from iCalendar files (RFC 5545) and writes
// appointments and openings (the latter as VAVAILABILITY, RFC 7953).
// Files come from outside, so reading is bounded in every respect, and anything
// that is not understood is left out and reported, never guessed.
package ical

import (
	"errors"
	"fmt"
)

// The faults that make a whole file unusable. ErrSyntax, ErrUTF8, ErrVersion
// and ErrMany are wrapped in a *LineError.
var (
	ErrLarge   = errors.New("ical: larger than 1 MiB")
	ErrMany    = errors.New("ical: too many entries")
	ErrSyntax  = errors.New("ical: not an iCalendar file")
	ErrUTF8    = errors.New("ical: not UTF-8")
	ErrVersion = errors.New("ical: not iCalendar 2.0 with Gregorian dates")
)

// ErrWindow reports a range of dates that is empty or too long.
var ErrWindow = errors.New("ical: empty or too long range of dates")

// The limits of a file.
const (
	maxBytes      = 1 << 20
	maxLine       = 256 << 10 // bytes of one content line, unfolded
	maxLines      = 60_000    // content lines
	maxComponents = 5_000
	maxDepth      = 8
	maxParams     = 20 // of a line
	maxZones      = 50
	maxRecurring  = 64
	maxUnusable   = 10 // recurrence rules
	maxListed     = 10_000
	maxProblems   = 500
	maxName       = 200 // characters
)

// LineError is an error at a line of a file.
type LineError struct {
	Line int // from 1; the first one of a folded line
	Err  error
}

// Error returns the number of the line and what is wrong.
func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

// Unwrap returns the error without the line number.
func (e *LineError) Unwrap() error { return e.Err }

// syntax returns an ErrSyntax at a line.
func syntax(line int, format string, args ...any) error {
	return &LineError{line, fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))}
}
