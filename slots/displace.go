package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Decision says what becomes of a visit whose place a change of its desk
// group's calendar takes.
type Decision string

// The decisions.
const (
	Keep    Decision = "keep"    // it is received all the same
	CallOff Decision = "cancel"  // it does not take place
	Rebook  Decision = "propose" // its visitor is asked to choose another start
)

// Known reports whether d is one of the decisions.
func (d Decision) Known() bool { return d == Keep || d == CallOff || d == Rebook }

// ChangeOf is what a visitor can know of the change that a start has fallen
// to.
type ChangeOf struct {
	ID     string // of the change
	Reason catalog.Text
	// Waits says that the visitor has not chosen yet; otherwise the centre has
	// called the visit off.
	Waits bool
}

// Displaced reports whether a change took the place of the visit and its
// visitor has not chosen yet. Until then the visit keeps its start, and no
// cut-off keeps the visitor from another.
func (a Appointment) Displaced() bool { return a.Status == Booked && a.Change != nil && a.Change.Waits }

// Displace returns what becomes of a booked or requested visit whose place a
// change takes, by the decision d of the staff, and how the visit then stands
// with the change; actor is who decided. p is the place that is proposed when d
// is Rebook, nil for none. answer is how long the department has to answer a
// request.
//
// Whoever is asked to choose has until the earlier of the two starts; then the
// proposed place is given back. The version rises, so that nothing more is told
// of the start as it was.
func (a Appointment) Displace(
	d Decision, p *Proposal, c ChangeOf, actor string, answer time.Duration, now time.Time,
) (Transition, Outcome) {
	event := Event{At: now, Start: a.Start, Actor: actor, Reason: c.Reason.In(a.Lang)}
	after := a
	after.Change, after.Proposal = &c, nil
	switch {
	case d == Keep, d == Rebook && a.Status == Requested && p == nil: // its department has it before it, and answers
		return a.stays(), OutcomeKept
	case d == CallOff:
		after.Status, event.Kind = Cancelled, WasCancelled
		if a.Status == Requested {
			after.Status, event.Kind = Declined, WasDeclined
		}
		after.AnswerBy = time.Time{}
		return a.becomes(after, event), OutcomeCalledOff
	}
	c.Waits = true
	event.Kind = WasProposed
	if p != nil {
		proposal := *p
		event.Start = proposal.Start
		proposal.Expires = earlier(a.Start, proposal.Start)
		if a.Status == Requested {
			proposal.Expires = earlier(proposal.Expires, now.Add(max(answer, leastAnswer)))
			after.AnswerBy = earlier(proposal.Expires.Add(max(answer, leastAnswer)), a.Start)
		}
		after.Proposal = &proposal
	}
	after.Version++
	return a.becomes(after, event), OutcomeWaiting
}

// Restore returns the visit, or the request, received where it is after all,
// and how it then stands with the change: a later one has given it a place
// again. The version rises, so that nothing is told any more of the choice.
func (a Appointment) Restore(now time.Time) (Transition, Outcome) {
	return a.received(now), OutcomeRestored
}

// ApplyCall returns the displaced visit as the visitor decided in a call, and how
// it then stands with the change. It returns ErrNoProposal, ErrNotBooked or a
// *RuleError when that can't be any more, ErrChangeSettled when there is nothing
// left to settle.
func (a Appointment) ApplyCall(c Call, now time.Time) (t Transition, o Outcome, err error) {
	switch c.Outcome {
	case CallAccepts:
		t, err = a.Accept(now)
	case CallCancels:
		t, err = a.Cancel(nil, now)
	case CallKeeps:
		if !a.Displaced() || !now.Before(a.Start) {
			return Transition{}, "", ErrChangeSettled
		}
		t = a.received(now)
	case CallNotReached:
		t = a.stays()
	}
	return t.attributedTo(c.Actor, c.Note), c.result(), err
}

// received returns the visit, or the request, received where it is although a
// change has taken its place.
func (a Appointment) received(now time.Time) Transition {
	after := a
	after.Change, after.Proposal = nil, nil
	after.Version++
	return a.becomes(after, Event{Kind: WasRefused, At: now, Start: a.Start})
}

// Again reports whether a visit that has come to outcome, by an earlier change
// which took its place p, needs a decision once more when its date changes. It
// does where it was kept and its place has even fewer places now, or when what
// was proposed to its visitor was taken away (robbed).
func (o Outcome) Again(p Place, before, after scheduling.Day, robbed bool) bool {
	return robbed || o == OutcomeKept && p.shrinks(before, after)
}

// shrinks reports whether a tick of the place has fewer places after a change
// of its date than before.
func (p Place) shrinks(before, after scheduling.Day) bool {
	for tick := p.First; tick < p.First+p.Ticks; tick++ {
		if after.Places(tick) < before.Places(tick) {
			return true
		}
	}
	return false
}
