package api

import (
	"errors"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"ziyara/scheduling"
	"ziyara/texts"
)

// strictFormats accepts only dates and instants that exist.
func strictFormats() openapi3.SchemaValidationOption {
	return openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
		formatDate:    dateFormat{},
		formatInstant: instantFormat{},
	})
}

// The formats of OpenAPI that strictFormats checks.
const formatDate, formatInstant = "date", "date-time"

// instants returns the first and the last instant that a request can name.
// Their dates have years of four digits in every time zone.
func instants() (first, last time.Time) {
	return scheduling.FirstDate.Time(), scheduling.LastDate.Time()
}

// allDates says which dates a request can name.
func allDates() flaw { return dates(scheduling.FirstDate, scheduling.LastDate) }

// hijriDates says which dates can be asked for: those that have Hijri dates.
func hijriDates() flaw { return dates(scheduling.HijriSpan()) }

func dates(first, last scheduling.Date) flaw {
	return flaw{FieldErrorCodeOutOfRange,
		texts.Visitors("invalid.date_range", "First", texts.Date(first.Time()), "Last", texts.Date(last.Time()))}
}

// allInstants says which instants a request can name.
func allInstants() flaw {
	first, last := instants()
	return flaw{FieldErrorCodeOutOfRange, texts.Visitors("invalid.instant_range", "First", texts.Moment(first), "Last", texts.Moment(last))}
}

var (
	errDate    = errors.New("api: the text is not a date")
	errInstant = errors.New("api: the text is not an instant")
)

// dateFormat accepts dates YYYY-MM-DD that exist, from scheduling.FirstDate on.
type dateFormat struct{}

// Validate returns an error if s is no date.
func (dateFormat) Validate(s string) error {
	if _, err := scheduling.ParseDate(s); err != nil {
		return errDate
	}
	return nil
}

// instantFormat accepts instants that time.Time can read, RFC 3339 without
// leap seconds, within instants().
type instantFormat struct{}

// Validate returns an error if s is no instant.
func (instantFormat) Validate(s string) error {
	var t time.Time
	first, last := instants()
	if err := t.UnmarshalText([]byte(s)); err != nil || t.Before(first) || t.After(last) {
		return errInstant
	}
	return nil
}
