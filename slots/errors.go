package slots

import (
	"errors"
	"fmt"
	"time"

	"ziyara/catalog"
)

// What can be wrong with a request. Every error that a Booker returns is, or
// wraps, one of these, a *RuleError, a *TakenError, a *HoldLimitError, a
// *PauseError, a *once.RepeatedError, a *VisitorError or an error of fault or
// once; anything else is a system failure.
var (
	ErrUnknownChannel = errors.New("slots: unknown channel")
	ErrExpired        = errors.New("slots: the hold has expired")
	ErrReleased       = errors.New("slots: the hold was released")
	ErrHoldUsed       = errors.New("slots: the hold is booked for another person")
	ErrHoldBound      = errors.New("slots: the hold is bound to another mobile")
	// ErrProofFirst is returned for a hold that is possible with a proof of a mobile.
	ErrProofFirst   = errors.New("slots: holds without a proof have their share of the day")
	ErrNotBooked    = errors.New("slots: the appointment is no longer booked")
	ErrStarted      = errors.New("slots: the visit has begun")
	ErrArrived      = errors.New("slots: the visitor is in the hall")
	ErrRequested    = errors.New("slots: the department has not approved the visit yet")
	ErrNotRequested = errors.New("slots: no request waits for an answer")
	ErrNoProposal   = errors.New("slots: no proposal waits for an answer")
	ErrUnsettled    = errors.New("slots: another start is proposed for the visit, or sought")
	ErrSameStart    = errors.New("slots: the proposed start is the one asked for")
	ErrUnaudited    = errors.New("slots: the actor and the reason are required")
	ErrPersonBusy   = errors.New("slots: the person has another visit at that time")
	ErrPersonLimit  = errors.New("slots: the person has as many upcoming visits to this service as allowed")
	ErrMobileLimit  = errors.New("slots: as many upcoming visits are booked with the mobile as allowed")
	ErrTaken        = errors.New("slots: the place is taken")
	ErrRange        = errors.New("slots: the range of days is empty or too long")

	ErrAlreadyWaiting = errors.New("slots: the person waits for this service already")
	ErrMobileWaits    = errors.New("slots: as many entries of the waitlist have the mobile as allowed")
	ErrNotWaiting     = errors.New("slots: the entry of the waitlist is over")
	// ErrNoMobile is returned when there is no number to send offers to.
	ErrNoMobile  = errors.New("slots: the visit has no mobile number")
	ErrNoOffer   = errors.New("slots: the entry has no offer")
	ErrOfferOver = errors.New("slots: the offer has ended")

	// A Store returns the next two to the Booker only: the ledger has no row for
	// the day yet, or the calendar has changed since it was read.
	ErrDayClosed = errors.New("slots: the ledger day is not open yet")
	ErrStale     = errors.New("slots: the calendar has changed")
)

// Rule names what a start, a move, a correction or a cancellation breaks.
type Rule string

// The rules.
const (
	RuleNotice       Rule = "notice"        // too soon
	RuleHorizon      Rule = "horizon"       // too far ahead
	RuleClosed       Rule = "closed"        // not open for the whole visit
	RuleTaken        Rule = "taken"         // no place left
	RuleOffGrid      Rule = "off_grid"      // not a start that is offered
	RulePaused       Rule = "paused"        // the service, or those who give it, receive nobody for a while
	RuleRetired      Rule = "retired"       // or for good
	RulePartyLimit   Rule = "party_limit"   // too many visitors
	RuleCancelCutoff Rule = "cancel_cutoff" // too late to cancel
	RuleMoveCutoff   Rule = "move_cutoff"   // too late to move
	RulePartyCutoff  Rule = "party_cutoff"  // too late to change the party
)

// RuleError says which rule a request breaks.
type RuleError struct{ Rule Rule }

// Error names the rule.
func (e *RuleError) Error() string { return fmt.Sprintf("slots: rule %s", e.Rule) }

// PausedError is RulePaused or RuleRetired with the pause that covers the date.
type PausedError struct{ catalog.Pause }

// Error says from when on nobody is received.
func (e *PausedError) Error() string {
	return fmt.Sprintf("slots: rule %s from %v on", pausedBy(e.Pause), e.From)
}

// Unwrap returns a *RuleError of RulePaused or RuleRetired.
func (e *PausedError) Unwrap() error { return &RuleError{pausedBy(e.Pause)} }

// pausedBy returns the rule of a pause.
func pausedBy(p catalog.Pause) Rule {
	if p.ForGood() {
		return RuleRetired
	}
	return RulePaused
}

// HorizonError is RuleHorizon with the instant from which the start can be
// booked, in the zone of its branch.
type HorizonError struct {
	Opens      time.Time
	RetryAfter time.Duration // until then
}

// Error says when to come back.
func (e *HorizonError) Error() string {
	return fmt.Sprintf("slots: rule %s until %s", RuleHorizon, e.Opens.Format(time.RFC3339))
}

// Unwrap returns a *RuleError of RuleHorizon.
func (e *HorizonError) Unwrap() error { return &RuleError{RuleHorizon} }

// RequestedError is ErrRequested with the deadline of the answer.
type RequestedError struct {
	AnswerBy time.Time // UTC; from then on the default answer applies
	Branch   string    // slug
}

// Error says until when the department answers.
func (e *RequestedError) Error() string {
	return fmt.Sprintf("%v, but does by %s", ErrRequested, e.AnswerBy.Format(time.RFC3339))
}

// Unwrap returns ErrRequested.
func (e *RequestedError) Unwrap() error { return ErrRequested }

// PauseError says that a person gave up visits to the service so often that they
// can't book it again before Until, in the zone of the branch.
type PauseError struct {
	Until      time.Time     // exclusive
	RetryAfter time.Duration // until then
}

// Error says when the pause ends.
func (e *PauseError) Error() string {
	return "slots: the person can't book again before " + e.Until.Format(time.RFC3339)
}

// TakenError is ErrTaken with the nearest starts that are still free, at most
// five, the nearest first, and their branch with its zone.
type TakenError struct {
	Alternatives []Slot
	Branch       string // slug
	Zone         *time.Location
}

// Error says how many alternatives there are.
func (e *TakenError) Error() string {
	return fmt.Sprintf("%v (%d alternatives)", ErrTaken, len(e.Alternatives))
}

// Unwrap returns ErrTaken.
func (e *TakenError) Unwrap() error { return ErrTaken }

// What can be wrong with a change of a desk group's calendar, besides the faults
// of the plan (scheduling.Faults).
var (
	ErrNothingToUndo = errors.New("slots: the calendar has not been changed")
)

// AffectedError says that a change of calendars would take the places of booked
// or requested visits. Nothing was changed.
type AffectedError struct {
	Visits     int      // that would lose their places
	DeskGroups []string // slugs of the desk groups concerned, sorted
}

// Error says how many visits there are.
func (e *AffectedError) Error() string {
	return fmt.Sprintf("slots: the change would take the places of %d visits", e.Visits)
}
