package scheduling

import "time"

// Tick is the resolution of open hours. Openings and closures are widened or
// narrowed to whole ticks so that nothing is offered that is not fully open.
const Tick = 5 * time.Minute

// Day is the capacity of one local date. It holds only the ticks from the
// first to the last opening of the date.
type Day struct {
	Date  Date
	Start time.Time // the instant at which the local date begins, UTC: tick 0
	First int       // tick of Open[0]; ticks count elapsed time from Start
	Open  []int16   // places open in each tick
	// Openings are the spans that the starts of visits count from, in ticks
	// [From, To), ascending, without overlap, before closures take effect.
	Openings []TickSpan
}

// TickSpan is a half-open range of ticks of a day.
type TickSpan struct{ From, To int }

// At returns the instant at which tick begins, UTC.
func (d Day) At(tick int) time.Time { return d.Start.Add(time.Duration(tick) * Tick) }

// Places returns the places open in tick; 0 outside the open hours.
func (d Day) Places(tick int) int {
	if i := tick - d.First; i >= 0 && i < len(d.Open) {
		return int(d.Open[i])
	}
	return 0
}
