package catalog

import (
	"errors"
	"slices"
	"time"
)

// Rebooking bounds how often one person gives up visits to a service. A person who
// does so Limit times within Window can't book the service again for Pause. Moves
// count like cancellations: both free a place at a moment of the person's choice.
// The zero value bounds nothing.
type Rebooking struct {
	Limit  int           // cancellations and moves within Window; 0 for any number
	Window time.Duration // exclusive: exactly as far apart is no longer within
	Pause  time.Duration // counted from the last of them
}

// DefaultRebooking is for a service that says nothing of its own: three within
// a week, then a day's pause. Plans may change twice; a third visit given up in a
// week justifies a pause.
func DefaultRebooking() Rebooking {
	return Rebooking{Limit: 3, Window: 7 * 24 * time.Hour, Pause: 24 * time.Hour}
}

// PausedUntil returns the first instant at which a person who gave up visits at
// the instants given, in any order, may book again; zero when they never caused a
// pause. Giving up one more never makes it earlier.
func (r Rebooking) PausedUntil(given []time.Time) time.Time {
	if r.Limit <= 0 {
		return time.Time{}
	}
	sorted := slices.SortedFunc(slices.Values(given), time.Time.Compare)
	for last := len(sorted) - 1; last >= r.Limit-1; last-- {
		if sorted[last].Sub(sorted[last-r.Limit+1]) < r.Window {
			return sorted[last].Add(r.Pause)
		}
	}
	return time.Time{}
}

// Remembered returns those of the instants given that may still matter at now:
// an older one can neither be within Window of a new one nor cause a pause that
// lasts.
func (r Rebooking) Remembered(given []time.Time, now time.Time) []time.Time {
	since := now.Add(-r.Memory())
	var kept []time.Time
	for _, at := range given {
		if at.After(since) {
			kept = append(kept, at)
		}
	}
	return kept
}

// Memory is how long it matters that a visit was given up.
func (r Rebooking) Memory() time.Duration { return r.Window + r.Pause }

// maxRebooking bounds window and pause, and with them how long it is remembered that
// a visit was given up.
const maxRebooking = 366 * 24 * time.Hour

var errRebooking = errors.New("want at most 100 changes within whole minutes, up to 366 days each for window and pause")

func (r Rebooking) validate() error {
	if r == (Rebooking{}) {
		return nil
	}
	plausible := func(d time.Duration) bool { return d >= time.Minute && d <= maxRebooking && d%time.Minute == 0 }
	if r.Limit < 1 || r.Limit > 100 || !plausible(r.Window) || !plausible(r.Pause) {
		return errRebooking
	}
	return nil
}
