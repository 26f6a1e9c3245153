package scheduling

import (
	"cmp"
	"slices"
)

// bridgedDates is the most dates between two holidays for which a single
// working day among them is closed: a three-day weekend plus that day. So a
// desk group that opens once a week keeps its day.
const bridgedDates = 4

// bridges returns a holiday for each single working day between two holidays,
// if one of the lists has a name for such days. Holidays on which the desk
// group stays open do not count.
func (c *Calendar) bridges(lists []*Holidays) []Holiday {
	i := slices.IndexFunc(lists, func(h *Holidays) bool { return h.bridge != Text{} })
	if i < 0 {
		return nil
	}
	var between []Holiday
	var last Holiday // the one that ends latest so far
	for _, h := range c.byDate() {
		if gap := h.From - last.Until - 1; last.Until > 0 && gap > 0 && gap <= bridgedDates {
			if d, ok := c.singleWorkingDay(last.Until+1, h.From); ok {
				between = append(between, Holiday{
					Name: lists[i].bridge, From: d, Until: d,
					Provisional: last.Provisional || h.Provisional,
				})
			}
		}
		if h.Until > last.Until {
			last = *h
		}
	}
	return between
}

// byDate returns all holidays on which the desk group closes, sorted by From.
func (c *Calendar) byDate() []*Holiday {
	var all []*Holiday
	for _, list := range c.holidays {
		for i := range list.list {
			if h := &list.list[i]; !c.opensOn(h) {
				all = append(all, h)
			}
		}
	}
	if len(c.holidays) > 1 {
		slices.SortStableFunc(all, func(a, b *Holiday) int { return cmp.Compare(a.From, b.From) })
	}
	return all
}

// singleWorkingDay returns the only date of [from, until) on which rules or
// seasons open. It returns false if there is no such date or more than one.
func (c *Calendar) singleWorkingDay(from, until Date) (d Date, ok bool) {
	for at := from; at < until; at++ {
		if len(c.combined(c.combination(at))) == 0 {
			continue
		}
		if ok {
			return 0, false
		}
		d, ok = at, true
	}
	return d, ok
}
