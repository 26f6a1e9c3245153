package slots

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
)

// DraftFor is how long a draft of a change keeps the places that it proposes.
const DraftFor = 15 * time.Minute

// What can be wrong with a change.
var (
	ErrUnknownChange = fmt.Errorf("slots: no such change: %w", fault.ErrNotFound)
	ErrDraftOver     = errors.New("slots: the draft of the change has expired")
	ErrNotAffected   = errors.New("slots: the change does not affect the visit")
	ErrChangeSettled = errors.New("slots: what becomes of the visit is settled")
	ErrNotCarriedOut = errors.New("slots: the change has not come to the visit yet")
)

// ChangeState says where a change stands.
type ChangeState string

// The states of a change.
const (
	ChangeDrafted ChangeState = "drafted" // nothing is changed; the places it proposes are held until it expires
	ChangeDropped ChangeState = "dropped" // it was a draft, and has given its places back
	ChangeRunning ChangeState = "running" // the calendars are changed, not every visitor is told yet
	ChangeApplied ChangeState = "applied" // every visitor is told
)

// Change is an edit of calendars with what becomes of the visits that lose
// their places by it.
type Change struct {
	ID          string
	State       ChangeState
	HolidayList string   // slug of the list that is changed; "" for a desk group's plan
	DeskGroups  []string // slugs, in their order
	Departments []string // slugs of theirs, in their order
	Edit        json.RawMessage
	Decision    Decision // where no other was taken
	Reason      catalog.Text
	Actor       string
	Created     time.Time
	Expires     time.Time // of a draft
	Applied     time.Time // when the calendars changed; zero before
	Finished    time.Time // when every visitor was told; zero before
	// Visits counts the affected visits by what has become of them.
	Visits map[Outcome]int
}

// Stands returns the state at now: a draft that nobody has applied in time is
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

// Outcome says what has become of an affected visit.
type Outcome string

// The outcomes.
const (
	OutcomePlanned    Outcome = "planned"    // of a draft
	OutcomePending    Outcome = "pending"    // the calendar is changed, the visitor will be told
	OutcomeWaiting    Outcome = "waiting"    // the visitor has been asked and has not answered
	OutcomeUnanswered Outcome = "unanswered" // nor has until the visit would have begun
	OutcomeKept       Outcome = "kept"       // it is received all the same
	OutcomeCalledOff  Outcome = "called_off" // by the centre
	OutcomeAccepted   Outcome = "accepted"   // the visitor comes to the proposed start
	OutcomeChose      Outcome = "chose"      // the visitor comes to another start
	OutcomeCancelled  Outcome = "cancelled"  // by the visitor
	OutcomeSuperseded Outcome = "superseded" // a later change asks again
	OutcomeRestored   Outcome = "restored"   // a later change has given it its place again
)

// AffectedVisit is a visit that loses its place by a change.
type AffectedVisit struct {
	ID        string // of the appointment
	Reference Reference
	Status    Status
	Service   string // slug
	Branch    string // slug
	Visitor   string // name
	Mobile    string // E.164; "" for somebody without
	Lang      string
	Party     int
	Start     time.Time // that is lost
	Now       time.Time // start that the visit has now
	Decision  Decision
	Outcome   Outcome

	Proposed time.Time // zero for none
	Until    time.Time // until when the proposed place is held; zero when it is not

	Answered   time.Time // zero while there is no answer
	AnsweredBy string    // member of staff who answered; "" for the visitor
	Calls      int       // that did not reach the visitor
	Called     time.Time // the last of them
	Note       string
	Message    string // state of the message that asks the visitor, as in notify.Record; "" for none
}

// ChangeRequest asks for a change, or for a draft of one. The edit is of the
// plan of a desk group, or of a list of holidays.
type ChangeRequest struct {
	ID    string // UUID of the new change
	Draft string // ID of the draft that is applied, with its edit; "" for none

	DeskGroup string // slug; "" for a list of holidays
	Edit      scheduling.Edit
	List      string // slug of the list of holidays; "" for a desk group
	Holidays  scheduling.HolidayList
	From      int64 // version of the calendar, or of the list, that was read

	Decision   Decision // of a draft that is applied, "" leaves those that it has
	Exceptions map[Reference]Decision
	Reason     catalog.Text
	Author     audit.Entry // Actor and RequestID of the request
}

// Entry returns what the audit log says of the change at now.
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

// Decisions returns what becomes of the affected visits. planned is what a
// draft has planned, and usual what counts for visits that it did not know. It
// returns ErrNotAffected when an exception is about a visit that is neither
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

// AffectedQuery asks for the affected visits of a change, by their lost start.
type AffectedQuery struct {
	Change    string
	Outcome   Outcome   // "" for any
	Reference Reference // of the only visit that is asked for; "" for any
	// Start and ID are those of the last visit of the page before.
	Start time.Time
	ID    string
	Limit int
}

// ChangeQuery asks for changes, the newest first.
type ChangeQuery struct {
	Departments []string // slugs; nil for all
	DeskGroup   string   // slug; "" for any
	// Created and ID are those of the last change of the page before.
	Created time.Time
	ID      string
	Limit   int
}

// CallOutcome is what came of a call to the visitor of an affected visit.
type CallOutcome string

// What can come of a call. Who chooses another start has the visit moved.
const (
	CallAccepts    CallOutcome = "accepts"     // the proposed start
	CallKeeps      CallOutcome = "keeps"       // is received at the start that is lost, as agreed
	CallCancels    CallOutcome = "cancels"     // the visit
	CallNotReached CallOutcome = "not_reached" // somebody has to call again
)

// Call is what a member of staff says came of a call.
type Call struct {
	Outcome CallOutcome
	Actor   string
	Note    string // "" for none
}

// result returns the outcome of a visit after the call.
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

// Open reports whether the call changes how it stands with an affected visit,
// which has come to outcome: not when it says the same again. It returns
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
