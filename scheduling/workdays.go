package scheduling

import (
	"maps"
	"math/bits"
	"sync/atomic"
)

// workdaysWithin limits the search for working days, in dates.
const workdaysWithin = 2 * 366

// AddWorkingDays returns the date n working days after d: the n-th date after d
// on which the desk group has a place open at any time. If n is 0, it returns d
// itself, open or not. It returns false if there is no such date within two
// years, or if n is negative.
func (c *Calendar) AddWorkingDays(d Date, n int) (Date, bool) {
	switch {
	case n < 0:
		return 0, false
	case n == 0:
		return d, true
	}
	for at, end := d+1, d+workdaysWithin; at <= end; at = nextBlock(at) {
		open := c.openFrom(at, &c.open, Day.self)
		if found := bits.OnesCount64(open); found < n {
			n -= found
			continue
		}
		for ; n > 1; n-- {
			open &= open - 1
		}
		at += Date(bits.TrailingZeros64(open))
		return at, at <= end
	}
	return 0, false
}

// NextOpen returns the first date from from to until on which the desk group
// has a place for a service that is booked over a channel, at any time. It
// returns false if there is none.
func (c *Calendar) NextOpen(from, until Date, service, channel string) (Date, bool) {
	kept, sees := &c.open, Day.self
	if c.restricted {
		kept = c.openTo(audience{service, channel})
		sees = func(d Day) Day { return d.For(service, channel) }
	}
	for at := from; at <= until; at = nextBlock(at) {
		if open := c.openFrom(at, kept, sees); open != 0 {
			at += Date(bits.TrailingZeros64(open))
			return at, at <= until
		}
	}
	return 0, false
}

// openDates are dates that are known to be open or not, in blocks of 64 of
// which it keeps those asked for last.
type openDates [16]atomic.Pointer[openBlock]

// openBlock has a bit for each date of a block that is open.
type openBlock struct {
	first Date // a multiple of 64
	open  uint64
}

// nextBlock returns the first date of the next block.
func nextBlock(d Date) Date { return d&^63 + 64 }

// openFrom returns a bit for each date from d to the end of its block, the
// first for d, that is open as sees shows it.
func (c *Calendar) openFrom(d Date, kept *openDates, sees func(Day) Day) uint64 {
	first := d &^ 63
	known := &kept[int(first/64)&(len(kept)-1)]
	block := known.Load()
	if block == nil || block.first != first {
		block = &openBlock{first: first}
		for i := range Date(64) {
			if sees(c.Day(first + i)).open() {
				block.open |= 1 << i
			}
		}
		known.Store(block)
	}
	return block.open >> (d - first)
}

// openTo returns what is known of the dates that are open to an audience.
func (c *Calendar) openTo(a audience) *openDates {
	kept := c.openFor.Load()
	if kept != nil {
		if known, ok := (*kept)[a]; ok {
			return known
		}
	}
	more := map[audience]*openDates{a: {}}
	if kept != nil && len(*kept) < maxViews {
		maps.Copy(more, *kept)
	}
	c.openFor.CompareAndSwap(kept, &more) // losing this race only costs a rebuild
	return more[a]
}
