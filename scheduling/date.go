package scheduling

import (
	"errors"
	"fmt"
	"time"
)

// Date is a day of the proleptic Gregorian calendar, counted from 0001-01-01,
// which is 1. Zero is no date. Dates support comparison and arithmetic: d+1 is
// the next day.
type Date int32

// ErrDate reports text that is not a date YYYY-MM-DD in the years 1900 to 9999.
var ErrDate = errors.New("scheduling: not a date YYYY-MM-DD from 1900 on")

// The dates that ParseDate reads.
const (
	FirstDate Date = 693596  // 1900-01-01
	LastDate  Date = 3652059 // 9999-12-31
)

const (
	unixEpoch  Date = 719163 // 1970-01-01
	dateLayout      = time.DateOnly
	daySeconds      = 24 * 60 * 60
)

// NewDate returns the date of year y, month m and day d. Values outside their
// usual range carry over, as with time.Date.
func NewDate(y int, m time.Month, d int) Date {
	return unixEpoch + Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()/daySeconds)
}

// DateOf returns the local date in zone at the instant t.
func DateOf(t time.Time, zone *time.Location) Date {
	return NewDate(t.In(zone).Date())
}

// ParseDate parses a date YYYY-MM-DD in the years 1900 to 9999. It returns
// ErrDate for anything else.
func ParseDate(s string) (Date, error) {
	if len(s) != len(dateLayout) {
		return 0, ErrDate
	}
	t, err := time.Parse(dateLayout, s)
	if err != nil {
		return 0, ErrDate
	}
	if d := NewDate(t.Date()); d >= FirstDate {
		return d, nil
	}
	return 0, ErrDate
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == 0 }

// Time returns midnight UTC of the date. In other zones the date begins at
// another instant: see At.
func (d Date) Time() time.Time { return time.Unix(d.unix(), 0).UTC() }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday {
	return time.Weekday((d%7 + 7) % 7) // 0001-01-01 is a Monday
}

// String returns the date as YYYY-MM-DD, and "" for no date.
func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(dateLayout)
}

// MarshalText returns the form of String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText accepts what ParseDate does; empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	parsed, err := ParseDate(string(text))
	if err != nil {
		return fmt.Errorf("%w: %.20q", err, text)
	}
	*d = parsed
	return nil
}

// unix returns midnight UTC of the date in Unix seconds.
func (d Date) unix() int64 { return int64(d-unixEpoch) * daySeconds }
