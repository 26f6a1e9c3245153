package slots

import (
	"time"

	"ziyara/catalog"
)

// MoveBefore returns the instant before which the visitor can move the visit to
// the service s. No cut-off applies when a change has displaced it, for then it
// is the centre that moves it, and none of a service that is gone (nil).
func (a Appointment) MoveBefore(s *catalog.Service) time.Time {
	if s == nil || a.Displaced() {
		return a.Start
	}
	return a.Start.Add(-s.MoveCutoff)
}

// CancelBefore returns the instant before which the visitor can cancel the
// visit to the service s. No cut-off applies to what is only requested, when a
// change has displaced the visit, and none of a service that is gone (nil).
func (a Appointment) CancelBefore(s *catalog.Service) time.Time {
	if s == nil || a.Status == Requested || a.Displaced() {
		return a.Start
	}
	return a.Start.Add(-s.CancelCutoff)
}

// CanMove returns nil when the visitor can move the visit at now, or
// ErrRequested, ErrNotBooked, ErrArrived or a *RuleError of RuleMoveCutoff.
func (a Appointment) CanMove(s *catalog.Service, now time.Time) error {
	switch {
	case a.Status == Requested:
		return ErrRequested
	case a.Status != Booked:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.MoveBefore(s)):
		return &RuleError{RuleMoveCutoff}
	}
	return nil
}

// CanMoveByStaff returns nil when somebody of the staff, whom no cut-off binds, can
// move the visit at now, or ErrUnaudited, ErrStarted, ErrRequested,
// ErrNotBooked or ErrArrived.
func (a Appointment) CanMoveByStaff(by StaffAction, now time.Time) error {
	switch {
	case !by.Audited():
		return ErrUnaudited
	case a.Status == Booked && !now.Before(a.Start):
		return ErrStarted
	}
	return a.CanMove(nil, now)
}

// CanCancel returns nil when the visitor can cancel the visit or the request at
// now, or ErrNotBooked, ErrArrived or a *RuleError of RuleCancelCutoff.
func (a Appointment) CanCancel(s *catalog.Service, now time.Time) error {
	switch {
	case a.Status != Booked && a.Status != Requested:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.CancelBefore(s)):
		return &RuleError{RuleCancelCutoff}
	}
	return nil
}

// Ahead reports whether the visitor is still expected at now, or has asked to
// come: without a cut-off, the visit could be cancelled.
func (a Appointment) Ahead(now time.Time) bool { return a.CanCancel(nil, now) == nil }

// CanCancelByStaff returns nil when somebody of the staff, whom no cut-off binds, can
// cancel the visit or the request at now, or ErrUnaudited, ErrNotBooked,
// ErrArrived or ErrStarted.
func (a Appointment) CanCancelByStaff(by StaffAction, now time.Time) error {
	switch {
	case !by.Audited():
		return ErrUnaudited
	case a.Status != Booked && a.Status != Requested:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.Start):
		return ErrStarted
	}
	return nil
}

// CanConfirm returns nil when the visitor can say at now that they come to the
// start of the visit, or ErrNotBooked, ErrArrived or ErrStarted. Whoever has
// lost that start to a change is asked for another one instead: ErrNotBooked.
func (a Appointment) CanConfirm(now time.Time) error {
	switch {
	case a.Status != Booked, a.Displaced():
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.Start):
		return ErrStarted
	}
	return nil
}
