package catalog

import (
	"fmt"
	"regexp"
	"strings"

	"ziyara/texts"
)

// Ministry says who writes to visitors, and where they get help and book.
type Ministry struct {
	Name    Text
	Phone   string // of the call centre, as people dial it: 19990 or +966…
	Booking string // https address of the page where visits are booked; "" for none
}

// DefaultPhone is the telephone number of the service centres of the ministry.
const DefaultPhone = "19990"

// phonePattern is what a browser can dial.
var phonePattern = regexp.MustCompile(`^\+?[0-9]{3,15}$`)

// Complete returns the ministry with a neutral name and DefaultPhone where these
// are missing, or an error that says which value is not valid.
func (m Ministry) Complete() (Ministry, error) {
	if m.Name == (Text{}) {
		m.Name = texts.Visitors("ministry.name")
	}
	m.Name = m.Name.Filled()
	if m.Phone == "" {
		m.Phone = DefaultPhone
	}
	if !phonePattern.MatchString(m.Phone) {
		return m, fmt.Errorf("catalog: phone %q: want 3 to 15 digits, + before them or not", m.Phone)
	}
	if m.Booking != "" {
		if err := checkLink(m.Booking); err != nil {
			return m, fmt.Errorf("catalog: booking page: %w", err)
		}
	}
	return m, nil
}

// Dial returns the telephone number as part of a text. In Arabic a left-to-right mark
// keeps a leading + in front of the digits.
func (m Ministry) Dial() Text {
	if strings.HasPrefix(m.Phone, "+") {
		return Text{AR: "\u200e" + m.Phone, EN: m.Phone}
	}
	return Text{AR: m.Phone, EN: m.Phone}
}
