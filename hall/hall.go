// Package hall covers what happens between the door and the desk: check-in, the
// queue, calls to desks, the end of a visit, and messages about delays. Its rules
// are pure; a Reception applies them over a small Store.
package hall

import (
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Status is the state of an appointment, as in slots.Status.
type Status string

// The states that matter in the hall.
const (
	Requested Status = "requested" // not approved yet
	Booked    Status = "booked"    // expected, or in the hall
	Completed Status = "completed"
	NoShow    Status = "no_show"
	Cancelled Status = "cancelled"
	Declined  Status = "declined"
)

// State is the state of an arrival.
type State string

// The states of an arrival.
const (
	Waiting State = "waiting"
	Called  State = "called"    // called to a desk, and not there yet
	Serving State = "serving"   // at a desk
	Done    State = "completed" // served
	Left    State = "left"      // left before their turn
)

// Present reports whether a visitor in this state is in the hall.
func (s State) Present() bool { return s == Waiting || s == Called || s == Serving }

// Visit is an appointment as the hall sees it.
type Visit struct {
	ID           string // key in the store
	Reference    string // as the store keeps it
	BranchID     int    // keys in the store
	GroupID      int
	Branch       string // slugs
	Service      string
	Day          scheduling.Date
	Start        time.Time // UTC
	End          time.Time // UTC, exclusive
	StartVersion int       // of Start
	Party        int
	Status       Status
	Channel      catalog.Channel
	Needs        []string // slugs
	Name         string   // of the visitor
	Restored     bool     // whether a no-show was taken back
	// AwayUntil is when the visitor said that they would be here: see Away. It is
	// zero for those who said nothing, and those who have been checked in since.
	AwayUntil time.Time

	// First, Ticks and Places are the part of the ledger that the visit takes.
	First, Ticks int
	Places       int // taken in each tick

	Arrival *Arrival // nil until the visitor arrives
}

// WalkIn reports whether the visitor came without a booking.
func (v Visit) WalkIn() bool { return v.Channel == catalog.WalkIn }

// Arrival is a visitor who has checked in.
type Arrival struct {
	Number     int           // on the ticket; counts within the branch and day
	Start      time.Time     // booked, as it was then
	Length     time.Duration // booked
	At         time.Time     // of coming
	Turn       time.Time     // when the turn comes; see Turn
	Late       bool
	WalkIn     bool
	Accessible bool // wants an accessible desk
	State      State

	Calls       int // to a desk
	Misses      int // calls that the visitor missed
	FirstCalled time.Time
	Called      time.Time // last
	Desk        string    // of the last call
	Started     time.Time
	Completed   time.Time
	Left        time.Time
}

// Desk is where visitors are served.
type Desk struct {
	Name       string // as the display shows it
	GroupID    int
	Accessible bool
}

// Floor is the hall of a branch on a day.
type Floor struct {
	Numbers int // tickets given so far
	Calls   int // made so far
	Desks   []Desk
	Present []Visit // with arrivals that are present, in no order
}

// group returns the visits of a desk group that are in the hall.
func (f Floor) group(id int) []Visit {
	var list []Visit
	for _, v := range f.Present {
		if v.GroupID == id {
			list = append(list, v)
		}
	}
	return list
}

// desk returns the desk with the name.
func (f Floor) desk(name string) (Desk, bool) {
	i := slices.IndexFunc(f.Desks, func(d Desk) bool { return d.Name == name })
	if i < 0 {
		return Desk{}, false
	}
	return f.Desks[i], true
}

// at returns the visit at the desk, or called to it.
func (f Floor) at(desk string) (Visit, bool) {
	for _, v := range f.Present {
		if v.Arrival.State != Waiting && v.Arrival.Desk == desk {
			return v, true
		}
	}
	return Visit{}, false
}

// EventKind says what happened, in the words of an appointment's history.
type EventKind string

// The events of the hall.
const (
	WasCheckedIn EventKind = "checked_in"
	WasStarted   EventKind = "started"
	WasCompleted EventKind = "completed"
	WasLeft      EventKind = "left"
	WasNoShow    EventKind = "no_show"
	WasRestored  EventKind = "restored"
)

// Event is an entry of an appointment's history.
type Event struct {
	Kind     EventKind
	At       time.Time
	Actor    string // member of staff who did it; "" for the clock
	Reason   string
	Evidence *Evidence // of a no-show, and of what takes it back
}

// Step is a change of a visit, and what to record with it.
type Step struct {
	Visit  Visit
	Events []Event
	Call   bool   // the visitor is called: to Visit.Arrival.Desk
	Actor  string // member of staff who calls
	At     time.Time
}

// Nothing reports whether the step changes nothing.
func (s Step) Nothing() bool { return len(s.Events) == 0 && !s.Call && s.At.IsZero() }

// unchanged is the step of a visit that stays as it is.
func unchanged(v Visit) (Step, error) { return Step{Visit: v}, nil }

// since returns now, but not before the visitor arrived, was called or began: the
// clocks of two replicas may differ.
func (a Arrival) since(now time.Time) time.Time {
	return later(later(a.At, a.Called), later(a.Started, now))
}

// with returns a copy of the visit whose arrival can be changed.
func (v Visit) with(change func(*Arrival)) Visit {
	var a Arrival
	if v.Arrival != nil {
		a = *v.Arrival
	}
	change(&a)
	v.Arrival = &a
	return v
}
