package notify_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"ziyara/notify"
	"ziyara/texts"
)

// e164 is how a mobile is kept (E.164).
var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Whatever is typed as a mobile, it is one number in one form, or none.
func FuzzParseMobile(f *testing.F) {
	for _, s := range []string{"0501234567", "+966 50 123 4567", "00966501234567", "٠٥٠١٢٣٤٥٦٧", "۰۵۰۱۲۳۴۵۶۷", "+14155550123",
		"05\u200f01234567", "tel:+966501234567;ext=1"} {
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

// linkIn is what any phone makes a link of.
var linkIn = regexp.MustCompile(`(^|[ \n])(https?://[a-z0-9]|([a-z0-9]+\.)+(com|net|org|sa)($|[ \n/]))`)

// No own text of a department leads to a host if none is allowed.
func FuzzLinksInOwnTexts(f *testing.F) {
	for _, s := range []string{"evil.com", "https://evil", "موعدكم غدًا.يرجى", "ⓔvil.com/x", "a@b.sa", "{{.Reference}}.com",
		"9.30", "evil。sa", "://"} {
		f.Add(s)
	}
	none := notify.NewTexts()
	f.Fuzz(func(t *testing.T, text string) {
		_, err := none.Check(notify.Override{
			Department: "revenues", Kind: notify.CaseUpdated, Lang: "ar", Version: 1,
			Wordings: []notify.Wording{{texts.Other: "{{.Reference}} " + text}},
		})
		if err == nil && linkIn.MatchString(strings.ToLower(text)) {
			t.Fatalf("accepted: %q", text)
		}
	})
}
