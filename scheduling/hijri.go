package scheduling

import (
	"fmt"

	"github.com/hablullah/go-hijri"
)

// Hijri is a date of the Umm al-Qura calendar, for display. The zero Hijri is
// no date.
type Hijri struct {
	Year  int
	Month int // 1 is Muharram
	Day   int
}

// HijriOf returns the Umm al-Qura date of d. The published tables cover
// 1937-03-14 to 2077-11-16; outside them it returns the zero Hijri. The
// calendar is computed: what the authorities announce can differ by a day.
func HijriOf(d Date) Hijri {
	if d < NewDate(1937, 3, 14) || d > NewDate(2077, 11, 16) {
		return Hijri{}
	}
	// Only the date is used: the weekday that the library gives is wrong.
	h, err := hijri.CreateUmmAlQuraDate(d.Time())
	if err != nil {
		return Hijri{}
	}
	return Hijri{Year: int(h.Year), Month: int(h.Month), Day: int(h.Day)}
}

// IsZero reports whether h is no date.
func (h Hijri) IsZero() bool { return h == Hijri{} }

// String returns YYYY-MM-DD, and "" for no date.
func (h Hijri) String() string {
	if h.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", h.Year, h.Month, h.Day)
}

// MonthName returns the name of the month, empty for no date.
func (h Hijri) MonthName() Text {
	switch h.Month {
	case 1:
		return Text{"محرم", "Muharram"}
	case 2:
		return Text{"صفر", "Safar"}
	case 3:
		return Text{"ربيع الأول", "Rabi al-Awwal"}
	case 4:
		return Text{"ربيع الآخر", "Rabi al-Thani"}
	case 5:
		return Text{"جمادى الأولى", "Jumada al-Ula"}
	case 6:
		return Text{"جمادى الآخرة", "Jumada al-Akhirah"}
	case 7:
		return Text{"رجب", "Rajab"}
	case 8:
		return Text{"شعبان", "Shaban"}
	case 9:
		return Text{"رمضان", "Ramadan"}
	case 10:
		return Text{"شوال", "Shawwal"}
	case 11:
		return Text{"ذو القعدة", "Dhu al-Qadah"}
	case 12:
		return Text{"ذو الحجة", "Dhu al-Hijjah"}
	}
	return Text{}
}
