package scheduling

import (
	"errors"
	"fmt"
	"slices"

	"ziyara/texts"
)

// ErrYear reports announced dates that lie far from the computed ones of their
// year.
var ErrYear = errors.New("scheduling: the dates are not those of the holiday in that year")

// Announced returns the list with the dates that were announced for a holiday,
// in the place of the computed ones of the year. The error is a *PlanError:
// ErrEntry for a slug that the list does not have, ErrWhen for a holiday that
// is given by single dates, ErrYear for dates of another year.
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

// maxClosedDates is how many dates of 366 in a row the holidays of a file may
// close: twice what any centre has. More is a rule that lost its end, or a
// calendar of something else.
const maxClosedDates = 60

// ErrManyDates reports holidays that close more dates than a year can have.
var ErrManyDates = errors.New("scheduling: more dates are closed than holidays of a year can close")

// crowded reports whether the holidays that are certain close more than
// maxClosedDates of 366 dates in a row.
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

// With returns the list with holidays that somebody else has written down. One
// that bears the name of a holiday of the list, in either language, announces
// its dates; the others are added by their dates. A provisional one is not
// taken over: it is what the list has already, or not certain enough to close
// for. It returns those with why. The error is a *PlanError of ErrManyDates.
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

// Unused is a holiday that was not taken over.
type Unused struct {
	Holiday
	Why Text // a sentence
}

// sameName reports whether two names agree in a language that both have.
func sameName(a, b Text) bool {
	return a.AR != "" && a.AR == b.AR || a.EN != "" && a.EN == b.EN
}

// freeSlug returns a slug that no holiday of the list has.
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

// maxShift is how far, in days, announced dates may lie from the computed ones:
// more is another year, or a slip.
const maxShift = 60

// nearest returns the year whose computed dates begin nearest to d, and how
// many days lie between. It reports false for single dates.
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

// withSpan returns the spans with one more, in their order.
func withSpan(spans []DateSpan, span DateSpan) []DateSpan {
	if slices.Contains(spans, span) {
		return spans
	}
	return append(slices.Clone(spans), span)
}
