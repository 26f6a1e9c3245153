package slots

import (
	"slices"

	"ziyara/scheduling"
)

// Occupied is one day of the ledger.
type Occupied struct {
	First int     // tick of the first element
	Open  []int16 // places open
	Used  []int16 // places taken
	// Version rises with every change of the ledger day.
	Version int64
	// Calendar is the version of the calendar that last changed the places open.
	Calendar int64
	// Unproved is how many ticks of places holds take that no mobile was proved for. It
	// is for holding only. A booking makes it less without changing the version, so what
	// is remembered of a version can be too much.
	Unproved int
}

// Wanted is a place to be taken from the ledger.
type Wanted struct {
	Place
	HeldBack []int16 // places of each tick that are left to others
	// Calendar is the version of the calendar from which the place was chosen; 0
	// for any.
	Calendar int64
	// UnprovedShare is the share of the day, in percent, that holds without a proved
	// mobile may take, of which this is one; 0 for any other.
	UnprovedShare int
}

// Taking returns the day with the place taken; o does not change. It returns
// ErrStale when the calendar of this day is newer than w.Calendar, ErrTaken
// unless each tick has room besides what is left to others, and ErrProofFirst when the
// holds without a proof have their share.
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
	if w.UnprovedShare > 0 {
		var err error
		if o, err = o.takingUnproved(w.Ticks*w.Count, w.UnprovedShare); err != nil {
			return o, err
		}
	}
	o.Used = slices.Clone(o.Used)
	w.count(o.Used, o.First, w.Count)
	return o, nil
}

// Returning returns the day with a taken place given back; o does not change.
func (o Occupied) Returning(p Place) Occupied {
	o.Used = slices.Clone(o.Used)
	p.count(o.Used, o.First, -p.Count)
	return o
}

// Reopened returns the ledger day with the openings of another calendar. Taken
// places stay taken, even where the day is closed now: the ticks reach from the
// first opening or taken place to the last.
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

// count adds n to each tick of the place within used, whose first element belongs
// to the tick first.
func (p Place) count(used []int16, first, n int) {
	for i := max(p.First-first, 0); i < min(p.First-first+p.Ticks, len(used)); i++ {
		used[i] += int16(n) //nolint:gosec // places are few
	}
}

// on returns the day with the ledger's places open, and the places taken; the
// openings remain those of the calendar.
func (o Occupied) on(day scheduling.Day) (scheduling.Day, []int16) {
	if o.Open == nil {
		return day, nil
	}
	day.First, day.Open = o.First, o.Open
	return day, o.Used
}
