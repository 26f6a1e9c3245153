package catalog

import (
	"fmt"
	"time"
)

// HallRules are what reception goes by for the visits of a service.
type HallRules struct {
	Early    time.Duration // visitors are checked in at most this long before their start
	Late     time.Duration // who comes up to this long after it keeps their turn
	LateTurn LateTurn      // the turn of who comes later still
	NoShow   time.Duration // who has not come this long after their start may be called absent
}

// LateTurn says when the turn of a late visitor is.
type LateTurn string

// The turns of late visitors.
const (
	LateBehind    LateTurn = "behind"  // after the booked visitors who wait when they arrive
	LateByArrival LateTurn = "arrival" // as if they were booked for their time of arrival
	LateKept      LateTurn = "kept"    // by their booked start all the same
)

// DefaultHallRules returns the rules of reception for services without their own.
func DefaultHallRules() HallRules {
	return HallRules{Early: time.Hour, Late: 10 * time.Minute, LateTurn: LateBehind, NoShow: 15 * time.Minute}
}

// HallRules returns the rules of reception for the service.
func (s Service) HallRules() HallRules {
	if s.Hall == (HallRules{}) {
		return DefaultHallRules()
	}
	return s.Hall
}

// validate returns an error unless all durations are whole minutes, and no visitor
// who may still keep their turn can be recorded as a no-show.
func (r HallRules) validate() error {
	if r == (HallRules{}) {
		return nil
	}
	for _, d := range []struct {
		name            string
		value, from, to time.Duration
	}{
		{"early", r.Early, 0, 8 * time.Hour},
		{"late", r.Late, 0, 4 * time.Hour},
		{"no-show", r.NoShow, max(r.Late, 5*time.Minute), 8 * time.Hour},
	} {
		if d.value < d.from || d.value > d.to || d.value%time.Minute != 0 {
			return fmt.Errorf("hall: %s is %v: want whole minutes from %v to %v", d.name, d.value, d.from, d.to)
		}
	}
	switch r.LateTurn {
	case LateBehind, LateByArrival, LateKept:
		return nil
	}
	return fmt.Errorf("hall: the turn of late visitors is %q: want %s, %s or %s", r.LateTurn, LateBehind, LateByArrival, LateKept)
}

// WantsAccessibleDesk reports whether one of the needs (slugs) asks for a desk
// that is near, low, and has room to turn.
func WantsAccessibleDesk(needs []string) bool {
	for _, n := range needs {
		switch n {
		case "wheelchair", "visual", "elderly_companion":
			return true
		}
	}
	return false
}
