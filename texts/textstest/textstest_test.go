package textstest_test

import (
	"strings"
	"testing"

	"ziyara/texts/textstest"
)

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ lang, text, want string }{
		{"ar", "تم حجز موعدكم\nالأربعاء 25 نوفمبر 9:30 ص\nV-7K3F-9Q2M-R\nhttps://visit.mof.gov.sa/m/a_b-1", ""},
		{"ar", "رقم الحجز: V-7K3F-9Q2M-R", ""},
		{"ar", "الموعد: الأربعاء 25 نوفمبر 2026م، الساعة 12:30 م", ""},
		{"ar", "اتصلوا بالرقم 19990.", ""},
		{"ar", "اتصلوا بالرقم +966114050000.", "turned around"},
		{"ar", "اتصلوا بالرقم \u2066+966114050000\u2069.", ""},
		{"ar", "اتصلوا بالرقم \u200e+966114050000.", ""},
		{"en", "Wednesday 25 November 2026 at 1:20 pm (before the clocks go back)", ""},
		{"ar", "مثل 2027-03 أو غيره", "turned around"},
		{"ar", "مثل \u20662027/03\u2069", "a date of numbers"},
		{"en", "on 2026-11-25", "an ISO date"},
		{"en", "on 25/11", "a date of numbers"},
		{"en", "at 13:20", "24 hours"},
		{"ar", "الساعة 09:30", "24 hours"},
		{"en", "at 9:30", "half of the day"},
		{"ar", "الساعة 9:30 غدا", "half of the day"},
		{"en", "wait until answer_by", "a name of a field"},
		{"en", "{{.Day}}", "a parameter"},
		{"ar", "الرياض, الملز", "Latin comma"},
	} {
		got := strings.Join(textstest.Faults(tt.lang, tt.text), "\n")
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
