package web

import (
	"testing"
	"time"
)

// An instant is shown in both calendars, in the wall time of its branch.
func TestMoment(t *testing.T) {
	t.Parallel()
	riyadh := time.FixedZone("Asia/Riyadh", 3*60*60)
	for _, c := range []struct {
		at, lang string
		want     Moment
	}{
		{
			"2026-11-25T06:00:00Z", "ar",
			Moment{
				"الأربعاء", "25", "نوفمبر 2026م", "15 جمادى الآخرة 1448هـ", "9:00 ص", "2026-11-25T09:00:00+03:00",
				"الأربعاء 25 نوفمبر", "الموافق 15 جمادى الآخرة 1448هـ",
			},
		},
		{
			"2026-11-25T06:00:00Z", "en",
			Moment{
				"Wednesday", "25", "November 2026", "15 Jumada al-Akhirah 1448 AH", "9:00 am", "2026-11-25T09:00:00+03:00",
				"Wednesday 25 November", "15 Jumada al-Akhirah 1448 AH",
			},
		},
		{
			"2026-12-31T21:30:00Z", "ar",
			Moment{
				"الجمعة", "1", "يناير 2027م", "23 رجب 1448هـ", "12:30 ص", "2027-01-01T00:30:00+03:00", "الجمعة 1 يناير", "الموافق 23 رجب 1448هـ",
			},
		},
		{"2100-01-03T06:00:00Z", "ar", Moment{"الأحد", "3", "يناير 2100م", "", "9:00 ص", "2100-01-03T09:00:00+03:00", "الأحد 3 يناير", ""}},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := MomentOf(at, riyadh, c.lang); got != c.want {
			t.Errorf("%s in %s = %+v, want %+v", c.at, c.lang, got, c.want)
		}
	}
}
