package scheduling

import (
	"cmp"
	"math"
	"slices"
	"sync/atomic"
	"time"
)

// capacity is what a set of openings yields on one date: ticks from the local
// midnight, the places of each tick, and the open spans. It is immutable but
// for the cache of views, so days share it.
type capacity struct {
	first    int
	open     []int16
	openings []TickSpan
	// restricted holds all blocks if at least one of them is restricted,
	// otherwise nil.
	restricted []block
	// services and channels are those that the restricted blocks name.
	services, channels map[string]bool
	views              atomic.Pointer[map[audience]*view]
}

// block is an opening, or the part of one between breaks, in ticks.
type block struct {
	TickSpan
	places  int16
	add     bool
	opening *Opening // set if it is restricted
}

// newCapacity merges blocks. Overlapping blocks are open for the union of their
// time. Each tick has the largest number of places among its blocks, plus the
// places of blocks that add.
func newCapacity(blocks []block) *capacity {
	blocks = slices.DeleteFunc(blocks, func(b block) bool { return b.To <= b.From })
	if len(blocks) == 0 {
		return &capacity{}
	}
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Compare(a.From, b.From) })
	c := &capacity{first: blocks[0].From, openings: union(blocks)}
	c.open = places(blocks, c.first, c.openings[len(c.openings)-1].To)
	if slices.ContainsFunc(blocks, func(b block) bool { return b.opening != nil }) {
		c.restricted = blocks
		c.services, c.channels = named(blocks)
	}
	return c
}

// named returns the services that blocks name, and the channels for which they
// keep places.
func named(blocks []block) (services, channels map[string]bool) {
	services, channels = make(map[string]bool), make(map[string]bool)
	var last *Opening // most blocks are next to others of their opening
	for _, b := range blocks {
		if b.opening == nil || b.opening == last {
			continue
		}
		last = b.opening
		for _, s := range last.Services {
			services[s] = true
		}
		for channel, n := range last.Reserve {
			if n > 0 {
				channels[channel] = true
			}
		}
	}
	return services, channels
}

// places returns the places of the blocks in each tick of [first, end).
func places(blocks []block, first, end int) []int16 {
	open := make([]int16, end-first)
	for _, b := range blocks {
		if !b.add {
			for i := b.From - first; i < b.To-first; i++ {
				open[i] = max(open[i], b.places)
			}
		}
	}
	for _, b := range blocks {
		if b.add {
			for i := b.From - first; i < b.To-first; i++ {
				open[i] = int16(min(int(open[i])+int(b.places), math.MaxInt16))
			}
		}
	}
	return open
}

// union joins blocks that overlap or touch. The blocks must be sorted.
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

// calmBlocks converts openings to ticks on a date whose wall time is elapsed
// time. An opening that is not aligned to ticks shrinks to whole ones.
func calmBlocks(openings []Opening) []block {
	return blocksOf(openings, func(w WallTime) time.Duration { return time.Duration(w) * time.Minute })
}

// zonedBlocks converts openings to ticks on any date, which begins at start. A
// length is the time that elapses between the two instants: zero if clocks skip
// it.
func zonedBlocks(openings []Opening, d Date, start time.Time, zone *time.Location) []block {
	return blocksOf(openings, func(w WallTime) time.Duration { return d.At(w, zone).Sub(start) })
}

// blocksOf converts the parts of openings between their breaks to ticks. since
// returns how long after the start of the date clocks show a wall time.
func blocksOf(openings []Opening, since func(WallTime) time.Duration) []block {
	blocks := make([]block, 0, len(openings))
	for i := range openings {
		o := &openings[i]
		b := block{places: int16(o.Places), add: o.Add} //nolint:gosec // at most MaxPlaces
		if o.restricted() {
			b.opening = o
		}
		b.TickSpan = inside(since(o.From), since(o.To))
		end := b.To
		for _, pause := range breaks(o, since) {
			b.To = min(pause.From, end)
			if b.From < b.To {
				blocks = append(blocks, b)
			}
			b.From = max(b.From, pause.To)
		}
		b.To = end
		blocks = append(blocks, b)
	}
	return blocks
}

// breaks returns the ticks that the breaks of an opening overlap, sorted by
// From. Where clocks skip time, this order can differ from that of wall time,
// and a break that ends no later than it starts is left out.
func breaks(o *Opening, since func(WallTime) time.Duration) []TickSpan {
	if len(o.Breaks) == 0 {
		return nil
	}
	spans := make([]TickSpan, 0, len(o.Breaks))
	for _, b := range o.Breaks {
		if from, to := since(b.From), since(b.To); from < to {
			spans = append(spans, TickSpan{floorTick(from), ceilTick(to)})
		}
	}
	slices.SortFunc(spans, func(a, b TickSpan) int { return cmp.Compare(a.From, b.From) })
	return spans
}

// sortedBreaks returns the breaks in chronological order.
func (o *Opening) sortedBreaks() []Break {
	byFrom := func(a, b Break) int { return cmp.Compare(a.From, b.From) }
	if slices.IsSortedFunc(o.Breaks, byFrom) {
		return o.Breaks
	}
	return slices.SortedStableFunc(slices.Values(o.Breaks), byFrom)
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
