package scheduling

import (
	"fmt"

	"github.com/hablullah/go-hijri"

	"ziyara/texts"
)

// Hijri is a date of the Umm al-Qura calendar, for display. The zero Hijri is
// no date.
type Hijri struct {
	Year  int
	Month int // 1 is Muharram
	Day   int
}

// HijriSpan returns the first and the last date for which HijriOf knows the
// Umm al-Qura date.
func HijriSpan() (first, last Date) { return firstPrinted, lastUmalqura }

// HijriOf returns the Umm al-Qura date of d, or the zero Hijri outside
// 1937-03-14 to 2077-11-16. The calendar is computed; the dates that the
// authorities announce can differ by a day.
func HijriOf(d Date) Hijri {
	switch {
	case d >= firstUmalqura && d <= lastUmalqura:
		return hijriOf(d)
	case d < firstPrinted || d > lastUmalqura:
		return Hijri{}
	}
	// Before the table, the calendar is as printed at the time. Use only the
	// date: the weekday that the library returns is wrong.
	h, err := hijri.CreateUmmAlQuraDate(d.Time())
	if err != nil {
		return Hijri{}
	}
	return Hijri{Year: int(h.Year), Month: int(h.Month), Day: int(h.Day)}
}

// Date returns the date of h in the Umm al-Qura calendar; zero if it has no such day, or lies
// outside the years 1440 to 1500.
func (h Hijri) Date() Date {
	if h.Month < 1 || h.Month > 12 || h.Day < 1 || h.Year < firstHijriYear || h.Year > lastHijriYear ||
		h.Day > monthDays(umalqura[h.Year-firstHijriYear], h.Month) {
		return 0
	}
	return hijriDate(h.Year, MonthDay{Month: h.Month, Day: h.Day})
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

// MonthName returns the name of the month; empty if h is no date.
func (h Hijri) MonthName() Text {
	if h.IsZero() {
		return Text{}
	}
	return texts.HijriMonth(h.Month)
}

// Long returns the date with the month in words, empty for no date.
func (h Hijri) Long() Text {
	if h.IsZero() {
		return Text{}
	}
	return texts.HijriDate(h.Year, h.Month, h.Day)
}
