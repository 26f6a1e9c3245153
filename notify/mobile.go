package notify

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"ziyara/textnorm"
	"ziyara/texts"
)

// ErrMobile is returned for text that is not a number that can receive SMS.
var ErrMobile = errors.New("notify: not a mobile number")

// DigitsError is returned for a number that begins like a Saudi mobile, but has too few
// or too many digits. It is an ErrMobile.
type DigitsError struct {
	Typed, Needed int
	Example       string // a number that begins in the same way
}

// Error counts the digits.
func (e *DigitsError) Error() string {
	return fmt.Sprintf("notify: %d digits are no mobile number, %d are", e.Typed, e.Needed)
}

// Unwrap returns ErrMobile.
func (e *DigitsError) Unwrap() error { return ErrMobile }

// MobileText says what an error of ParseMobile finds wrong with the number, and how to
// correct it.
func MobileText(err error) texts.Text {
	digits, ok := errors.AsType[*DigitsError](err)
	if !ok {
		return texts.Visitors("invalid.mobile")
	}
	return texts.Visitors("fault.mobile_digits", "Example", texts.Isolated(digits.Example),
		"Typed", texts.Visitors("fault.digits", "Count", digits.Typed), "Needed", texts.Visitors("fault.digits", "Count", digits.Needed))
}

// Mobile is a mobile number in E.164 format, for example +966501234567.
type Mobile string

const (
	homeRegion = "SA" // where a number without a country code belongs

	// maxMobileInput bounds what is looked at, in bytes: 15 digits (ITU-T
	// E.164), an international prefix and separators, at two bytes each.
	maxMobileInput = 64
)

// ParseMobile returns the number written in s. Without a country code it is
// a Saudi one: 05XXXXXXXX and 5XXXXXXXX, with or without 966, 00966 or +966,
// and foreign numbers after + or 00. Spaces, hyphens, dots and parentheses may
// separate digits; s is cleaned by textnorm.Symbols. It returns ErrMobile, which
// may be a *DigitsError, for anything else, and for numbers that are valid but not mobile, such as
// landlines; where a country does not tell the two apart (the United States
// for one) the number is accepted.
func ParseMobile(s string) (Mobile, error) {
	dialled, err := dialString(s)
	if err != nil {
		return "", err
	}
	if err = homeDigits(dialled); err != nil {
		return "", err
	}
	n, err := phonenumbers.Parse(dialled, homeRegion)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMobile, err)
	}
	if !phonenumbers.IsValidNumber(n) {
		return "", fmt.Errorf("%w: no such number range", ErrMobile)
	}
	t := phonenumbers.GetNumberType(n)
	if t != phonenumbers.MOBILE && t != phonenumbers.FIXED_LINE_OR_MOBILE {
		return "", fmt.Errorf("%w: number of another type (%d)", ErrMobile, t)
	}
	return Mobile(phonenumbers.Format(n, phonenumbers.E164)), nil
}

// homeDigits returns a *DigitsError for a Saudi mobile with too few or too many digits.
func homeDigits(dialled string) error {
	for _, begins := range []string{"05", "5", "9665", "+9665", "009665"} {
		if !strings.HasPrefix(dialled, begins) {
			continue
		}
		example := begins + "01234567"
		typed, needed := len(strings.TrimPrefix(dialled, "+")), len(strings.TrimPrefix(example, "+"))
		if typed != needed {
			return &DigitsError{typed, needed, example}
		}
	}
	return nil
}

// dialString reduces s to what would be dialled: an optional plus sign and
// Western digits. It refuses every character that is neither part of a number
// nor a separator: the parser would take letters as keys of a keypad and
// ignore what surrounds a number.
func dialString(s string) (string, error) {
	if len(s) > maxMobileInput || !utf8.ValidString(s) {
		return "", fmt.Errorf("%w: too long or not UTF-8", ErrMobile)
	}
	var b strings.Builder
	for _, r := range textnorm.Symbols(s) {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && b.Len() == 0:
			b.WriteRune(r)
		case strings.ContainsRune(" -.()", r):
			// A separator.
		default:
			return "", fmt.Errorf("%w: character %U", ErrMobile, r)
		}
	}
	return b.String(), nil
}

// Masked returns the number for display to people who need to recognise it
// but not to know it: +9665•••••567. At least four digits are hidden.
func (m Mobile) Masked() string {
	const head, tail, hidden = 5, 3, 4
	last := max(len(m)-tail, 0)
	first := min(head, max(last-hidden, 0))
	return string(m[:first]) + strings.Repeat("•", last-first) + string(m[last:])
}

// MaskedHere is like Masked, with a Saudi number as people write it at home:
// 05•••••567.
func (m Mobile) MaskedHere() string {
	masked := m.Masked()
	if rest, ok := strings.CutPrefix(masked, "+966"); ok {
		return "0" + rest
	}
	return masked
}
