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
	Requested Status = "requested" // somebody comes, if the department approves
	Booked    Status = "booked"    // somebody comes
	Declined  Status = "declined"  // the department does not approve
	Cancelled Status = "cancelled" // the visitor does not come
	Completed Status = "completed" // the visit is over
	NoShow    Status = "no_show"   // nobody came
)

// TakesPlace reports whether an appointment in this state occupies the ledger.
// A visit that is over does for good: its part of the past was taken.
func (s Status) TakesPlace() bool {
	switch s {
	case Held, Requested, Booked, Completed, NoShow:
		return true
	case Released, Expired, Declined, Cancelled:
	}
	return false
}

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

	// Mobile is the number that was proved, or that staff were told; "" for a
	// visitor without one, who gets no messages. Of a hold, the only one that
	// can book it, "" for any.
	Mobile string

	// GivesBack is when the place is offered again that the appointment has
	// just given up; zero for at once. It is between a Decide and the Store.
	GivesBack time.Time

	// From here on: only once booked or requested.
	Reference      Reference
	Version        int    // of Start: 1 when booked, one more with each move and proposal
	Lang           string // "ar" or "en"
	Visitor        Visitor
	Representative *Representative
	History        []Event // filled by Find, oldest first

	AnswerBy time.Time // of a request: the default is the answer from then on; else zero
	Proposal *Proposal // of a request or a displaced visit: the start proposed last, which may have expired; nil for none

	// Change is the change of the desk group's calendar that the present start
	// has fallen to; nil for none.
	Change *ChangeOf
}

// EventKind says what happened to an appointment.
type EventKind string

// The events of an appointment's history.
const (
	WasRequested EventKind = "requested"
	WasBooked    EventKind = "booked"
	WasApproved  EventKind = "approved"
	WasDeclined  EventKind = "declined"
	WasProposed  EventKind = "proposed" // another start, by the department; its own start when there is no other
	WasAccepted  EventKind = "accepted" // the proposal, by the visitor
	WasRefused   EventKind = "refused"  // the proposal, by the visitor, or it is not needed any more
	WasMoved     EventKind = "moved"
	WasCancelled EventKind = "cancelled"
	WasCheckedIn EventKind = "checked_in" // the visitor is in the hall
	WasStarted   EventKind = "started"    // at a desk
	WasCompleted EventKind = "completed"
	WasLeft      EventKind = "left" // the visitor went before it was their turn
	WasNoShow    EventKind = "no_show"
	WasRestored  EventKind = "restored" // a no-show was taken back
)

// Event is one entry of an appointment's history.
type Event struct {
	Kind    EventKind
	At      time.Time
	Start   time.Time // of the visit after the event; when proposed, the proposed one
	Version int
	Actor   string // who of the staff did it; "" for the visitor or the clock
	Reason  string // that the actor gave
}

// By says who of the staff changes an appointment, and why.
type By struct{ Actor, Reason string }

// audited reports whether both are said.
func (b By) audited() bool { return b.Actor != "" && b.Reason != "" }

// ByStaff reports whether somebody of the staff made the appointment what it
// is now, and not its visitor or the clock.
func (a Appointment) ByStaff() bool {
	return len(a.History) > 0 && a.History[len(a.History)-1].Actor != ""
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

	// By says who of the staff booked and why; the reason may be missing. A
	// hold over catalog.Protected is booked with both, and with both no pause
	// stands against it.
	By
}

// Person is a stable pseudonym of a visitor's identity, a UUID. The limits of
// a person are kept by it.
type Person string

// Book returns the hold turned into a booked visit, or into a request when
// its service's approval asks for one. The same person booking the same hold
// again gets what they have. It returns ErrExpired, ErrReleased, ErrHoldUsed,
// ErrHoldBound or ErrUnaudited.
func (a Appointment) Book(b Booking, approval catalog.Approval, now time.Time) (Appointment, error) {
	switch a.Status {
	case Held:
		switch {
		case !now.Before(a.Expires):
			return Appointment{}, ErrExpired
		case a.Mobile != "" && a.Mobile != b.Mobile:
			return Appointment{}, ErrHoldBound
		case a.Channel == catalog.Protected && !b.audited():
			return Appointment{}, ErrUnaudited
		}
	case Expired:
		return Appointment{}, ErrExpired
	case Released:
		return Appointment{}, ErrReleased
	case Requested, Booked, Declined, Cancelled, Completed, NoShow:
		if a.Visitor.Identity == b.Visitor.Identity && a.Mobile == b.Mobile {
			return a, nil
		}
		return Appointment{}, ErrHoldUsed
	}
	event := Event{Kind: WasBooked, At: now, Start: a.Start, Version: 1, Actor: b.Actor, Reason: b.Reason}
	a.Status = Booked
	if approval.Needed(a.Channel) {
		a.Status, event.Kind = Requested, WasRequested
		a.AnswerBy = earlier(now.Add(approval.Answer), a.Start)
	}
	a.Reference = b.Reference
	a.Version = 1
	a.Mobile, a.Lang = b.Mobile, b.Lang
	a.Visitor, a.Representative = b.Visitor, b.Representative
	if len(b.Needs) > 0 {
		a.Needs = b.Needs
	}
	a.Created, a.Expires = now, time.Time{}
	a.History = []Event{event}
	return a, nil
}

// Release returns the hold given back. A hold that has run out or was given
// back already stays as it is; for a booked visit it returns ErrHoldUsed.
func (a Appointment) Release() (Appointment, error) {
	switch a.Status {
	case Held:
		a.Status = Released
	case Released, Expired:
	case Requested, Booked, Declined, Cancelled, Completed, NoShow:
		return Appointment{}, ErrHoldUsed
	}
	return a, nil
}

// Move returns the appointment at its new place; a visit that starts there
// already stays as it is. cutoff is how long before the present start a move
// is still accepted, exclusive; a displaced visit can be moved until it starts.
// It returns ErrRequested, ErrNotBooked, ErrArrived, or a *RuleError of
// RuleMoveCutoff.
func (a Appointment) Move(to Place, start, end time.Time, cutoff time.Duration, now time.Time) (Appointment, error) {
	if err := a.movable(cutoff, now); err != nil && !a.startsAt(start) {
		return Appointment{}, err
	}
	return a.at(to, start, end, By{}, now), nil
}

// MoveBy does the same for somebody of the staff, whom no cut-off binds: a
// visit is moved until it starts. It returns ErrUnaudited, ErrRequested,
// ErrNotBooked, ErrArrived or ErrStarted.
func (a Appointment) MoveBy(to Place, start, end time.Time, by By, now time.Time) (Appointment, error) {
	if err := a.movableBy(by, now); err != nil && !a.startsAt(start) {
		return Appointment{}, err
	}
	return a.at(to, start, end, by, now), nil
}

// startsAt reports whether the visit is booked for start already.
func (a Appointment) startsAt(start time.Time) bool {
	return a.Status == Booked && start.Equal(a.Start)
}

// at returns the visit at another place.
func (a Appointment) at(to Place, start, end time.Time, by By, now time.Time) Appointment {
	if a.startsAt(start) {
		return a
	}
	a.Place, a.Start, a.End = to, start, end
	a.Proposal, a.Change = nil, nil
	a.Version++
	return a.with(Event{Kind: WasMoved, At: now, Start: start, Actor: by.Actor, Reason: by.Reason})
}

// with returns the appointment with one more event, of its present version.
func (a Appointment) with(e Event) Appointment {
	e.Version = a.Version
	a.History = append(slices.Clip(a.History), e)
	return a
}

func (a Appointment) movable(cutoff time.Duration, now time.Time) error {
	if a.Displaced() {
		cutoff = 0 // it is the centre that moves it
	}
	switch {
	case a.Status == Requested:
		return ErrRequested
	case a.Status != Booked:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.Start.Add(-cutoff)):
		return &RuleError{RuleMoveCutoff}
	}
	return nil
}

// InHall reports whether the visitor has come and not gone again.
func (a Appointment) InHall() bool {
	for _, e := range slices.Backward(a.History) {
		switch e.Kind {
		case WasCheckedIn, WasStarted:
			return true
		case WasLeft, WasCompleted, WasNoShow, WasRestored:
			return false
		case WasRequested, WasBooked, WasApproved, WasDeclined, WasProposed, WasAccepted, WasRefused, WasMoved, WasCancelled:
		}
	}
	return false
}

// movableBy returns what stands against a move by the staff.
func (a Appointment) movableBy(by By, now time.Time) error {
	switch {
	case !by.audited():
		return ErrUnaudited
	case a.Status == Booked && !now.Before(a.Start):
		return ErrStarted
	}
	return a.movable(0, now)
}

// Cancel returns the appointment cancelled; a cancelled one stays as it is.
// cutoff is how long before the start a cancellation is still accepted,
// exclusive; what is only requested, or displaced, can be cancelled until it
// starts. It returns ErrNotBooked, ErrArrived, or a *RuleError of
// RuleCancelCutoff.
func (a Appointment) Cancel(cutoff time.Duration, now time.Time) (Appointment, error) {
	if a.Status == Requested || a.Displaced() {
		cutoff = 0
	}
	switch {
	case a.Status == Cancelled:
		return a, nil
	case a.Status != Booked && a.Status != Requested:
		return Appointment{}, ErrNotBooked
	case a.InHall():
		return Appointment{}, ErrArrived
	case !now.Before(a.Start.Add(-cutoff)):
		return Appointment{}, &RuleError{RuleCancelCutoff}
	}
	return a.cancelled(By{}, now), nil
}

// CancelBy does the same for somebody of the staff, whom no cut-off binds: a
// visit is cancelled until it starts. It returns ErrUnaudited, ErrNotBooked,
// ErrArrived or ErrStarted.
func (a Appointment) CancelBy(by By, now time.Time) (Appointment, error) {
	switch {
	case !by.audited():
		return Appointment{}, ErrUnaudited
	case a.Status == Cancelled:
		return a, nil
	case a.Status != Booked && a.Status != Requested:
		return Appointment{}, ErrNotBooked
	case a.InHall():
		return Appointment{}, ErrArrived
	case !now.Before(a.Start):
		return Appointment{}, ErrStarted
	}
	return a.cancelled(by, now), nil
}

func (a Appointment) cancelled(by By, now time.Time) Appointment {
	a.Status, a.AnswerBy, a.Proposal, a.Change = Cancelled, time.Time{}, nil, nil
	return a.with(Event{Kind: WasCancelled, At: now, Start: a.Start, Actor: by.Actor, Reason: by.Reason})
}
