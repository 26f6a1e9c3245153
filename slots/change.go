package slots

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
)

// DraftFor is how long a draft of a change holds the places that it proposes.
const DraftFor = 15 * time.Minute

// What can be wrong with a change.
var (
	ErrUnknownChange = fmt.Errorf("slots: no such change: %w", fault.ErrNotFound)
	ErrDraftOver     = errors.New("slots: the draft of the change has expired")
	ErrNotAffected   = errors.New("slots: the change does not affect the visit")
	ErrChangeSettled = errors.New("slots: the outcome of the visit is settled already")
	ErrNotCarriedOut = errors.New("slots: the change has not reached the visit yet")
)

// ChangeState is the state of a change.
type ChangeState string

// The states of a change.
const (
	ChangeDrafted ChangeState = "drafted" // nothing is changed yet; the places it proposes are held until it expires
	ChangeDropped ChangeState = "dropped" // a draft that has given its places back
	ChangeRunning ChangeState = "running" // the calendars are changed; not every visitor is told yet
	ChangeApplied ChangeState = "applied" // every visitor is told
)

// Change is an edit of calendars together with the fate of the visits that lose
// their places.
type Change struct {
	ID          string
	State       ChangeState
	HolidayList string   // slug of the changed list; "" for a desk group's plan
	DeskGroups  []string // slugs, sorted
	Departments []string // slugs of the desk groups' departments, sorted
	Edit        json.RawMessage
	Decision    Decision // for visits without one of their own
	Reason      catalog.Text
	Actor       string
	Created     time.Time
	Expires     time.Time // of a draft
	Applied     time.Time // when the calendars changed; zero before
	Finished    time.Time // when every visitor was told; zero before
	// Visits counts the affected visits by outcome.
	Visits map[Outcome]int
}

// Progress is a text that is another one after the outcome of any visit, or the state, has
// changed: no outcome comes twice, so equal counts mean equal visits.
func (c Change) Progress() string {
	return fmt.Sprint(c.State, c.Visits) // maps are printed in the order of their keys
}

// Stands returns the state at now: a draft that was not applied in time is
// dropped.
func (c Change) Stands(now time.Time) ChangeState {
	if c.State == ChangeDrafted && !now.Before(c.Expires) {
		return ChangeDropped
	}
	return c.State
}

// Affected returns how many visits the change affects.
func (c Change) Affected() int {
	n := 0
	for _, of := range c.Visits {
		n += of
	}
	return n
}

// Outcome is the result of a change for an affected visit.
type Outcome string

// The outcomes.
const (
	OutcomePlanned    Outcome = "planned"    // in a draft
	OutcomePending    Outcome = "pending"    // the calendar is changed, the visitor will be told
	OutcomeWaiting    Outcome = "waiting"    // the visitor has been asked and has not answered
	OutcomeUnanswered Outcome = "unanswered" // the visitor has not answered by the start of the visit
	OutcomeKept       Outcome = "kept"       // the visit takes place as booked
	OutcomeCalledOff  Outcome = "called_off" // the centre cancelled the visit
	OutcomeAccepted   Outcome = "accepted"   // the visitor comes to the proposed start
	OutcomeChose      Outcome = "chose"      // the visitor comes to another start
	OutcomeCancelled  Outcome = "cancelled"  // by the visitor
	OutcomeSuperseded Outcome = "superseded" // a later change asks again
	OutcomeRestored   Outcome = "restored"   // a later change gave the place back
)

// AffectedVisit is a visit that loses its place through a change.
type AffectedVisit struct {
	ID        string // of the appointment
	Reference Reference
	Status    Status
	Service   string // slug
	Branch    string // slug
	Visitor   string // name
	Mobile    string // E.164; "" for none
	Lang      string
	Party     int
	Start     time.Time // the lost start
	Now       time.Time // the current start
	Decision  Decision
	Outcome   Outcome

	Proposed time.Time // zero for none
	Until    time.Time // end of the hold on the proposed place; zero when it is not held

	Answered   time.Time // zero while there is no answer
	AnsweredBy string    // member of staff who answered; "" for the visitor
	Calls      int       // calls that did not reach the visitor
	Called     time.Time // time of the last call
	Note       string
	Message    string // state of the message to the visitor, as in notify.Record; "" for none
}

// ChangeRequest asks for a change or for a draft of one. It edits the plan of a
// desk group or a list of holidays.
type ChangeRequest struct {
	ID    string // UUID of the new change
	Draft string // ID of the draft to apply, with its edit; "" for none

	DeskGroup string // slug; "" for a list of holidays
	Edit      scheduling.Edit
	List      string // slug of the list of holidays; "" for a desk group
	Holidays  scheduling.HolidayList
	From      centre.Versions // of the calendar or list that may be changed

	Decision   Decision // "" keeps the decisions of the draft to apply
	Exceptions map[Reference]Decision
	Reason     catalog.Text
	Author     audit.Entry // Actor and RequestID of the request
}

// Entry returns the audit entry of the change at now.
func (r ChangeRequest) Entry(now time.Time) audit.Entry {
	entry := r.Author
	entry.At, entry.Action, entry.Reason = now, "calendar.changed", r.Reason.EN
	return entry
}

// Document returns the edit as JSON.
func (r ChangeRequest) Document() (json.RawMessage, error) {
	if r.List != "" {
		return json.Marshal(r.Holidays)
	}
	return json.Marshal(r.Edit)
}

// Decisions returns the decision for each affected visit. planned holds the
// decisions of a draft, and usual applies to visits that the draft did not know.
// It returns ErrNotAffected when an exception names a visit that is neither
// affected nor planned for.
func (r ChangeRequest) Decisions(affected []Reference, planned map[Reference]Decision, usual Decision) (map[Reference]Decision, error) {
	decisions := make(map[Reference]Decision, len(affected))
	for _, reference := range affected {
		d, ok := planned[reference]
		if !ok {
			d = usual
		}
		if r.Decision != "" {
			d = r.Decision
		}
		decisions[reference] = d
	}
	for reference, d := range r.Exceptions {
		_, asked := decisions[reference]
		if _, known := planned[reference]; !asked && !known {
			return nil, ErrNotAffected
		}
		if asked {
			decisions[reference] = d
		}
	}
	return decisions, nil
}

// AffectedQuery asks for the affected visits of a change, sorted by lost start.
type AffectedQuery struct {
	Change    string
	Outcome   Outcome   // "" for any
	Reference Reference // of a single visit; "" for any
	// Start and ID are those of the last visit of the previous page.
	Start time.Time
	ID    string
	Limit int
}

// ChangeQuery asks for changes, the newest first.
type ChangeQuery struct {
	Departments []string // slugs; nil for all
	DeskGroup   string   // slug; "" for any
	// Created and ID are those of the last change of the previous page.
	Created time.Time
	ID      string
	Limit   int
}

// CallOutcome is the result of a call to the visitor of an affected visit.
type CallOutcome string

// The results of a call. For a visitor who chooses another start, staff move the
// visit instead.
const (
	CallAccepts    CallOutcome = "accepts"     // the visitor accepts the proposed start
	CallKeeps      CallOutcome = "keeps"       // the visit takes place at the lost start, as agreed
	CallCancels    CallOutcome = "cancels"     // the visitor cancels
	CallNotReached CallOutcome = "not_reached" // staff have to call again
)

// Call is the result of a call as recorded by a member of staff.
type Call struct {
	Outcome CallOutcome
	Actor   string
	Note    string // "" for none
}

// result returns the outcome of the visit after the call.
func (c Call) result() Outcome {
	switch c.Outcome {
	case CallAccepts:
		return OutcomeAccepted
	case CallKeeps:
		return OutcomeKept
	case CallCancels:
		return OutcomeCancelled
	case CallNotReached:
	}
	return OutcomeWaiting
}

// Open reports whether the call changes an affected visit with the given
// outcome: it does not when it repeats that outcome. It returns
// ErrNotCarriedOut or ErrChangeSettled.
func (c Call) Open(outcome Outcome) (bool, error) {
	switch outcome {
	case OutcomePlanned, OutcomePending:
		return false, ErrNotCarriedOut
	case OutcomeWaiting, OutcomeUnanswered:
		return true, nil
	case OutcomeKept, OutcomeCalledOff, OutcomeAccepted, OutcomeChose, OutcomeCancelled, OutcomeSuperseded, OutcomeRestored:
	}
	if outcome == c.result() {
		return false, nil
	}
	return false, ErrChangeSettled
}

// CentreRequest asks for a change of the centre itself, or only for what it would do.
type CentreRequest struct {
	ID     string      // UUID of the change by which the visits are decided about
	Author audit.Entry // Actor, At, RequestID
	Try    bool        // nothing is changed
	// Decision is what becomes of visits that the centre would not take any more; "" refuses
	// the change if there are some.
	Decision Decision
	Reason   catalog.Text // which their visitors are told
}
