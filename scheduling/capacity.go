package scheduling

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// capacity is what a set of openings comes to on one date: ticks from the
// local midnight, places per tick, and the spans that are open. It is never
// changed once built, so that days share it.
type capacity struct {
	first    int
	open     []int16
	openings []TickSpan
}

// block is an opening in ticks.
type block struct {
	TickSpan
	places int16
	add    bool
}

// newCapacity merges blocks. Overlapping blocks open the union of their time.
// In each tick the largest number of places counts, and the places of blocks
// that add come on top of it.
func newCapacity(blocks []block) capacity {
	blocks = slices.DeleteFunc(blocks, func(b block) bool { return b.To <= b.From })
	if len(blocks) == 0 {
		return capacity{}
	}
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Compare(a.From, b.From) })
	c := capacity{first: blocks[0].From, openings: union(blocks)}
	end := c.openings[len(c.openings)-1].To
	c.open = make([]int16, end-c.first)
	for _, b := range blocks {
		if !b.add {
			for i := b.From - c.first; i < b.To-c.first; i++ {
				c.open[i] = max(c.open[i], b.places)
			}
		}
	}
	for _, b := range blocks {
		if b.add {
			for i := b.From - c.first; i < b.To-c.first; i++ {
				c.open[i] = int16(min(int(c.open[i])+int(b.places), math.MaxInt16))
			}
		}
	}
	return c
}

// union joins overlapping and touching blocks, which are sorted.
func union(blocks []block) []TickSpan {
	var spans []TickSpan
	for _, b := range blocks {
		if n := len(spans); n > 0 && b.From <= spans[n-1].To {
			spans[n-1].To = max(spans[n-1].To, b.To)
			continue
		}
		spans = append(spans, b.TickSpan)
	}
	return slices.Clip(spans)
}

// calmBlocks places openings on a date whose wall time is elapsed time. An
// opening that is not on ticks shrinks to whole ones.
func calmBlocks(openings []Opening) []block {
	const minutes = WallTime(Tick / time.Minute)
	blocks := make([]block, 0, len(openings))
	for _, o := range openings {
		span := TickSpan{From: int((o.From + minutes - 1) / minutes), To: int(o.To / minutes)}
		blocks = append(blocks, block{span, int16(o.Places), o.Add})
	}
	return blocks
}

// zonedBlocks places openings on any date, which begins at start: a length is
// the time that elapses between the two instants, none if clocks skip it.
func zonedBlocks(openings []Opening, d Date, start time.Time, zone *time.Location) []block {
	blocks := make([]block, 0, len(openings))
	for _, o := range openings {
		span := inside(d.At(o.From, zone).Sub(start), d.At(o.To, zone).Sub(start))
		blocks = append(blocks, block{span, int16(o.Places), o.Add})
	}
	return blocks
}

// inside returns the whole ticks within [from, until).
func inside(from, until time.Duration) TickSpan {
	return TickSpan{From: ceilTick(from), To: floorTick(until)}
}

func floorTick(d time.Duration) int {
	if d < 0 {
		return -int((-d + Tick - 1) / Tick)
	}
	return int(d / Tick)
}

func ceilTick(d time.Duration) int { return -floorTick(-d) }
