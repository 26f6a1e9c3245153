package slots

import (
	"slices"
	"time"

	"ziyara/scheduling"
)

// Slot is a start that can be booked. Places is how many more parties of the
// same size fit at this start.
type Slot struct {
	Start  time.Time // UTC
	End    time.Time // UTC, exclusive; buffers are not part of it
	Places int
}

// Free returns the starts of day that can be booked at now for visit v,
// ascending. used are the places taken in each tick of day.Open; ticks past its
// end count as 0.
//
// The whole visit with its buffers must be open and free. Starts lie on a grid
// that begins with each opening, in steps of v.Step. With v.GapStep the grid
// begins again after each gap, a gap being anything not bookable: taken, closed
// or already too soon. There a place, with the buffer before the visit, begins
// at a multiple of v.GapStep.
func Free(day scheduling.Day, used []int16, v Shape, now time.Time) []Slot {
	if day.Date < v.NotBefore || v.NotAfter > 0 && day.Date > v.NotAfter || v.paused(day.Date) != nil {
		return nil
	}
	day = v.sees(day)
	var buffers [2][ticksOfLongDay]int16 // on the stack
	f := finder{
		shape: v,
		first: day.First,
		least: v.least(buffers[0][:0], day, used),
		// A place begins with the buffer before the visit.
		earliest: ceilTicks(now.Add(v.Notice).Sub(day.Start)) - v.Before,
	}
	found := buffers[1][:0] // ticks at which a free place begins
	latest := floorTicks(v.latest(now).Sub(day.Start)) - v.Before
	for _, o := range day.Openings {
		end := min(o.To-v.length(), latest) + 1
		if v.GapStep > 0 {
			found = f.afterGaps(found, o.From, end)
		} else {
			found = f.onGrid(found, o.From, end)
		}
	}
	if len(found) == 0 {
		return nil
	}
	free := make([]Slot, len(found))
	for i, tick := range found {
		start := int(tick) + v.Before
		free[i] = Slot{
			Start:  day.At(start),
			End:    day.At(start + v.Duration),
			Places: int(f.least[int(tick)-f.first]) / v.Places,
		}
	}
	return free
}

// free returns what Free does, less the starts past midnight that belong to the
// next date: those that the calendar offers there too. So no start is found on
// two dates, and dayOf finds each on the date where it is free.
func (v Shape) free(c *scheduling.Calendar, day scheduling.Day, used []int16, now time.Time) []Slot {
	free := Free(day, used, v, now)
	if len(free) == 0 || !free[len(free)-1].Start.After(day.Start.Add(22*time.Hour)) {
		return free // not even on a short date
	}
	next := c.Day(day.Date + 1)
	past, _ := slices.BinarySearchFunc(free, next.Start, func(s Slot, midnight time.Time) int { return s.Start.Compare(midnight) })
	return append(free[:past], slices.DeleteFunc(free[past:], func(s Slot) bool { return v.Check(next, s.Start, now) == nil })...)
}

// ticksOfLongDay is room for the ticks of all but the strangest days.
const ticksOfLongDay = 288

// finder looks for the free places of one day.
type finder struct {
	shape    Shape
	first    int     // tick of least[0]
	least    []int16 // places left for a visit whose place begins at this tick
	earliest int     // tick at which a place may begin
}

// onGrid appends to found those of first, first+Step, … before end at which a
// free place begins.
func (f *finder) onGrid(found []int16, first, end int) []int16 {
	for tick := first; tick < end; tick += f.shape.Step {
		if f.fits(tick) {
			found = append(found, int16(tick))
		}
	}
	return found
}

// afterGaps is onGrid for every run of ticks of [from, end) at which a visit fits:
// each run has its own grid.
func (f *finder) afterGaps(found []int16, from, end int) []int16 {
	for tick := from; tick < end; tick++ {
		if !f.fits(tick) {
			continue
		}
		first := tick
		if first != from {
			first = (first + f.shape.GapStep - 1) / f.shape.GapStep * f.shape.GapStep
		}
		for tick < end && f.fits(tick) {
			tick++
		}
		found = f.onGrid(found, first, tick)
	}
	return found
}

// fits reports whether a visit whose place begins at tick fits and is not too
// soon.
func (f *finder) fits(tick int) bool {
	i := tick - f.first
	return tick >= f.earliest && i >= 0 && i < len(f.least) && int(f.least[i]) >= f.shape.Places
}

// left returns how many places tick i of day.Open has left for v's channel;
// below 0 when more are taken or held back than are open. Where walk-in places
// are released, leftWithWalkIns applies instead.
func (v Shape) left(day scheduling.Day, used []int16, i int) int16 {
	left := int(day.Open[i]) - v.HoldBack - day.HeldBack(day.First+i)
	if i < len(used) {
		left -= int(used[i])
	}
	return int16(max(left, -1))
}

// least appends to buffer, for each tick of day.Open, the fewest places left in
// any of the v.length() ticks from there; -1 past the last opening.
func (v Shape) least(buffer []int16, day scheduling.Day, used []int16) []int16 {
	least := buffer
	released := day.Date <= v.WalkInsReleased
	for i := range day.Open {
		if released {
			least = append(least, v.leftWithWalkIns(day, used, i))
			continue
		}
		least = append(least, v.left(day, used, i)) // inlined
	}
	// The minimum over a range is that of two ranges that cover it.
	for covered, length := 1, v.length(); covered < length; {
		step := min(covered, length-covered)
		whole := max(len(least)-step, 0)
		for i := range whole {
			least[i] = min(least[i], least[i+step])
		}
		for i := range least[whole:] {
			least[whole+i] = -1
		}
		covered += step
	}
	return least
}

// ceilTicks returns the first tick at or after d from the start of the day.
func ceilTicks(d time.Duration) int { return -floorTicks(-d) }

// floorTicks returns the last tick at or before d from the start of the day.
func floorTicks(d time.Duration) int {
	n := int(d / scheduling.Tick)
	if d%scheduling.Tick < 0 {
		n--
	}
	return n
}
