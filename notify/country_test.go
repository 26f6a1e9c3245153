package notify_test

import (
	"errors"
	"testing"

	"ziyara/notify"
)

func TestCountries(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		countries notify.Countries
		in        string
		want      notify.Mobile
		err       error
	}{
		{"Saudi Arabia", notify.Gulf(), "0501234567", "+966501234567", nil},
		{"Emirates", notify.Gulf(), "+971 50 123 4567", "+971501234567", nil},
		{"Bahrain", notify.Gulf(), "+973 3600 1234", "+97336001234", nil},
		{"Kuwait", notify.Gulf(), "+965 5001 2345", "+96550012345", nil},
		{"Oman", notify.Gulf(), "+968 9212 3456", "+96892123456", nil},
		{"Qatar", notify.Gulf(), "+974 3312 3456", "+97433123456", nil},
		{"Egypt", notify.Gulf(), "+201001234567", "", notify.ErrCountry},
		{"United Kingdom", notify.Gulf(), "00447400123456", "", notify.ErrCountry},
		{"Jamaica shares +1 with the United States", notify.Countries{"US"}, "+1 876 210 1234", "", notify.ErrCountry},
		{"Canada shares +1 with the United States", notify.Countries{"US"}, "+1 506 234 5678", "", notify.ErrCountry},
		{"the United States alone", notify.Countries{"US"}, "+1 650 253 0000", "+16502530000", nil},
		{"not even at home", notify.Countries{"AE"}, "0501234567", "", notify.ErrCountry},
		{"Guernsey shares +44", notify.Countries{"GB"}, "+44 7781 123456", "", notify.ErrCountry},
		{"no mobile", notify.Gulf(), "0112345678", "", notify.ErrMobile},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.countries.Parse(c.in)
			if got != c.want || !errors.Is(err, c.err) {
				t.Errorf("Parse(%q) = %q, %v; want %q, %v", c.in, got, err, c.want, c.err)
			}
		})
	}
}

func TestCountriesCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		countries notify.Countries
		ok        bool
	}{
		{"the Gulf", notify.Gulf(), true},
		{"none", nil, false},
		{"in small letters", notify.Countries{"sa"}, false},
		{"a prefix", notify.Countries{"966"}, false},
		{"no country", notify.Countries{"SA", "ZZ"}, false},
		{"the world", notify.Countries{"*"}, false},
		{"a number that belongs to no country", notify.Countries{"001"}, false},
	} {
		if err := c.countries.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v, want ok %v", c.name, err, c.ok)
		}
	}
	if got := (notify.Countries{"SA", "US", "CA"}).Prefixes(); got != "+966, +1" {
		t.Errorf("Prefixes() = %q", got)
	}
}
