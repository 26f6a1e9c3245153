package api

import (
	"errors"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
)

// strictFormats accepts only dates and instants that exist.
func strictFormats() openapi3.SchemaValidationOption {
	return openapi3.WithStringFormatValidators(map[string]openapi3.StringFormatValidator{
		"date":      dateFormat{},
		"date-time": instantFormat{},
	})
}

var (
	errDate    = errors.New("api: the text is not a date")
	errInstant = errors.New("api: the text is not an instant")
)

// dateFormat accepts dates YYYY-MM-DD that exist.
type dateFormat struct{}

// Validate returns an error if s is no date.
func (dateFormat) Validate(s string) error {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return errDate
	}
	return nil
}

// instantFormat accepts instants that time.Time can read: RFC 3339 without
// leap seconds.
type instantFormat struct{}

// Validate returns an error if s is no instant.
func (instantFormat) Validate(s string) error {
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return errInstant
	}
	return nil
}
