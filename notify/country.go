package notify

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ErrCountry is returned for a mobile of a country that is sent no text messages.
var ErrCountry = errors.New("notify: no text messages to this country")

// Countries are the countries whose mobiles are sent text messages, as ISO 3166-1
// codes of two capitals.
type Countries []string

// Gulf returns the states of the Gulf Cooperation Council, Saudi Arabia first: an ID
// of each of them is enough to book (docs/adr/0050).
func Gulf() Countries { return Countries{homeRegion, "AE", "BH", "KW", "OM", "QA"} }

// Check returns an error that names a code which is no country with telephone numbers,
// or that there is none.
func (c Countries) Check() error {
	if len(c) == 0 {
		return errors.New("notify: no country is sent text messages")
	}
	for _, code := range c {
		if len(code) != 2 || phonenumbers.GetCountryCodeForRegion(code) == 0 {
			return fmt.Errorf("notify: %q is not a country: write two capitals, such as SA", code)
		}
	}
	return nil
}

// Parse is like ParseMobile, and returns ErrCountry for a mobile that is sent no text
// messages.
func (c Countries) Parse(s string) (Mobile, error) {
	m, err := ParseMobile(s)
	if err == nil && !c.Reach(m) {
		err = ErrCountry
	}
	if err != nil {
		return "", err
	}
	return m, nil
}

// Reach reports whether the mobile is of one of the countries.
func (c Countries) Reach(m Mobile) bool {
	n, err := phonenumbers.Parse(string(m), homeRegion)
	return err == nil && slices.Contains(c, phonenumbers.GetRegionCodeForNumber(n))
}

// Prefixes returns with what numbers of the countries begin: "+966, +971".
func (c Countries) Prefixes() string {
	var list []string
	for _, code := range c {
		prefix := fmt.Sprintf("+%d", phonenumbers.GetCountryCodeForRegion(code))
		if !slices.Contains(list, prefix) { // several countries share +1
			list = append(list, prefix)
		}
	}
	return strings.Join(list, ", ")
}
