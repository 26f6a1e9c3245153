package scheduling

import (
	"cmp"
	"iter"
	"slices"
	"time"
)

// HolidayList is a list of holidays shared by many desk groups, written as
// rules. It is stored as one JSON document.
type HolidayList struct {
	Holidays []HolidayRule `json:"holidays"`
	// Bridge names the holiday that a single working day between two holidays
	// becomes. If it is empty, the day stays a working day. A working day is a
	// date on which the rules of the desk group open.
	Bridge Text `json:"bridge,omitzero"`
}

// HolidayRule is a holiday that recurs, or that occurs once.
type HolidayRule struct {
	Slug string `json:"slug"` // used in Plan.StaysOpen
	Name Text   `json:"name"`
	When
	// Shift moves a one-day holiday off the weekend: from Friday to the
	// Thursday before, from Saturday to the Sunday after. If it falls inside
	// another holiday, it stays where it is.
	Shift bool `json:"shift,omitempty"`
	// Weekend extends the holiday over the weekend (Friday and Saturday) that
	// its computed dates end in, or that follows them directly.
	Weekend bool `json:"weekend,omitempty"`
}

// Holidays is a compiled HolidayList: the holidays of the years 2018 to 2077,
// and earlier or later ones given as dates. It is immutable and shared by
// calendars.
type Holidays struct {
	list []Holiday // by From
	// ends[i] is the last date of list[:i+1].
	ends   []Date
	bridge Text
}

// CompileHolidays checks the list and returns its Holidays. The error joins a
// *PlanError for each fault, with pointers into the list.
func CompileHolidays(l HolidayList) (*Holidays, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	var all []Holiday
	var movable []int
	for i := range l.Holidays {
		r := &l.Holidays[i]
		for _, o := range r.occurrences() {
			if r.Shift && o.computed && o.From == o.Until && weekend(o.From) {
				movable = append(movable, len(all))
			}
			if r.Weekend && o.computed {
				for weekend(o.Until + 1) {
					o.Until++
				}
			}
			all = append(all, Holiday{
				Slug: r.Slug, Name: r.Name, From: o.From, Until: o.Until,
				Provisional: o.computed && r.Hijri != nil,
			})
		}
	}
	unmoved := newHolidays(all)
	for _, i := range movable {
		all[i].shift(unmoved)
	}
	h := newHolidays(all)
	h.bridge = l.Bridge
	return h, nil
}

// shift moves a one-day holiday off the weekend, unless it falls inside another
// holiday.
func (h *Holiday) shift(all *Holidays) {
	for other := range all.Between(h.From, h.From) {
		if other.Slug != h.Slug {
			return
		}
	}
	by := Date(1)
	if h.From.Weekday() == time.Friday {
		by = -1
	}
	h.From += by
	h.Until += by
}

// weekend reports whether d is a Friday or a Saturday.
func weekend(d Date) bool {
	day := d.Weekday()
	return day == time.Friday || day == time.Saturday
}

// newHolidays returns the Holidays of a list.
func newHolidays(list []Holiday) *Holidays {
	h := &Holidays{list: slices.Clone(list), ends: make([]Date, 0, len(list))}
	slices.SortStableFunc(h.list, func(a, b Holiday) int { return cmp.Compare(a.From, b.From) })
	last := Date(0)
	for i := range h.list {
		last = max(last, h.list[i].Until)
		h.ends = append(h.ends, last)
	}
	return h
}

// Between yields the holidays that overlap the dates from to until, both
// inclusive, in order of their beginnings.
func (h *Holidays) Between(from, until Date) iter.Seq[Holiday] {
	return func(yield func(Holiday) bool) {
		i, _ := slices.BinarySearch(h.ends, from)
		for ; i < len(h.list) && h.list[i].From <= until; i++ {
			if h.list[i].Until >= from && !yield(h.list[i]) {
				return
			}
		}
	}
}

// covers reports whether d is in one of the holidays.
func (h *Holidays) covers(d Date) bool {
	i, _ := slices.BinarySearch(h.ends, d)
	for ; i < len(h.list) && h.list[i].From <= d; i++ {
		if h.list[i].Until >= d {
			return true
		}
	}
	return false
}
