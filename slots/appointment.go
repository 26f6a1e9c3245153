package slots

import (
	"slices"
	"time"

	"ziyara/catalog"
)

// Status says where an appointment stands.
type Status string

// The states of an appointment. A hold is an appointment that nobody has put
// their name to yet.
const (
	Held      Status = "held"      // a place is kept until Expires
	Released  Status = "released"  // the hold was given back
	Expired   Status = "expired"   // the hold ran out
	Booked    Status = "booked"    // somebody comes
	Cancelled Status = "cancelled" // the visitor does not come
)

// TakesPlace reports whether an appointment in this state occupies the ledger.
func (s Status) TakesPlace() bool { return s == Held || s == Booked }

// Appointment is one claim on the ledger, from hold to visit. Its zero value
// is of no use: a Booker makes them.
type Appointment struct {
	ID      string // UUID, the same for the hold and the visit
	Status  Status
	Service string // slug
	Branch  string // slug
	Place   Place
	Start   time.Time // UTC
	End     time.Time // UTC, exclusive
	Party   int
	Channel catalog.Channel
	Created time.Time
	Expires time.Time // of the hold; zero once booked
	Needs   []string  // slugs, declared with the hold or the booking

	// Mobile is the number that was proved; of a hold, the only one that can
	// book it, "" for any.
	Mobile string

	// GivesBack is when the place is offered again that the appointment has
	// just given up; zero for at once. It is between a Decide and the Store.
	GivesBack time.Time

	// From here on: only once booked.
	Reference      Reference
	Version        int    // of Start: 1 when booked, one more with each move
	Lang           string // "ar" or "en"
	Visitor        Visitor
	Representative *Representative
	History        []Event // filled by Find, oldest first
}

// EventKind says what happened to an appointment.
type EventKind string

// The events of an appointment's history.
const (
	WasBooked    EventKind = "booked"
	WasMoved     EventKind = "moved"
	WasCancelled EventKind = "cancelled"
)

// Event is one entry of an appointment's history.
type Event struct {
	Kind    EventKind
	At      time.Time
	Start   time.Time // of the visit after the event
	Version int
}

// Booking is what turns a hold into a booked visit.
type Booking struct {
	Reference      Reference
	Person         Person
	Mobile         string
	Lang           string
	Visitor        Visitor
	Representative *Representative
	Needs          []string // slugs; without any, those of the hold stay
}

// Person is a stable pseudonym of a visitor's identity, a UUID. The limits of
// a person are kept by it.
type Person string

// Book returns the hold turned into a booked visit. The same person booking
// the same hold again gets what they have. It returns ErrExpired, ErrReleased,
// ErrHoldUsed or ErrHoldBound.
func (a Appointment) Book(b Booking, now time.Time) (Appointment, error) {
	switch a.Status {
	case Held:
		switch {
		case !now.Before(a.Expires):
			return Appointment{}, ErrExpired
		case a.Mobile != "" && a.Mobile != b.Mobile:
			return Appointment{}, ErrHoldBound
		}
	case Expired:
		return Appointment{}, ErrExpired
	case Released:
		return Appointment{}, ErrReleased
	case Booked, Cancelled:
		if a.Visitor.Identity == b.Visitor.Identity && a.Mobile == b.Mobile {
			return a, nil
		}
		return Appointment{}, ErrHoldUsed
	}
	a.Status = Booked
	a.Reference = b.Reference
	a.Version = 1
	a.Mobile, a.Lang = b.Mobile, b.Lang
	a.Visitor, a.Representative = b.Visitor, b.Representative
	if len(b.Needs) > 0 {
		a.Needs = b.Needs
	}
	a.Created, a.Expires = now, time.Time{}
	a.History = []Event{{Kind: WasBooked, At: now, Start: a.Start, Version: 1}}
	return a, nil
}

// Release returns the hold given back. A hold that has run out or was given
// back already stays as it is; for a booked visit it returns ErrHoldUsed.
func (a Appointment) Release() (Appointment, error) {
	switch a.Status {
	case Held:
		a.Status = Released
	case Released, Expired:
	case Booked, Cancelled:
		return Appointment{}, ErrHoldUsed
	}
	return a, nil
}

// Move returns the appointment at its new place; a visit that starts there
// already stays as it is. cutoff is how long before the present start a move
// is still accepted, exclusive. It returns ErrNotBooked, or a *RuleError of
// RuleMoveCutoff.
func (a Appointment) Move(to Place, start, end time.Time, cutoff time.Duration, now time.Time) (Appointment, error) {
	if a.Status == Booked && start.Equal(a.Start) {
		return a, nil
	}
	if err := a.movable(cutoff, now); err != nil {
		return Appointment{}, err
	}
	a.Place, a.Start, a.End = to, start, end
	a.Version++
	a.History = append(slices.Clip(a.History), Event{Kind: WasMoved, At: now, Start: start, Version: a.Version})
	return a, nil
}

func (a Appointment) movable(cutoff time.Duration, now time.Time) error {
	switch {
	case a.Status != Booked:
		return ErrNotBooked
	case !now.Before(a.Start.Add(-cutoff)):
		return &RuleError{RuleMoveCutoff}
	}
	return nil
}

// Cancel returns the appointment cancelled; a cancelled one stays as it is.
// cutoff is how long before the start a cancellation is still accepted,
// exclusive. It returns ErrNotBooked, or a *RuleError of RuleCancelCutoff.
func (a Appointment) Cancel(cutoff time.Duration, now time.Time) (Appointment, error) {
	switch {
	case a.Status == Cancelled:
		return a, nil
	case a.Status != Booked:
		return Appointment{}, ErrNotBooked
	case !now.Before(a.Start.Add(-cutoff)):
		return Appointment{}, &RuleError{RuleCancelCutoff}
	}
	a.Status = Cancelled
	a.History = append(slices.Clip(a.History), Event{Kind: WasCancelled, At: now, Start: a.Start, Version: a.Version})
	return a, nil
}
