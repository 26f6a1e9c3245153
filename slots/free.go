package slots

import (
	"time"

	"ziyara/scheduling"
)

// Slot is a start that can be booked. Places is how many more parties of the
// same size fit at this start when nobody else books meanwhile.
type Slot struct {
	Start  time.Time // UTC
	End    time.Time // UTC, exclusive; buffers are not part of it
	Places int
}

// Free returns the starts of day that can be booked at now for visit v,
// ascending. used are the places taken in each tick of day.Open; a shorter
// one counts as 0 behind its end.
//
// The whole visit with its buffers has to be open and free. Starts count from
// the beginning of each opening in steps of v.Step. With v.GapStep they count
// anew behind each gap, a gap being whatever is not bookable: taken, closed,
// or already too soon.
func Free(day scheduling.Day, used []int16, v Visit, now time.Time) []Slot {
	f := finder{day: day, used: used, visit: v}
	f.earliest = ceilTicks(now.Add(v.Notice).Sub(day.Start))
	f.latest = floorTicks(now.Add(v.Horizon).Sub(day.Start))
	for _, o := range day.Openings {
		if o.From > f.latest || o.To <= f.earliest {
			continue
		}
		if v.GapStep > 0 {
			f.afterGaps(o)
		} else {
			f.onGrid(o.From, o.To, o.From+v.Before)
		}
	}
	return f.slots
}

// finder looks for the free starts of one day.
type finder struct {
	day              scheduling.Day
	used             []int16
	visit            Visit
	earliest, latest int // bounds of a start, in ticks, inclusive
	slots            []Slot
}

// left returns how many places tick has left for the visit's channel.
func (f *finder) left(tick int) int {
	i := tick - f.day.First
	if i < 0 || i >= len(f.day.Open) {
		return 0
	}
	left := int(f.day.Open[i]) - f.visit.HoldBack
	if i < len(f.used) {
		left -= int(f.used[i])
	}
	return left
}

// onGrid adds the free starts first, first+Step, … whose visit lies within
// [from, to).
func (f *finder) onGrid(from, to, first int) {
	v := f.visit
	length := v.Before + v.Duration + v.After
	for start := first; start-v.Before+length <= to && start <= f.latest; start += v.Step {
		if start < f.earliest || start-v.Before < from {
			continue
		}
		least := f.left(start - v.Before)
		for t := start - v.Before + 1; t < start-v.Before+length && least >= v.Places; t++ {
			least = min(least, f.left(t))
		}
		if least < v.Places {
			continue
		}
		f.slots = append(f.slots, Slot{
			Start:  f.day.At(start),
			End:    f.day.At(start + v.Duration),
			Places: least / v.Places,
		})
	}
}

// afterGaps adds the free starts of every stretch of the opening that is
// bookable without interruption.
func (f *finder) afterGaps(o scheduling.TickSpan) {
	v := f.visit
	begin := max(o.From, f.earliest-v.Before)
	for from := begin; from < o.To; from++ {
		if f.left(from) < v.Places {
			continue
		}
		to := from
		for to < o.To && f.left(to) >= v.Places {
			to++
		}
		first := from
		if from != o.From {
			first = (from + v.GapStep - 1) / v.GapStep * v.GapStep
		}
		f.onGrid(from, to, first+v.Before)
		from = to
	}
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
