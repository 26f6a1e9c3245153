package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// walkInsReleased returns the last date on which what is kept for walk-ins counts for
// everybody at now: today from v.WalkInRelease on, before that yesterday, whose
// openings may reach past midnight.
func (v Shape) walkInsReleased(c *scheduling.Calendar, now time.Time) scheduling.Date {
	today := c.DateOf(now)
	if now.Before(today.At(v.WalkInRelease, c.Zone())) {
		return today - 1
	}
	return today
}

// leftWithWalkIns returns what left does, on a date that is released or not.
func (v Shape) leftWithWalkIns(day scheduling.Day, used []int16, i int) int16 {
	v.HoldBack -= v.freed(day, day.First+i)
	return v.left(day, used, i)
}

// freed returns how many of the places of a tick that the service and the
// openings keep from the visit's channel count for it after all: none on a
// date that is not released. The day is one that the visit sees.
func (v Shape) freed(day scheduling.Day, tick int) int {
	if day.Date > v.WalkInsReleased {
		return 0
	}
	return v.WalkIns + v.freedByOpenings(day, tick)
}

// freedByOpenings returns the part of freed that the openings keep.
func (v Shape) freedByOpenings(day scheduling.Day, tick int) int {
	if day.Date > v.WalkInsReleased {
		return 0
	}
	by := func(c catalog.Channel) int { return day.For(v.Service, string(c)).HeldBack(tick) }
	return forWalkIns(day.HeldBack(tick), by(catalog.Agent), by(catalog.WalkIn))
}

// forWalkIns returns how many of the places that a channel leaves to others are
// kept for walk-ins: what it leaves as agents do, and walk-ins don't. The
// numbers are what the channel, agents and walk-ins leave.
func forWalkIns(channel, agents, walkIns int) int { return max(0, min(channel, agents)-walkIns) }
