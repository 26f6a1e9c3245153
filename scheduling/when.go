package scheduling

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// When defines the dates of a season or a holiday by exactly one of Hijri,
// Yearly and Dates.
type When struct {
	// Hijri are dates in each Umm al-Qura year. They are computed, so they are
	// provisional until they are announced.
	Hijri *YearSpan `json:"hijri,omitempty"`
	// Yearly are dates in each Gregorian year.
	Yearly *YearSpan `json:"yearly,omitempty"`
	// Dates are single spans.
	Dates []DateSpan `json:"dates,omitempty"`
	// Since is the first year, Hijri or Gregorian like the dates; 0 for no
	// limit.
	Since int `json:"since,omitempty"`
	// Announced dates replace those computed for their year. A year can have
	// several spans of them, at least a day apart.
	Announced []Announced `json:"announced,omitempty"`
}

// YearSpan is the dates From to Until of a year, both inclusive. If Until is
// earlier in the year than From, it is in the next year. A day that a month
// does not have is its last day.
type YearSpan struct {
	From  MonthDay `json:"from"`
	Until MonthDay `json:"until"`
}

// DateSpan is the dates From to Until, both inclusive.
type DateSpan struct {
	From  Date `json:"from"`
	Until Date `json:"until"`
}

// Announced is the dates From to Until, both inclusive, of a span that begins
// in Year: a Hijri year for Hijri dates, otherwise a Gregorian one.
type Announced struct {
	Year  int  `json:"year"`
	From  Date `json:"from"`
	Until Date `json:"until"`
}

// MonthDay is a day of the year, Gregorian or Umm al-Qura.
type MonthDay struct{ Month, Day int }

// The faults of a When.
var (
	ErrMonthDay = errors.New("scheduling: not a day of the year MM-DD")
	ErrWhen     = errors.New("scheduling: give exactly one of hijri, yearly and dates")
)

// MarshalText returns MM-DD.
func (m MonthDay) MarshalText() ([]byte, error) {
	if !m.valid() {
		return nil, ErrMonthDay
	}
	return fmt.Appendf(nil, "%02d-%02d", m.Month, m.Day), nil
}

// UnmarshalText reads MM-DD. It returns ErrMonthDay for anything else.
func (m *MonthDay) UnmarshalText(text []byte) error {
	if len(text) == len("MM-DD") && text[2] == '-' {
		month, okMonth := twoDigits(text[0], text[1])
		day, okDay := twoDigits(text[3], text[4])
		if read := (MonthDay{month, day}); okMonth && okDay && read.valid() {
			*m = read
			return nil
		}
	}
	return fmt.Errorf("%w: %.20q", ErrMonthDay, text)
}

func (m MonthDay) valid() bool { return m.Month >= 1 && m.Month <= 12 && m.Day >= 1 && m.Day <= 31 }

// before reports whether m is earlier in the year than other.
func (m MonthDay) before(other MonthDay) bool {
	return cmp.Or(cmp.Compare(m.Month, other.Month), cmp.Compare(m.Day, other.Day)) < 0
}

// The Gregorian years for which yearly dates are computed: those of the Umm
// al-Qura table.
const (
	firstYear = 2018
	lastYear  = 2077
)

// occurrence is one span of dates of a When.
type occurrence struct {
	DateSpan
	computed bool // not given as dates
}

// occurrences returns the spans in order of their beginnings.
func (w *When) occurrences() []occurrence {
	var all []occurrence
	for _, d := range w.Dates {
		all = append(all, occurrence{DateSpan: d})
	}
	first, last := firstYear, lastYear
	of, span := gregorianDate, w.Yearly
	if w.Hijri != nil {
		first, last = firstHijriYear, lastHijriYear
		of, span = hijriDate, w.Hijri
	}
	if span != nil {
		all = make([]occurrence, 0, last-first+1)
		for year := max(first, w.Since); year <= last; year++ {
			if w.announced(year) {
				continue
			}
			endYear := year
			if span.Until.before(span.From) {
				endYear++
			}
			from, until := of(year, span.From), of(endYear, span.Until)
			if from > 0 && until >= from {
				all = append(all, occurrence{DateSpan{from, until}, true})
			}
		}
	}
	for _, a := range w.Announced {
		all = append(all, occurrence{DateSpan: DateSpan{a.From, a.Until}})
	}
	slices.SortStableFunc(all, func(a, b occurrence) int { return cmp.Compare(a.From, b.From) })
	return all
}

func (w *When) announced(year int) bool {
	return slices.ContainsFunc(w.Announced, func(a Announced) bool { return a.Year == year })
}

// gregorianDate returns day m of the year, or the last day of its month.
func gregorianDate(year int, m MonthDay) Date {
	return NewDate(year, time.Month(m.Month), min(m.Day, monthLength(year, m.Month)))
}

// hijriDate returns day m of the Hijri year, or the last day of its month; zero
// outside the table.
func hijriDate(year int, m MonthDay) Date {
	if year < firstHijriYear || year > lastHijriYear {
		return 0
	}
	months := umalqura[year-firstHijriYear]
	day := min(m.Day, monthDays(months, m.Month))
	return yearStart(year) + monthStart(months, m.Month) + Date(day-1)
}
