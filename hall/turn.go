package hall

import (
	"time"

	"ziyara/catalog"
)

// Late reports whether a visitor who comes at now is too late to keep their
// turn.
func Late(rules catalog.HallRules, start, now time.Time) bool {
	return now.After(start.Add(rules.Late))
}

// Turn returns when the turn of a visitor comes who is booked for start and
// comes at now: at the start, early or late within the rules. Who comes later
// waits, as the rules say, behind the booked visitors who are there already
// (present, of the same desk group), or from when they come, or not longer than
// others. It stays what it is, so that nobody who comes afterwards pushes them
// back for ever.
func Turn(rules catalog.HallRules, start time.Time, walkIn bool, present []Visit, now time.Time) time.Time {
	if walkIn || !Late(rules, start, now) || rules.LateTurn == catalog.LateKept {
		return start
	}
	turn := now
	if rules.LateTurn == catalog.LateBehind {
		for _, v := range present {
			if a := v.Arrival; a.State == Waiting && !a.WalkIn && a.Turn.After(turn) {
				turn = a.Turn
			}
		}
	}
	return turn
}
