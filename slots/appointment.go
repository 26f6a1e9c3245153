package slots

import (
	"slices"
	"time"

	"ziyara/catalog"
)

// Status is the state of an appointment.
type Status string

// The states of an appointment. A hold is an appointment without a visitor's
// name yet.
const (
	Held      Status = "held"      // a place is kept until Expires
	Released  Status = "released"  // the hold was given back
	Expired   Status = "expired"   // the hold ran out
	Requested Status = "requested" // the visitor comes if the department approves
	Booked    Status = "booked"    // the visitor comes
	Declined  Status = "declined"  // the department does not approve
	Cancelled Status = "cancelled" // the visitor does not come
	Completed Status = "completed" // the visit is over
	NoShow    Status = "no_show"   // the visitor did not come
)

// TakesPlace reports whether an appointment in this state occupies the ledger.
// A visit that is over keeps its place for good: that time was used.
func (s Status) TakesPlace() bool {
	switch s {
	case Held, Requested, Booked, Completed, NoShow:
		return true
	case Released, Expired, Declined, Cancelled:
	}
	return false
}

// Appointment is one claim on the ledger, from hold to visit. A Booker makes
// them; the zero value is of no use.
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

	// Mobile is the number that the visitor proved or told staff; "" for a
	// visitor without one, who gets no SMS. On a hold it is the only number
	// that can book it; "" for any.
	Mobile string

	// The fields below are set only once booked or requested.
	Reference      Reference
	Person         Person // for whom it counts, since it was booked
	StartVersion   int    // of Start: 1 when booked, one more with each move and proposal; messages about an earlier one are not sent
	Version        int    // number of events in the history: API, feeds, webhooks and letters tell it (docs/adr/0040-version.md)
	Lang           string // "ar" or "en"
	Visitor        Visitor
	Representative *Representative
	History        []Event // filled by Find, oldest first

	AnswerBy time.Time // deadline of a request: from then on the default answer applies; otherwise zero
	Proposal *Proposal // latest start proposed for a request or a displaced visit, possibly expired; nil for none

	// Change is the calendar change that took the place of the current start;
	// nil for none.
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
	WasProposed  EventKind = "proposed" // the department proposed another start; the visit's own start when there is no other
	WasAccepted  EventKind = "accepted" // the visitor accepted the proposal
	WasRefused   EventKind = "refused"  // the visitor refused the proposal, or it is no longer needed
	WasMoved     EventKind = "moved"
	WasCorrected EventKind = "corrected" // details of the visitor, or the party
	WasConfirmed EventKind = "confirmed" // the visitor said that they are coming
	WasCancelled EventKind = "cancelled"
	WasCheckedIn EventKind = "checked_in" // the visitor is in the hall
	WasStarted   EventKind = "started"    // at a desk
	WasCompleted EventKind = "completed"
	WasLeft      EventKind = "left" // the visitor left before their turn
	WasNoShow    EventKind = "no_show"
	WasRestored  EventKind = "restored" // a no-show was taken back
)

// Event is one entry of an appointment's history.
type Event struct {
	Kind   EventKind
	At     time.Time
	Start  time.Time // of the visit after the event; when proposed, the proposed one
	Actor  string    // member of staff who did it; "" for the visitor or the clock
	Reason string    // given by the actor
	// CancellationReason is why the visitor cancelled: the slug of a
	// catalog.CancellationReason, "" for none.
	CancellationReason string
	EndsLinks          bool // a correction that ended all links and tokens to the visit
}

// StaffAction names the member of staff who changes an appointment, and why.
type StaffAction struct{ Actor, Reason string }

// Audited reports whether both are given.
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

	// MobileLimit is the most upcoming visits that count for the mobile; 0 for any
	// number: then this one does not count. The Booker sets it (WithVisitsPerMobile).
	MobileLimit int

	// StaffAction names the member of staff who booked, and why; the reason may
	// be missing. A hold over catalog.Protected needs both, and with both no
	// pause applies.
	StaffAction
}

// Book returns the hold turned into a booked visit, or into a request when
// its service's approval asks for one. If the same person books the same hold
// again, it stays as it is. It returns ErrExpired, ErrReleased, ErrHoldUsed,
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
	after.Reference, after.Person = b.Reference, b.Person
	after.StartVersion = 1
	after.Mobile, after.Lang = b.Mobile, b.Lang
	after.Visitor, after.Representative = b.Visitor, b.Representative
	if len(b.Needs) > 0 {
		after.Needs = b.Needs
	}
	after.Created, after.Expires = now, time.Time{}
	return a.becomes(after, event), nil
}

// bookable returns nil when the hold can be booked this way at now, or when the
// same person has already booked it.
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
		return b.Representative.MayActOn(a.Place.Day)
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

// Pauses returns a *PauseError when a pause until the given instant forbids the
// booking at now. No pause applies when staff book and say why.
func (b Booking) Pauses(until, now time.Time) error {
	if b.Audited() || !now.Before(until) {
		return nil
	}
	return &PauseError{Until: until, RetryAfter: until.Sub(now)}
}

// Release returns the hold given back. A hold that has expired or was already
// given back stays as it is; for a booked visit it returns ErrHoldUsed.
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

// Move returns the visit moved to its new place; a visit that already starts
// then stays as it is. It returns the errors of CanMove.
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

// MoveByStaff is Move by a member of staff. It returns the errors of
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

// startsAt reports whether the visit is already booked for start.
func (a Appointment) startsAt(start time.Time) bool {
	return a.Status == Booked && start.Equal(a.Start)
}

func (a Appointment) moved(to Place, start, end time.Time, by StaffAction, now time.Time) Transition {
	after := a
	after.Place, after.Start, after.End = to, start, end
	after.Proposal, after.Change = nil, nil
	after.StartVersion++
	return a.becomes(after, Event{Kind: WasMoved, At: now, Start: start, Actor: by.Actor, Reason: by.Reason})
}

// InHall reports whether the visitor has arrived and not left.
func (a Appointment) InHall() bool {
	for _, e := range slices.Backward(a.History) {
		switch e.Kind {
		case WasCheckedIn, WasStarted:
			return true
		case WasLeft, WasCompleted, WasNoShow, WasRestored:
			return false
		case WasRequested, WasBooked, WasApproved, WasDeclined, WasProposed, WasAccepted, WasRefused, WasMoved, WasCorrected,
			WasConfirmed, WasCancelled:
		}
	}
	return false
}

// Cancel returns the visit or request cancelled for a reason (a slug, "" for none);
// one that is cancelled already stays as it is. It returns the errors of CanCancel.
func (a Appointment) Cancel(s *catalog.Service, reason string, now time.Time) (Transition, error) {
	if a.Status == Cancelled {
		return a.stays(), nil
	}
	if err := a.CanCancel(s, now); err != nil {
		return Transition{}, err
	}
	t := a.cancelled(Event{At: now, CancellationReason: reason})
	t.GivenUp = !a.Displaced()
	return t, nil
}

// CancelByStaff is Cancel by a member of staff. It returns the errors of
// CanCancelByStaff.
func (a Appointment) CancelByStaff(by StaffAction, now time.Time) (Transition, error) {
	if a.Status == Cancelled && by.Audited() {
		return a.stays(), nil
	}
	if err := a.CanCancelByStaff(by, now); err != nil {
		return Transition{}, err
	}
	return a.cancelled(Event{At: now, Actor: by.Actor, Reason: by.Reason}), nil
}

func (a Appointment) cancelled(e Event) Transition {
	after := a
	after.Status, after.AnswerBy, after.Proposal, after.Change = Cancelled, time.Time{}, nil, nil
	e.Kind, e.Start = WasCancelled, a.Start
	return a.becomes(after, e)
}
