package scheduling

import (
	"math"
	"time"
)

// At returns the instant, in UTC, at which clocks in zone show w on the date.
// For hours that clocks skip or repeat it follows RFC 5545 section 3.3.5: a
// time in a gap is read with the offset in force before the gap, and a repeated
// time means the first occurrence. If w is 24:00 or more, it is a time on the
// next day.
func (d Date) At(w WallTime, zone *time.Location) time.Time {
	days := Date(w / endOfDay)
	local := (d + days).unix() + int64(w%endOfDay)*60
	return time.Unix(instant(local, zone), 0).UTC()
}

// farthestOffset is more than the offset of any zone from UTC ever was, in
// seconds.
const farthestOffset = 16 * 60 * 60

// offsetStep divides the time of day of every change of offset. It is in
// seconds.
const offsetStep = 15 * 60

// instant returns the Unix time of local, a wall clock reading in seconds as if
// it were UTC. It walks the periods of constant offset in order, so the first
// that shows the reading wins. A reading before the beginning of a period but
// after the end of the previous one is in the gap between them.
func instant(local int64, zone *time.Location) int64 {
	p := periodAt(local-farthestOffset, zone)
	for {
		u := local - p.offset
		if u < p.until {
			return u
		}
		next := periodAt(p.until, zone)
		if local-next.offset < next.from {
			return u
		}
		p = next
	}
}

// period is a stretch of time, [from, until) in Unix seconds, during which a
// zone keeps one offset to UTC, in seconds.
type period struct{ from, until, offset int64 }

func periodAt(unix int64, zone *time.Location) period {
	t := time.Unix(unix, 0).In(zone)
	_, offset := t.Zone()
	p := period{from: math.MinInt64, until: math.MaxInt64, offset: int64(offset)}
	from, until := t.ZoneBounds()
	if !from.IsZero() {
		p.from = from.Unix()
	}
	if !until.IsZero() {
		p.until = until.Unix()
	}
	if p.until <= unix || p.from > unix {
		// Where the rule at the end of the zone's table applies, ZoneBounds
		// takes every year to have 365 days, so on 31 December of a leap year
		// it returns a period that has passed. The offset is right.
		p.from, p.until = unix, unix+offsetStep
	}
	return p
}

// calm reports whether the offset stays the same on the date that begins at the
// reading local and on the two dates around it, which openings and midnight can
// reach. Then wall time is elapsed time.
func (p period) calm(local int64) bool {
	const margin = 3 * daySeconds
	u := local - p.offset
	return u-margin >= p.from && u+margin < p.until
}
