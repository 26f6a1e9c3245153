package scheduling

import (
	"slices"
	"time"
)

// Tick is the resolution of open hours. Openings shrink and closures grow to
// whole ticks, so that every tick on offer is fully open.
const Tick = 5 * time.Minute

// Day is the capacity of one local date. It holds only the ticks from the first
// opening of the date to the last.
type Day struct {
	Date  Date
	Start time.Time // the instant at which the local date begins, UTC: tick 0
	First int       // tick of Open[0]; ticks count elapsed time from Start
	Open  []int16   // places open in each tick, to all services and channels together
	// Openings are the spans from whose beginnings the starts of visits are
	// counted, in ticks [From, To), ascending, not overlapping, before closures
	// apply.
	Openings []TickSpan

	usual *capacity // before closures
	view  *view     // as one service sees it over one channel; nil for the whole day
}

// TickSpan is a half-open range of ticks of a day.
type TickSpan struct{ From, To int }

// For returns the day as seen by a service that is booked over a channel. Its
// Openings are those that accept the service, and HeldBack is how many places
// of a tick are kept for others. Open does not change, because everybody fills
// the same places: if n places of a tick are taken, one more fits while n <
// Places(tick) − HeldBack(tick). Closures take places away but do not change
// what is held back, so places kept for some are the last to go.
func (d Day) For(service, channel string) Day {
	if d.usual != nil && d.usual.restricted != nil {
		d.view = d.usual.view(service, channel)
		d.Openings = d.view.openings
	}
	return d
}

// At returns the instant at which tick begins, in UTC.
func (d Day) At(tick int) time.Time { return d.Start.Add(time.Duration(tick) * Tick) }

// Places returns the places open in tick; 0 outside the open hours.
func (d Day) Places(tick int) int {
	if i := tick - d.First; i >= 0 && i < len(d.Open) {
		return int(d.Open[i])
	}
	return 0
}

// HeldBack returns how many places of tick are kept from the service and the
// channel given to For: all of them where the service is not accepted.
func (d Day) HeldBack(tick int) int {
	if d.view == nil || d.view.held == nil {
		return 0
	}
	if i := tick - d.usual.first; i >= 0 && i < len(d.view.held) {
		return int(d.view.held[i])
	}
	return 0
}

// open reports whether any tick has a place, as the day is seen.
func (d Day) open() bool {
	if d.view == nil || d.view.held == nil {
		return slices.ContainsFunc(d.Open, func(places int16) bool { return places > 0 })
	}
	for i, places := range d.Open {
		if int(places) > d.HeldBack(d.First+i) {
			return true
		}
	}
	return false
}

// self returns the whole day.
func (d Day) self() Day { return d }
