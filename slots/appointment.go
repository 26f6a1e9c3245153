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
type StaffAction struct{ Actor, Reason string }

// Audited reports whether both are said.
func (s StaffAction) Audited() bool { return s.Actor != "" && s.Reason != "" }

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
	StaffAction
}

// Person is a stable pseudonym of a visitor's identity, a UUID. The limits of
// a person are kept by it.
type Person string

// Book returns the hold turned into a booked visit, or into a request when
// its service's approval asks for one. The same person booking the same hold
// again gets what they have. It returns ErrExpired, ErrReleased, ErrHoldUsed,
// ErrHoldBound or ErrUnaudited.
func (a Appointment) Book(b Booking, approval catalog.Approval, now time.Time) (Transition, error) {
	if err := a.bookable(b, now); err != nil {
		return Transition{}, err
	}
	if a.Status != Held {
		return a.stays(), nil
	}
	after, event := a, Event{Kind: WasBooked, At: now, Start: a.Start, Actor: b.Actor, Reason: b.Reason}
	after.Status = Booked
	if approval.Needed(a.Channel) {
		after.Status, event.Kind = Requested, WasRequested
		after.AnswerBy = earlier(now.Add(approval.Answer), a.Start)
	}
	after.Reference = b.Reference
	after.Version = 1
	after.Mobile, after.Lang = b.Mobile, b.Lang
	after.Visitor, after.Representative = b.Visitor, b.Representative
	if len(b.Needs) > 0 {
		after.Needs = b.Needs
	}
	after.Created, after.Expires = now, time.Time{}
	return a.becomes(after, event), nil
}

// bookable returns nil when the hold can be booked so at now, or has been by
// the same person.
func (a Appointment) bookable(b Booking, now time.Time) error {
	switch a.Status {
	case Held:
		switch {
		case !now.Before(a.Expires):
			return ErrExpired
		case a.Mobile != "" && a.Mobile != b.Mobile:
			return ErrHoldBound
		case a.Channel == catalog.Protected && !b.Audited():
			return ErrUnaudited
		}
		return nil
	case Expired:
		return ErrExpired
	case Released:
		return ErrReleased
	case Requested, Booked, Declined, Cancelled, Completed, NoShow:
	}
	if a.Visitor.Identity != b.Visitor.Identity || a.Mobile != b.Mobile {
		return ErrHoldUsed
	}
	return nil
}

// Pauses returns a *PauseError when a pause that ends at until keeps the booking
// from being made at now: none does when staff say why they book.
func (b Booking) Pauses(until, now time.Time) error {
	if b.Audited() || !now.Before(until) {
		return nil
	}
	return &PauseError{Until: until, RetryAfter: until.Sub(now)}
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

// Move returns the visit at its new place; one that starts there already stays
// as it is. It returns the errors of CanMove.
func (a Appointment) Move(to Place, start, end time.Time, s *catalog.Service, now time.Time) (Transition, error) {
	if a.startsAt(start) {
		return a.stays(), nil
	}
	if err := a.CanMove(s, now); err != nil {
		return Transition{}, err
	}
	t := a.moved(to, start, end, StaffAction{}, now)
	t.GivenUp = !a.Displaced()
	return t, nil
}

// MoveByStaff does the same for somebody of the staff. It returns the errors of
// CanMoveByStaff.
func (a Appointment) MoveByStaff(to Place, start, end time.Time, by StaffAction, now time.Time) (Transition, error) {
	if a.startsAt(start) {
		return a.stays(), nil
	}
	if err := a.CanMoveByStaff(by, now); err != nil {
		return Transition{}, err
	}
	return a.moved(to, start, end, by, now), nil
}

// startsAt reports whether the visit is booked for start already.
func (a Appointment) startsAt(start time.Time) bool {
	return a.Status == Booked && start.Equal(a.Start)
}

func (a Appointment) moved(to Place, start, end time.Time, by StaffAction, now time.Time) Transition {
	after := a
	after.Place, after.Start, after.End = to, start, end
	after.Proposal, after.Change = nil, nil
	after.Version++
	return a.becomes(after, Event{Kind: WasMoved, At: now, Start: start, Actor: by.Actor, Reason: by.Reason})
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

// Cancel returns the visit, or the request, cancelled; a cancelled one stays as
// it is. It returns the errors of CanCancel.
func (a Appointment) Cancel(s *catalog.Service, now time.Time) (Transition, error) {
	if a.Status == Cancelled {
		return a.stays(), nil
	}
	if err := a.CanCancel(s, now); err != nil {
		return Transition{}, err
	}
	t := a.cancelled(StaffAction{}, now)
	t.GivenUp = !a.Displaced()
	return t, nil
}

// CancelByStaff does the same for somebody of the staff. It returns the errors of
// CanCancelByStaff.
func (a Appointment) CancelByStaff(by StaffAction, now time.Time) (Transition, error) {
	if a.Status == Cancelled && by.Audited() {
		return a.stays(), nil
	}
	if err := a.CanCancelByStaff(by, now); err != nil {
		return Transition{}, err
	}
	return a.cancelled(by, now), nil
}

func (a Appointment) cancelled(by StaffAction, now time.Time) Transition {
	after := a
	after.Status, after.AnswerBy, after.Proposal, after.Change = Cancelled, time.Time{}, nil, nil
	return a.becomes(after, Event{Kind: WasCancelled, At: now, Start: a.Start, Actor: by.Actor, Reason: by.Reason})
}
