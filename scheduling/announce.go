package scheduling

import (
	"errors"
	"fmt"
	"slices"

	"ziyara/texts"
)

// ErrYear reports announced dates that are too far from the computed dates of
// their year.
var ErrYear = errors.New("scheduling: announced dates are too far from the computed dates of that year")

// Announced returns the list with the announced dates of a holiday in place of
// those computed for the year. The error is a *PlanError: ErrEntry if the list
// has no such slug, ErrWhen if the holiday is given as single dates, ErrYear if
// the dates belong to another year.
func (l HolidayList) Announced(slug string, a Announced) (HolidayList, error) {
	i := slices.IndexFunc(l.Holidays, func(r HolidayRule) bool { return r.Slug == slug })
	if i < 0 {
		return HolidayList{}, &PlanError{Err: ErrEntry}
	}
	r := l.Holidays[i]
	year, days, ok := r.nearest(a.From)
	if !ok {
		return HolidayList{}, &PlanError{Name: r.Name, Err: ErrWhen}
	}
	if year != a.Year || days > maxShift {
		return HolidayList{}, &PlanError{Pointer: "/from", Name: r.Name, Err: ErrYear}
	}
	r.When.Announced = slices.DeleteFunc(slices.Clone(r.When.Announced), func(o Announced) bool { return o.Year == a.Year })
	r.When.Announced = append(r.When.Announced, a)
	l.Holidays = slices.Clone(l.Holidays)
	l.Holidays[i] = r
	return l, nil
}

// maxClosedDates is the most dates out of any 366 in a row that the holidays of
// a file may close. No centre closes on half as many. A file that does has a
// rule without an end, or is not a calendar of holidays.
const maxClosedDates = 60

// ErrManyDates reports holidays that close more dates than a year's holidays
// can.
var ErrManyDates = errors.New("scheduling: the holidays close more dates than those of a year can")

// crowded reports whether the confirmed holidays close more than maxClosedDates
// of 366 dates in a row.
func crowded(holidays []Holiday) bool {
	var dates []Date
	for _, h := range holidays {
		switch {
		case h.Provisional:
			continue
		case h.Until-h.From >= maxClosedDates:
			return true
		}
		for d := h.From; d <= h.Until; d++ {
			dates = append(dates, d)
		}
	}
	slices.Sort(dates)
	dates = slices.Compact(dates)
	for i := maxClosedDates; i < len(dates); i++ {
		if dates[i]-dates[i-maxClosedDates] < 366 {
			return true
		}
	}
	return false
}

// With returns the list merged with holidays from another source. A holiday
// whose name is already in the list, in either language, announces the dates of
// that entry; any other is added with its dates. Provisional holidays are not
// used: the list computes them already, or they are not certain enough to close
// for. The second result is the holidays that were not used, each with a
// reason. The error is a *PlanError that wraps ErrManyDates.
func (l HolidayList) With(holidays []Holiday) (HolidayList, []Unused, error) {
	if crowded(holidays) {
		return HolidayList{}, nil, &PlanError{Err: ErrManyDates}
	}
	var unused []Unused
	for _, h := range holidays {
		if h.Provisional {
			unused = append(unused, Unused{h, texts.Staff("calendar_file.uncertain")})
			continue
		}
		i := slices.IndexFunc(l.Holidays, func(r HolidayRule) bool { return sameName(r.Name, h.Name) })
		switch {
		case i < 0:
			l.Holidays = append(slices.Clone(l.Holidays), HolidayRule{
				Slug: l.freeSlug(h.From), Name: h.Name.Filled(), When: When{Dates: []DateSpan{{h.From, h.Until}}},
			})
		case len(l.Holidays[i].Dates) > 0:
			l.Holidays = slices.Clone(l.Holidays)
			l.Holidays[i].Dates = withSpan(l.Holidays[i].Dates, DateSpan{h.From, h.Until})
		default:
			year, _, _ := l.Holidays[i].nearest(h.From)
			after, err := l.Announced(l.Holidays[i].Slug, Announced{year, h.From, h.Until})
			if err != nil {
				unused = append(unused, Unused{h, texts.Staff("calendar_file.too_far")})
				continue
			}
			l = after
		}
	}
	return l, unused, nil
}

// Unused is a holiday that With did not use.
type Unused struct {
	Holiday
	Why Text // a sentence
}

// sameName reports whether the names are equal in a language that both have.
func sameName(a, b Text) bool {
	return a.AR != "" && a.AR == b.AR || a.EN != "" && a.EN == b.EN
}

// freeSlug returns a slug that is not in the list yet.
func (l HolidayList) freeSlug(d Date) string {
	for n := 1; ; n++ {
		slug := "holiday-" + d.String()
		if n > 1 {
			slug = fmt.Sprintf("%s-%d", slug, n)
		}
		if !slices.ContainsFunc(l.Holidays, func(r HolidayRule) bool { return r.Slug == slug }) {
			return slug
		}
	}
}

// maxShift is how many days announced dates may lie from the computed ones.
// Anything further belongs to another year or is a mistake.
const maxShift = 60

// nearest returns the year whose computed dates begin nearest to d, and the
// distance in days. It returns false for single dates.
func (w *When) nearest(d Date) (year int, days Date, ok bool) {
	first, last := firstYear, lastYear
	of, span := gregorianDate, w.Yearly
	if w.Hijri != nil {
		first, last = firstHijriYear, lastHijriYear
		of, span = hijriDate, w.Hijri
	}
	if span == nil {
		return 0, 0, false
	}
	for y := first; y <= last; y++ {
		away := max(d-of(y, span.From), of(y, span.From)-d)
		if y == first || away < days {
			year, days = y, away
		}
	}
	return year, days, true
}

// withSpan returns the spans with span added, unless it is there already.
func withSpan(spans []DateSpan, span DateSpan) []DateSpan {
	if slices.Contains(spans, span) {
		return spans
	}
	return append(slices.Clone(spans), span)
}
