package hall

import (
	"time"

	"ziyara/catalog"
)

// Late reports whether a visitor who arrives at now is too late to keep their turn.
func Late(rules catalog.HallRules, start, now time.Time) bool {
	return now.After(start.Add(rules.Late))
}

// Turn returns when the turn of a visitor booked for start who arrives at now comes:
// at start when they are not too late. A late visitor waits, depending on the
// rules, after the booked visitors who are present (of the same desk group), from
// their arrival, or as if on time. The turn does not change later, so later
// arrivals can't push the visitor back forever.
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
