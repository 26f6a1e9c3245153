package scheduling

import (
	"cmp"
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
	r.announce(a)
	l.Holidays = slices.Clone(l.Holidays)
	l.Holidays[i] = r
	return l, nil
}

// announce replaces what was announced for the years of the spans.
func (w *When) announce(spans ...Announced) {
	w.Announced = slices.DeleteFunc(slices.Clone(w.Announced), func(o Announced) bool {
		return slices.ContainsFunc(spans, func(a Announced) bool { return a.Year == o.Year })
	})
	w.Announced = append(w.Announced, spans...)
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

// With returns the list merged with holidays from another source. Those whose
// name is already in the list, in either language, announce the dates of that
// entry; any other is added with its dates. Holidays of one name are one holiday:
// dates that touch are one span, and a year can have several spans. Not used are
// provisional holidays, which the list computes already or which are not certain
// enough to close for, and those without a name. The second result is the
// holidays that were not used, each with a reason; if there are too many, the
// last one gives the number of the rest. The error is a *PlanError that wraps
// ErrManyDates.
func (l HolidayList) With(holidays []Holiday) (HolidayList, []Unused, error) {
	if crowded(holidays) {
		return HolidayList{}, nil, &PlanError{Err: ErrManyDates}
	}
	l.Holidays = slices.Clone(l.Holidays)
	known := make(nameIndex)
	for i := range l.Holidays {
		known.add(l.Holidays[i].Name, i)
	}
	found := make(map[int][]Holiday) // by index of the entry
	var unused unusedHolidays
	for _, h := range holidays {
		name := seenName(h.Name).Filled()
		switch {
		case h.Provisional:
			unused.add(Unused{h, texts.Staff("calendar_file.uncertain")})
			continue
		case name == Text{}:
			unused.add(Unused{h, texts.Staff("calendar_file.no_name", "Date", texts.Date(h.From.Time()))})
			continue
		}
		i, ok := known.find(h.Name)
		if !ok {
			i = len(l.Holidays)
			l.Holidays = append(l.Holidays, HolidayRule{Slug: l.freeSlug(h.From), Name: name})
		}
		known.add(h.Name, i)
		found[i] = append(found[i], h)
	}
	for i := range l.Holidays {
		if len(found[i]) > 0 {
			l.Holidays[i].take(found[i], &unused)
		}
	}
	return l, unused.all(), nil
}

// take adds the dates of holidays that are this one.
func (r *HolidayRule) take(holidays []Holiday, unused *unusedHolidays) {
	spans := make([]DateSpan, len(holidays))
	for i, h := range holidays {
		spans[i] = DateSpan{h.From, h.Until}
	}
	spans = joined(spans)
	if r.Hijri == nil && r.Yearly == nil {
		have := joined(r.Dates)
		r.Dates = slices.Clone(r.Dates)
		for _, s := range spans {
			if !slices.ContainsFunc(have, func(o DateSpan) bool { return o.From <= s.From && s.Until <= o.Until }) {
				r.Dates = append(r.Dates, s)
			}
		}
		return
	}
	var announced []Announced
	for _, s := range spans {
		year, days, _ := r.nearest(s.From)
		if days > maxShift {
			first := slices.IndexFunc(holidays, func(h Holiday) bool { return h.From == s.From })
			unused.add(Unused{Holiday{Name: holidays[first].Name, From: s.From, Until: s.Until}, texts.Staff("calendar_file.too_far")})
			continue
		}
		announced = append(announced, Announced{year, s.From, s.Until})
	}
	r.announce(announced...)
}

// joined returns the dates of the spans as the fewest spans, in order.
func joined(spans []DateSpan) []DateSpan {
	var all []DateSpan
	for _, s := range slices.SortedFunc(slices.Values(spans), func(a, b DateSpan) int { return cmp.Compare(a.From, b.From) }) {
		if last := len(all) - 1; last >= 0 && s.From <= all[last].Until+1 {
			all[last].Until = max(all[last].Until, s.Until)
			continue
		}
		all = append(all, s)
	}
	return all
}

// Unused is a holiday that With did not use.
type Unused struct {
	Holiday
	Why Text // a sentence
}

// maxUnused is how many holidays With lists that it did not use.
const maxUnused = 500

// unusedHolidays collects them.
type unusedHolidays struct {
	list []Unused
	more int
}

func (u *unusedHolidays) add(h Unused) {
	if len(u.list) == maxUnused {
		u.more++
		return
	}
	u.list = append(u.list, h)
}

func (u *unusedHolidays) all() []Unused {
	if u.more == 0 {
		return u.list
	}
	return append(u.list, Unused{Why: texts.Staff("calendar_event.further", "Count", u.more)})
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
