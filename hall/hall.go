// Package hall is what happens between the door and the desk: who has come,
// whose turn it is, who is called where, how a visit ends, and what those are
// told who have to wait longer. Its rules are pure; a Reception applies them
// over a small Store.
package hall

import (
	"slices"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Status says where an appointment stands, in the words of the appointments.
type Status string

// The states that the hall tells apart; all others are not its business.
const (
	Requested Status = "requested" // nobody has approved it yet
	Booked    Status = "booked"    // expected, or in the hall
	Completed Status = "completed"
	NoShow    Status = "no_show"
	Cancelled Status = "cancelled"
	Declined  Status = "declined"
)

// State says where a visitor who has come stands.
type State string

// The states of an arrival.
const (
	Waiting State = "waiting"
	Called  State = "called"    // to a desk, and not seen there yet
	Serving State = "serving"   // at a desk
	Done    State = "completed" // served
	Left    State = "left"      // went before it was their turn
)

// Present reports whether a visitor in this state is in the hall.
func (s State) Present() bool { return s == Waiting || s == Called || s == Serving }

// Visit is an appointment as the hall sees it.
type Visit struct {
	ID        string // key in the store
	Reference string // as the store keeps it
	BranchID  int    // keys in the store
	GroupID   int
	Branch    string // slugs
	Service   string
	Day       scheduling.Date
	Start     time.Time // UTC
	End       time.Time // UTC, exclusive
	Version   int       // of Start
	Party     int
	Status    Status
	Channel   catalog.Channel
	Needs     []string // slugs
	Name      string   // of the visitor
	Restored  bool     // whether a no-show was taken back

	// First, Ticks and Places are the part of the ledger that the visit takes.
	First, Ticks int
	Places       int // taken in each tick

	Arrival *Arrival // nil until the visitor has come
}

// WalkIn reports whether the visitor came without a booking.
func (v Visit) WalkIn() bool { return v.Channel == catalog.WalkIn }

// Arrival is a visitor who has come.
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
	Misses      int // of them, those that nobody answered
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

// at returns who is at the desk, or called to it.
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
	Actor    string // who of the staff did it; "" for the clock
	Reason   string
	Evidence *Evidence // of a no-show, and of what takes it back
}

// Step is what becomes of a visit, and what has to be recorded with it.
type Step struct {
	Visit  Visit
	Events []Event
	Call   bool   // the visitor is called: to Visit.Arrival.Desk
	Actor  string // who calls
	At     time.Time
}

// Nothing reports whether the step changes nothing.
func (s Step) Nothing() bool { return len(s.Events) == 0 && !s.Call && s.At.IsZero() }

// unchanged is the step of a visit that stays as it is.
func unchanged(v Visit) (Step, error) { return Step{Visit: v}, nil }

// since returns now, or when the visitor came, was called or began, if a clock
// says that this is still to come: two replicas need not agree on the second.
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
