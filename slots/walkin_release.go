package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// walkInsReleased returns the last date whose walk-in places are open to every
// channel at now: today from v.WalkInRelease on, and yesterday before that, whose
// openings may reach past midnight.
func (v Shape) walkInsReleased(c *scheduling.Calendar, now time.Time) scheduling.Date {
	today := c.DateOf(now)
	if now.Before(today.At(v.WalkInRelease, c.Zone())) {
		return today - 1
	}
	return today
}

// leftWithWalkIns is left with the walk-in places that are released on the date.
func (v Shape) leftWithWalkIns(day scheduling.Day, used []int16, i int) int16 {
	v.HoldBack -= v.freed(day, day.First+i)
	return v.left(day, used, i)
}

// freed returns how many of the places that the service and the openings hold
// back from the visit's channel at a tick are released to it: none on a date
// past v.WalkInsReleased. The day is one that the visit sees.
func (v Shape) freed(day scheduling.Day, tick int) int {
	if day.Date > v.WalkInsReleased {
		return 0
	}
	return v.WalkIns + v.freedByOpenings(day, tick)
}

// freedByOpenings returns the part of freed that the openings hold back.
func (v Shape) freedByOpenings(day scheduling.Day, tick int) int {
	if day.Date > v.WalkInsReleased {
		return 0
	}
	heldBack := func(c catalog.Channel) int { return day.For(v.Service, string(c)).HeldBack(tick) }
	return forWalkIns(day.HeldBack(tick), heldBack(catalog.Agent), heldBack(catalog.WalkIn))
}

// forWalkIns returns how many of the places held back from a channel are kept for
// walk-ins: those held back from agents too, but not from walk-ins. The
// arguments are the numbers held back from the channel, agents and walk-ins.
func forWalkIns(channel, agents, walkIns int) int { return max(0, min(channel, agents)-walkIns) }
