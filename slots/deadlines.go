package slots

import (
	"time"

	"ziyara/catalog"
)

// MoveBefore returns the instant before which the visitor can move the visit to
// the service s. There is no cut-off when a change has displaced the visit, for
// then the centre causes the move, nor for a service that no longer exists (nil).
func (a Appointment) MoveBefore(s *catalog.Service) time.Time {
	if s == nil || a.Displaced() {
		return a.Start
	}
	return moveBefore(a.Start, s)
}

// moveBefore returns the instant before which a visit from start on can be moved, if no
// change has displaced it.
func moveBefore(start time.Time, s *catalog.Service) time.Time { return start.Add(-s.MoveCutoff) }

// CancelBefore returns the instant before which the visitor can cancel the visit
// to the service s. There is no cut-off for a request, for a displaced visit, or
// for a service that no longer exists (nil).
func (a Appointment) CancelBefore(s *catalog.Service) time.Time {
	if s == nil || a.Status == Requested || a.Displaced() {
		return a.Start
	}
	return a.Start.Add(-s.CancelCutoff)
}

// CanMove returns nil when the visitor can move the visit at now, or
// a *RequestedError, ErrNotBooked, ErrArrived or a *RuleError of RuleMoveCutoff.
func (a Appointment) CanMove(s *catalog.Service, now time.Time) error {
	switch {
	case a.Status == Requested:
		return &RequestedError{AnswerBy: a.AnswerBy, Branch: a.Branch}
	case a.Status != Booked:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.MoveBefore(s)):
		return &RuleError{RuleMoveCutoff}
	}
	return nil
}

// CanMoveByStaff returns nil when a member of staff, to whom no cut-off applies,
// can move the visit at now, or ErrUnaudited, ErrStarted, a *RequestedError,
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

// CanCorrect returns nil when the name, e-mail address and mobile of the visit or
// the request can be corrected at now, or ErrNotBooked, ErrArrived or ErrStarted.
func (a Appointment) CanCorrect(now time.Time) error {
	switch {
	case a.Status != Booked && a.Status != Requested:
		return ErrNotBooked
	case a.InHall():
		return ErrArrived
	case !now.Before(a.Start):
		return ErrStarted
	}
	return nil
}

// CanChangeParty returns nil when the visitor can change the number of visitors at
// now, or the errors of CanCorrect or a *RuleError of RulePartyCutoff. The deadline
// is that of a move.
func (a Appointment) CanChangeParty(s *catalog.Service, now time.Time) error {
	if err := a.CanCorrect(now); err != nil {
		return err
	}
	if !now.Before(a.MoveBefore(s)) {
		return &RuleError{RulePartyCutoff}
	}
	return nil
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

// Ahead reports whether the visit or request still lies ahead at now: without a
// cut-off, it could be cancelled.
func (a Appointment) Ahead(now time.Time) bool { return a.CanCancel(nil, now) == nil }

// CanCancelByStaff returns nil when a member of staff, to whom no cut-off
// applies, can cancel the visit or the request at now, or ErrUnaudited,
// ErrNotBooked, ErrArrived or ErrStarted.
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

// CanConfirm returns nil when the visitor can confirm at now that they will come,
// or ErrNotBooked, ErrArrived or ErrStarted. A displaced visit can't be
// confirmed (ErrNotBooked): its visitor is asked to choose another start.
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
