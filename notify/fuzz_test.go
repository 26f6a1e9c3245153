package notify_test

import (
	"errors"
	"regexp"
	"testing"

	"ziyara/notify"
)

// e164 is how a mobile is kept (E.164).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Whatever is typed as a mobile, it is one number in one form, or none.
func FuzzParseMobile(f *testing.F) {
	for _, s := range []string{"0501234567", "+966 50 123 4567", "00966501234567", "٠٥٠١٢٣٤٥٦٧", "۰۵۰۱۲۳۴۵۶۷", "+14155550123", "05\u200f01234567", "tel:+966501234567;ext=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := notify.ParseMobile(s)
		if err != nil {
			if m != "" || !errors.Is(err, notify.ErrMobile) {
				t.Fatalf("ParseMobile(%q) = %q, %v", s, m, err)
			}
			return
		}
		if again, err := notify.ParseMobile(string(m)); !e164.MatchString(string(m)) || again != m || err != nil {
			t.Fatalf("ParseMobile(%q) = %q, and then %q, %v", s, m, again, err)
		}
	})
}

// An amount that is read is written as what it is.
func FuzzParseMoney(f *testing.F) {
	for _, s := range []string{"0.0575", "12.5", "0", "99999999999999.9999", "-1", "1e3", ".5", "1."} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := notify.ParseMoney(s)
		if err != nil {
			return
		}
		if again, err := notify.ParseMoney(m.String()); again != m || m < 0 || err != nil {
			t.Fatalf("ParseMoney(%q) = %v, and then %v, %v", s, m, again, err)
		}
	})
}
