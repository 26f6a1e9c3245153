package slots

import (
	"slices"

	"ziyara/scheduling"
)

// Occupied is what the ledger knows of one day.
type Occupied struct {
	First int     // tick of the first element
	Open  []int16 // places open
	Used  []int16 // places taken
	// Version rises with every change of the ledger day.
	Version int64
	// Calendar is the version of the calendar that the places open are of: the
	// last that changed them.
	Calendar int64
}

// Wanted is a place that is asked of the ledger.
type Wanted struct {
	Place
	HeldBack []int16 // of each tick of the place, left to others
	// Calendar is the version of the calendar by which the place is sought; 0
	// for any.
	Calendar int64
}

// Taking returns the day with the place taken; o stays as it is. It returns
// ErrStale when the calendar by which the place is sought has changed since,
// for this day, and ErrTaken unless each of its ticks has room beside what is
// left to others.
func (o Occupied) Taking(w Wanted) (Occupied, error) {
	if w.Calendar != 0 && w.Calendar < o.Calendar {
		return o, ErrStale
	}
	first := w.First - o.First
	if first < 0 || first+w.Ticks > len(o.Used) {
		return o, ErrTaken
	}
	for i, held := range w.HeldBack {
		if int(o.Used[first+i])+w.Count > int(o.Open[first+i])-int(held) {
			return o, ErrTaken
		}
	}
	o.Used = slices.Clone(o.Used)
	w.count(o.Used, o.First, w.Count)
	return o, nil
}

// Returning returns the day without a place that was taken on it; o stays as it
// is.
func (o Occupied) Returning(p Place) Occupied {
	o.Used = slices.Clone(o.Used)
	p.count(o.Used, o.First, -p.Count)
	return o
}

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

// count adds n to each tick of the place that used has, whose first element is
// of the tick first.
func (p Place) count(used []int16, first, n int) {
	for i := max(p.First-first, 0); i < min(p.First-first+p.Ticks, len(used)); i++ {
		used[i] += int16(n) //nolint:gosec // places are few
	}
}

// on returns the day as the ledger has it, together with what is taken; the
// template's openings stay.
func (o Occupied) on(day scheduling.Day) (scheduling.Day, []int16) {
	if o.Open == nil {
		return day, nil
	}
	day.First, day.Open = o.First, o.Open
	return day, o.Used
}
