package slots

import (
	"slices"
	"time"

	"ziyara/once"
)

// Transition is the effect of a decision on an appointment and its places. Without
// an event nothing changes: After is Before.
type Transition struct {
	Before, After Appointment
	Event         Event // also the last entry of After's history

	// Takes is the place to take from the ledger; nil for none.
	Takes *Wanted
	// Kept is the id of the hold that keeps the place which After takes over; "" for
	// none. The hold ends, and its place stays taken.
	Kept string
	// BackAt is when the place that is left is offered again; zero means at once.
	BackAt time.Time
	// GivenUp says that the visit counts as given up by the person
	// (catalog.Rebooking).
	GivenUp bool
	// MobileLimit is the most upcoming visits that count for a corrected mobile; 0 for
	// any number: then this one does not count.
	MobileLimit int
	// Once is the request that this answers, whose answer is kept with it; nil for none.
	Once *once.Request[Appointment]
}

// stays returns the transition that changes nothing.
func (a Appointment) stays() Transition { return Transition{Before: a, After: a} }

// becomes returns the transition from a to after through the event e.
func (a Appointment) becomes(after Appointment, e Event) Transition {
	after.History = append(slices.Clip(a.History), e)
	after.Version = len(after.History)
	return Transition{Before: a, After: after, Event: e}
}

// Changes reports whether anything has happened.
func (t Transition) Changes() bool { return t.Event.Kind != "" }

// Leaves reports whether the place of Before is given back, at once or later.
func (t Transition) Leaves() bool {
	return !t.After.Status.TakesPlace() || t.After.Place != t.Before.Place
}

// Resizes reports whether a visit that stays where it is takes another number of places.
func (t Transition) Resizes() bool { return t.Event.Kind == WasCorrected && t.Leaves() }

// EndsProposal reports whether Before's proposal is over, so that its hold ends.
func (t Transition) EndsProposal() bool {
	return t.Before.Proposal != nil && t.After.Proposal != t.Before.Proposal
}

// Check returns a *VisitorError if the visit gets a day on which its representative may
// not act any more.
func (t Transition) Check() error {
	if !t.After.Status.TakesPlace() || t.After.Place.Day == t.Before.Place.Day {
		return nil
	}
	return t.After.Representative.MayActOn(t.After.Place.Day)
}

// Back returns the places to give back at once. proposed are the places of
// Before's proposal, whose hold has just been ended: none when there was no
// proposal or its hold had already ended. It returns ErrNoProposal when such a
// proposal was to be accepted.
func (t Transition) Back(proposed []Place) ([]Place, error) {
	if t.Event.Kind == WasAccepted {
		if len(proposed) == 0 {
			return nil, ErrNoProposal
		}
		proposed = nil // it is the visit's now
	}
	if t.Leaves() && t.BackAt.IsZero() {
		return append(slices.Clip(proposed), t.Before.Place), nil
	}
	return proposed, nil
}

// attributedTo returns the transition as done by a member of staff, for a reason.
func (t Transition) attributedTo(actor, reason string) Transition {
	if !t.Changes() {
		return t
	}
	t.Event.Actor, t.Event.Reason = actor, reason
	t.After.History = append(slices.Clip(t.Before.History), t.Event)
	return t
}
