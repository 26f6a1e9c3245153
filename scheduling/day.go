package scheduling

import (
	"slices"
	"time"
)

// Tick is the resolution of open hours. Openings and closures are widened or
// narrowed to whole ticks so that nothing is offered that is not fully open.
const Tick = 5 * time.Minute

// Day is the capacity of one local date. It holds only the ticks from the
// first to the last opening of the date.
type Day struct {
	Date  Date
	Start time.Time // the instant at which the local date begins, UTC: tick 0
	First int       // tick of Open[0]; ticks count elapsed time from Start
	Open  []int16   // places open in each tick, to all services and channels together
	// Openings are the spans that the starts of visits count from, in ticks
	// [From, To), ascending, without overlap, before closures take effect.
	Openings []TickSpan

	usual *capacity // before closures
	view  *view     // of one service over one channel; nil for all of the day
}

// TickSpan is a half-open range of ticks of a day.
type TickSpan struct{ From, To int }

// For returns the day as a service sees it that is booked over a channel:
// Openings are those that receive the service, and HeldBack says how many
// places of a tick it leaves to others. Open stays, since all of them fill the
// same places: of n places taken in a tick, one more fits while
// n < Places(tick) − HeldBack(tick). The hold-back stays as it is when
// closures take places away, so what is kept for some is the last to go.
func (d Day) For(service, channel string) Day {
	if d.usual != nil && d.usual.restricted != nil {
		d.view = d.usual.view(service, channel)
		d.Openings = d.view.openings
	}
	return d
}

// At returns the instant at which tick begins, UTC.
func (d Day) At(tick int) time.Time { return d.Start.Add(time.Duration(tick) * Tick) }

// Places returns the places open in tick; 0 outside the open hours.
func (d Day) Places(tick int) int {
	if i := tick - d.First; i >= 0 && i < len(d.Open) {
		return int(d.Open[i])
	}
	return 0
}

// HeldBack returns how many places of tick the service and the channel of For
// leave to others: all of them where the service is not received.
func (d Day) HeldBack(tick int) int {
	if d.view == nil || d.view.held == nil {
		return 0
	}
	if i := tick - d.usual.first; i >= 0 && i < len(d.view.held) {
		return int(d.view.held[i])
	}
	return 0
}

// open reports whether any tick has a place.
func (d Day) open() bool {
	return slices.ContainsFunc(d.Open, func(places int16) bool { return places > 0 })
}
