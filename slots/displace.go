package slots

import (
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Decision is what staff decide about a visit that loses its place through a
// change of its desk group's calendar.
type Decision string

// The decisions.
const (
	Keep    Decision = "keep"    // it takes place as booked
	CallOff Decision = "cancel"  // it does not take place
	Rebook  Decision = "propose" // the visitor is asked to choose another start
)

// Known reports whether d is one of the decisions.
func (d Decision) Known() bool { return d == Keep || d == CallOff || d == Rebook }

// ChangeOf is what a visitor may know of the change that took the place of their
// visit.
type ChangeOf struct {
	ID     string // of the change
	Reason catalog.Text
	// Waits is true while the visitor has not chosen; otherwise the centre
	// called the visit off.
	Waits bool
}

// Displaced reports whether a change took the place of the visit and the visitor
// has not chosen yet. Until then the visit keeps its start, and no cut-off
// applies to choosing another.
func (a Appointment) Displaced() bool { return a.Status == Booked && a.Change != nil && a.Change.Waits }

// Displace carries out the decision d of the staff for a booked or requested
// visit whose place a change takes, and returns the visit's outcome; actor is
// who decided. p is the proposed place when d is Rebook, nil for none. answer is
// how long the department has to answer a request.
//
// A visitor who is asked to choose has until the earlier of the two starts; then
// the proposed place is given back. The version rises, so that messages about
// the old start are no longer sent.
func (a Appointment) Displace(
	d Decision, p *Proposal, c ChangeOf, actor string, answer time.Duration, now time.Time,
) (Transition, Outcome) {
	event := Event{At: now, Start: a.Start, Actor: actor, Reason: c.Reason.In(a.Lang)}
	after := a
	after.Change, after.Proposal = &c, nil
	switch {
	case d == Keep, d == Rebook && a.Status == Requested && p == nil: // the department will answer it anyway
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
	after.StartVersion++
	return a.becomes(after, event), OutcomeWaiting
}

// Restore returns the visit or request kept where it is, and its outcome: a later
// change gave the place back. The version rises, so that messages about the
// choice are no longer sent.
func (a Appointment) Restore(now time.Time) (Transition, Outcome) {
	return a.received(now), OutcomeRestored
}

// ApplyCall returns the displaced visit as the visitor decided in a call, and its
// outcome. It returns ErrNoProposal, ErrNotBooked or a *RuleError when that is no
// longer possible, and ErrChangeSettled when nothing is left to decide.
func (a Appointment) ApplyCall(c Call, now time.Time) (t Transition, o Outcome, err error) {
	switch c.Outcome {
	case CallAccepts:
		t, err = a.Accept(now)
	case CallCancels:
		t, err = a.Cancel(nil, "", now)
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

// received returns the visit or request kept where it is, although a change took
// its place.
func (a Appointment) received(now time.Time) Transition {
	after := a
	after.Change, after.Proposal = nil, nil
	after.StartVersion++
	return a.becomes(after, Event{Kind: WasRefused, At: now, Start: a.Start})
}

// Again reports whether a visit with outcome o of an earlier change, which took
// its place p, needs another decision when its date changes. It does when it was
// kept and p has even fewer places now, or when the place proposed to its
// visitor was taken away (robbed).
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
