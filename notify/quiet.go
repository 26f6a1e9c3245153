package notify

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Hours are the quiet hours of a branch in the wall time of its zone.
type Hours struct {
	Quiet catalog.Quiet
	Zone  *time.Location
}

// span is a stretch of time, [from, to).
type span struct{ from, to time.Time }

// night returns the quiet hours that begin on a date.
func (h Hours) night(d scheduling.Date) span {
	end := d
	if h.Quiet.To <= h.Quiet.From {
		end++
	}
	return span{
		d.At(scheduling.WallTime(h.Quiet.From), h.Zone),
		end.At(scheduling.WallTime(h.Quiet.To), h.Zone),
	}
}

// nightAt returns the quiet hours around an instant, and false when it is in
// none.
func (h Hours) nightAt(at time.Time) (span, bool) {
	if h.Quiet.None() {
		return span{}, false
	}
	today := scheduling.DateOf(at, h.Zone)
	for _, d := range []scheduling.Date{today - 1, today} {
		if n := h.night(d); !at.Before(n.from) && at.Before(n.to) {
			return n, true
		}
	}
	return span{}, false
}
