package slots

import "ziyara/scheduling"

// Reopened returns the ledger day with the places of another calendar. What is
// taken stays taken, also where the day is closed now: the ticks are those of
// the new openings and of what is taken, and all between.
func (o Occupied) Reopened(day scheduling.Day) Occupied {
	first, end := day.First, day.First+len(day.Open)
	for i, n := range o.Used {
		if n == 0 {
			continue
		}
		tick := o.First + i
		if first == end { // closed
			first, end = tick, tick
		}
		first, end = min(first, tick), max(end, tick+1)
	}
	o, before := Occupied{
		First: first, Open: make([]int16, end-first), Used: make([]int16, end-first), Version: o.Version, Calendar: o.Calendar,
	}, o
	if len(day.Open) > 0 {
		copy(o.Open[day.First-first:], day.Open)
	}
	for i, n := range before.Used {
		if n != 0 {
			o.Used[before.First+i-first] = n
		}
	}
	return o
}
