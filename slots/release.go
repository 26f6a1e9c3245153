package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// released returns the last date on which what is kept for walk-ins counts for
// everybody at now: today from v.Release on, before that yesterday, whose
// openings may reach past midnight.
func (v Visit) released(c *scheduling.Calendar, now time.Time) scheduling.Date {
	today := c.DateOf(now)
	if now.Before(today.At(v.Release, c.Zone())) {
		return today - 1
	}
	return today
}

// holdBack returns how many places of each tick of the date the visit's
// service keeps from its channel.
func (v Visit) holdBack(date scheduling.Date) int {
	if date <= v.Released {
		return v.HoldBack - v.WalkIns
	}
	return v.HoldBack
}

// reserve returns how many places of a tick the openings of a day keep from the
// visit's channel. The day is one that the visit sees.
func (v Visit) reserve(day scheduling.Day, tick int) int {
	kept := day.HeldBack(tick)
	if kept == 0 || day.Date > v.Released {
		return kept
	}
	by := func(c catalog.Channel) int { return day.For(v.Service, string(c)).HeldBack(tick) }
	return kept - forWalkIns(kept, by(catalog.Agent), by(catalog.WalkIn))
}

// forWalkIns returns how many of the places that a channel leaves to others are
// kept for walk-ins: what it leaves as agents do, and walk-ins don't. The
// numbers are what the channel, agents and walk-ins leave.
func forWalkIns(channel, agents, walkIns int) int { return max(0, min(channel, agents)-walkIns) }
