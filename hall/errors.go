package hall

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"ziyara/fault"
	"ziyara/scheduling"
)

// What can be wrong at reception. Every error that a Reception returns is, or
// wraps, one of these or one of the types below; anything else is the Store's.
var (
	ErrNoVisit      = errors.New("hall: this person has no visit at the branch today")
	ErrRequested    = errors.New("hall: the department has not approved the visit")
	ErrCancelled    = errors.New("hall: the visit was cancelled or declined")
	ErrOver         = errors.New("hall: the visit is completed")
	ErrAbsent       = errors.New("hall: the visit is recorded as a no-show")
	ErrNotArrived   = errors.New("hall: the visitor is not checked in")
	ErrGone         = errors.New("hall: the visitor has left")
	ErrNotCalled    = errors.New("hall: the visitor is not called to a desk")
	ErrNotStarted   = errors.New("hall: the visit has not started")
	ErrStarted      = errors.New("hall: the visit has started")
	ErrHere         = errors.New("hall: the visitor is in the hall, or has not been called often enough")
	ErrNotNoShow    = errors.New("hall: the visit is not recorded as a no-show")
	ErrReason       = errors.New("hall: a reason is needed")
	ErrNobody       = errors.New("hall: no visitor can be called to the desk now")
	ErrUnknownGroup = fmt.Errorf("hall: no such desk group at the branch: %w", fault.ErrNotFound)
	ErrFull         = errors.New("hall: no more numbers today")
)

// ElsewhereError says that a visit is at another branch or on another day.
type ElsewhereError struct {
	Branch      string    // slug
	Start       time.Time // in the zone of the branch
	WrongBranch bool
}

// Error says where and when it is.
func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("hall: the visit is at %s on %s", e.Branch, e.Start.Format(time.RFC3339))
}

// TooEarlyError says that something can't be done yet.
type TooEarlyError struct {
	From       time.Time // in the zone of the branch
	RetryAfter time.Duration
	NoShow     bool // recording a no-show is too early; otherwise checking in is
}

// Error says when it becomes possible.
func (e *TooEarlyError) Error() string { return "hall: not before " + e.From.Format(time.RFC3339) }

// DeskError says that a visitor can't be called to a desk.
type DeskError struct {
	Fault DeskFault
	Desks []string // desks that can be used; none when only this desk was asked for
	Busy  string   // reference of the visit at the desk
}

// DeskFault says what is wrong with a desk.
type DeskFault string

// The faults of desks.
const (
	DeskUnknown      DeskFault = "unknown"        // no such desk at the branch
	DeskOfOthers     DeskFault = "other-group"    // it serves another desk group
	DeskBusy         DeskFault = "busy"           // another visitor is called to it or served at it
	DeskInaccessible DeskFault = "not-accessible" // the visitor declared a need
)

// Error names the fault and the desks that can be used.
func (e *DeskError) Error() string {
	return fmt.Sprintf("hall: desk %s; %s would do", e.Fault, strings.Join(e.Desks, ", "))
}

// in returns the instant in the zone of the group.
func in(t time.Time, c *scheduling.Calendar) time.Time {
	if c == nil {
		return t
	}
	return t.In(c.Zone())
}
