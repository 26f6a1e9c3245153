package notify_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"ziyara/notify"
	"ziyara/texts"
)

func TestParseMobile(t *testing.T) {
	t.Parallel()
	const saudi = notify.Mobile("+966501234567")
	tests := []struct {
		name, in string
		want     notify.Mobile
	}{
		// A Saudi mobile in any of its spellings.
		{"national", "0501234567", saudi},
		{"without the leading zero", "501234567", saudi},
		{"country code", "966501234567", saudi},
		{"plus", "+966501234567", saudi},
		{"double zero", "00966501234567", saudi},
		{"plus and national zero", "+9660501234567", saudi},
		{"spaces", " 050 123 4567 ", saudi},
		{"hyphens", "050-123-4567", saudi},
		{"other hyphens and spaces", "+966\u00a050\u2011123\u20134567", saudi},
		{"parentheses and dots", "(050) 123.4567", saudi},
		{"Arabic-Indic digits", "٠٥٠١٢٣٤٥٦٧", saudi},
		{"Arabic-Indic digits with country code", "٠٠٩٦٦ ٥٠ ١٢٣ ٤٥٦٧", saudi},
		{"extended Arabic-Indic digits", "۰۵۰۱۲۳۴۵۶۷", saudi},
		{"mixed digits", "+٩٦٦501234567", saudi},
		{"copied from contacts", "\u202a+966 50 123 4567\u202c", saudi},
		{"other operators", "0591234567", "+966591234567"},
		// Foreign numbers in E.164.
		{"Emirates", "+971 50 123 4567", "+971501234567"},
		{"Emirates by double zero", "00971501234567", "+971501234567"},
		{"Egypt", "+201001234567", "+201001234567"},
		{"United Kingdom", "+44 7400 123456", "+447400123456"},
		{"United States tells no mobiles from landlines", "+1 650 253 0000", "+16502530000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := notify.ParseMobile(tt.in)
			if err != nil || got != tt.want {
				t.Fatalf("ParseMobile(%q) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestParseMobileRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, in string }{
		{"empty", ""},
		{"blank", "   "},
		{"plus alone", "+"},
		{"Riyadh landline", "0112345678"},
		{"Jeddah landline", "+966126543210"},
		{"toll free", "8001234567"},
		{"unified number", "920001234"},
		{"call centre", "19990"},
		{"UK landline", "+442079460958"},
		{"too short", "050123456"},
		{"too long", "05012345678"},
		{"no such country", "+999501234567"},
		{"letters", "05O1234567"},
		{"vanity letters", "1-800-FLOWERS"},
		{"text around", "call 0501234567"},
		{"extension", "0501234567 ext 3"},
		{"second number", "0501234567/0501234568"},
		{"parameters", "tel:+966501234567;phone-context=x"},
		{"plus inside", "050+1234567"},
		{"two pluses", "++966501234567"},
		{"control character", "0501234567\x00"},
		{"line break", "050\n1234567"},
		{"tab", "050\t1234567"},
		{"not UTF-8", "0501234567\xff"},
		{"Bengali digits", "০৫০১২৩৪৫৬৭"},
		{"overlong", strings.Repeat(" ", 100) + "0501234567"},
		{"overlong digits", strings.Repeat("0", 1<<20)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := notify.ParseMobile(tt.in); !errors.Is(err, notify.ErrMobile) || got != "" {
				t.Fatalf("ParseMobile(%q) = %q, %v; want ErrMobile", tt.in, got, err)
			}
		})
	}
}

// Where only the number of digits is wrong, the text counts them.
func TestMobileTextCountsDigits(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"050123456":       "You typed 9 digits. A mobile number has 10 digits, such as 0501234567.",
		"٠٥٠ ١٢٣ ٤٥٦٧٨":   "You typed 11 digits. A mobile number has 10 digits, such as 0501234567.",
		"50123456":        "You typed 8 digits. A mobile number has 9 digits, such as 501234567.",
		"+966 50 123 456": "You typed 11 digits. A mobile number has 12 digits, such as +966501234567.",
		"00966501234":     "You typed 11 digits. A mobile number has 14 digits, such as 00966501234567.",
		"966501234":       "You typed 9 digits. A mobile number has 12 digits, such as 966501234567.",
		"0112345678":      texts.Visitors("invalid.mobile").EN, // a landline
		"+201001234":      texts.Visitors("invalid.mobile").EN, // of another country
		"":                texts.Visitors("invalid.mobile").EN,
	} {
		if _, err := notify.ParseMobile(in); notify.MobileText(err).EN != want {
			t.Errorf("%q: %q, want %q", in, notify.MobileText(err).EN, want)
		}
	}
	_, err := notify.ParseMobile("050123456")
	if got, want := notify.MobileText(err).AR,
		"يتكون الرقم الذي كتبتموه من 9 أرقام، ورقم الجوال من 10 أرقام، مثل \u20660501234567\u2069."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A parsed number is E.164, and parsing it again changes nothing.
func TestParseMobileIsStable(t *testing.T) {
	t.Parallel()
	e164 := regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.OneOf(
			rapid.StringMatching(`(\+|00)?(966)?0?5[0-9 -]{8,10}`),
			rapid.StringMatching(`\+[0-9]{6,15}`),
			rapid.String(),
		).Draw(t, "input")
		m, err := notify.ParseMobile(in)
		if err != nil {
			return
		}
		if !e164.MatchString(string(m)) {
			t.Fatalf("ParseMobile(%q) = %q: not E.164", in, m)
		}
		if again, err := notify.ParseMobile(string(m)); err != nil || again != m {
			t.Fatalf("ParseMobile(%q) = %q, %v; want itself", m, again, err)
		}
	})
}

func TestMobileMasked(t *testing.T) {
	t.Parallel()
	tests := []struct{ in, want, here string }{
		{"+966501234567", "+9665•••••567", "05•••••567"},
		{"+16502530000", "+1650••••000", "+1650••••000"},
		{"+29051234", "+2••••234", "+2••••234"},
		{"+1234", "••234", "••234"}, // never stored; must not panic
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%q", tt.in), func(t *testing.T) {
			t.Parallel()
			got := notify.Mobile(tt.in).Masked()
			if got != tt.want {
				t.Fatalf("Masked() = %q, want %q", got, tt.want)
			}
			if here := notify.Mobile(tt.in).MaskedHere(); here != tt.here {
				t.Errorf("MaskedHere() = %q, want %q", here, tt.here)
			}
			if utf8.RuneCountInString(got) != len(tt.in) {
				t.Fatalf("Masked() has %d characters, want %d", utf8.RuneCountInString(got), len(tt.in))
			}
		})
	}
}
