package hall

import (
	"time"

	"ziyara/catalog"
	"ziyara/texts"
)

// Why explains in both languages the place of a waiting visitor in the queue at now,
// the main reason first. Times are in the given zone.
func (v Visit) Why(zone *time.Location, now time.Time) []catalog.Text {
	a := v.Arrival
	if a == nil || a.State != Waiting {
		return nil
	}
	clock := func(t time.Time) catalog.Text { return texts.ClockAt(t.In(zone)) }
	var why []catalog.Text
	switch {
	case a.WalkIn:
		why = append(why, texts.Staff("queue.walk_in", "At", clock(a.At), "Place", clock(a.Start)))
	case a.Late && !a.Turn.Equal(a.Start):
		why = append(why, texts.Staff("queue.late", "Booked", clock(a.Start), "At", clock(a.At), "Turn", clock(a.Turn)))
	case a.Late:
		why = append(why, texts.Staff("queue.late_keeps", "Booked", clock(a.Start), "At", clock(a.At)))
	default:
		why = append(why, texts.Staff("queue.booked", "Booked", clock(a.Start), "At", clock(a.At)))
	}
	if a.Misses > 0 {
		why = append(why, texts.Staff("queue.missed", "Times", texts.Staff("count.times", "Count", a.Misses), "Turn", clock(a.Turn)))
	}
	if a.Accessible {
		why = append(why, texts.Staff("queue.accessible"))
	}
	if v.away(now) {
		why = append(why, texts.Staff("queue.away", "Until", clock(v.AwayUntil)))
	}
	if !a.WalkIn && a.Turn.After(now) {
		why = append(why, texts.Staff("queue.not_due"))
	}
	return why
}
