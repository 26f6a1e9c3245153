package slots

import (
	"time"

	"ziyara/catalog"
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
// change takes, by the decision d of the staff; actor is who decided. p is the
// place that is proposed when d is Rebook, nil for none. answer is how long the
// department has to answer a request.
//
// Whoever is asked to choose has until the earlier of the two starts; then the
// proposed place is given back. The version rises, so that nothing more is told
// of the start as it was.
func (a Appointment) Displace(d Decision, p *Proposal, c ChangeOf, actor string, answer time.Duration, now time.Time) Appointment {
	switch {
	case d == Keep:
		return a
	case d == CallOff:
		kind := WasCancelled
		if a.Status == Requested {
			kind = WasDeclined
			a.Status = Declined
		} else {
			a.Status = Cancelled
		}
		a.Change = &c
		return a.fallen(nil, Event{Kind: kind, At: now, Start: a.Start, Actor: actor, Reason: c.Reason.In(a.Lang)})
	case a.Status == Requested && p == nil:
		return a // its department has it before it, and answers
	}
	c.Waits = true
	event := Event{Kind: WasProposed, At: now, Start: a.Start, Actor: actor, Reason: c.Reason.In(a.Lang)}
	answerBy := a.AnswerBy
	if p != nil {
		proposal := *p
		event.Start = proposal.Start
		proposal.Expires = earlier(a.Start, proposal.Start)
		if a.Status == Requested {
			proposal.Expires = earlier(proposal.Expires, now.Add(max(answer, leastAnswer)))
			answerBy = earlier(proposal.Expires.Add(max(answer, leastAnswer)), a.Start)
		}
		p = &proposal
	}
	a.Change = &c
	a.Version++
	a = a.fallen(p, event)
	a.AnswerBy = answerBy
	return a
}

// Restore returns the visit, or the request, received where it is after all: a
// later change has given it a place again. The version rises, so that nothing
// is told any more of the choice.
func (a Appointment) Restore(now time.Time) Appointment {
	answerBy := a.AnswerBy
	a.Change = nil
	a.Version++
	a = a.fallen(nil, Event{Kind: WasRefused, At: now, Start: a.Start})
	a.AnswerBy = answerBy
	return a
}

// fallen returns the appointment with another proposal and one more event.
func (a Appointment) fallen(p *Proposal, e Event) Appointment {
	a.Proposal, a.AnswerBy = p, time.Time{}
	return a.with(e)
}
