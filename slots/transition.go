package slots

import (
	"slices"
	"time"
)

// Transition is what a decision makes of an appointment, and of its places.
// Without an event nothing changes: After is Before.
type Transition struct {
	Before, After Appointment
	Event         Event // also the last of After's history

	// Takes is the place that the ledger has to give for it; nil for none.
	Takes *Wanted
	// BackAt is when the place that is left is offered again; zero for at once.
	BackAt time.Time
	// GivenUp says that it counts among what the person has given up
	// (catalog.Rebooking).
	GivenUp bool
}

// stays returns the transition that changes nothing.
func (a Appointment) stays() Transition { return Transition{Before: a, After: a} }

// becomes returns the transition of a to after by the event e, which gets the
// version that the appointment has then.
func (a Appointment) becomes(after Appointment, e Event) Transition {
	e.Version = after.Version
	after.History = append(slices.Clip(a.History), e)
	return Transition{Before: a, After: after, Event: e}
}

// Changes reports whether anything has happened.
func (t Transition) Changes() bool { return t.Event.Kind != "" }

// Leaves reports whether the place of Before is given back, at once or later.
func (t Transition) Leaves() bool {
	return !t.After.Status.TakesPlace() || t.After.Place != t.Before.Place
}

// Back returns the places that are given back at once. proposed are those of
// the proposal of Before, whose hold has just been ended: none when it had none,
// or its hold had ended already. It returns ErrNoProposal when that was to be
// accepted.
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
