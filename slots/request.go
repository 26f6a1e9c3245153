package slots

import (
	"slices"
	"time"

	"ziyara/catalog"
)

// Proposal is another start that a department offers for a request or a displaced
// visit. Its place is held until Expires.
type Proposal struct {
	ID      string // UUID of the hold
	Place   Place
	Start   time.Time // UTC
	End     time.Time // UTC, exclusive
	Expires time.Time // the first instant at which it can't be accepted
}

// stands reports whether the proposal can be accepted at now.
func (p *Proposal) stands(now time.Time) bool { return p != nil && now.Before(p.Expires) }

// Proposed returns the proposal that can be accepted at now, nil for none.
func (a Appointment) Proposed(now time.Time) *Proposal {
	if a.Status != Requested && !a.Displaced() || !a.Proposal.stands(now) {
		return nil
	}
	return a.Proposal
}

// waits reports whether the request waits for staff to answer at now.
func (a Appointment) waits(now time.Time) bool {
	return a.Status == Requested && now.Before(a.AnswerBy)
}

// Approve returns the request as a booked visit; a booked one stays as it is.
// actor is the member of staff who approves. It returns ErrUnaudited or
// ErrNotRequested.
func (a Appointment) Approve(actor string, now time.Time) (Transition, error) {
	switch {
	case actor == "":
		return Transition{}, ErrUnaudited
	case a.Status == Booked:
		return a.stays(), nil
	case !a.waits(now):
		return Transition{}, ErrNotRequested
	}
	return a.answered(Booked, Event{Kind: WasApproved, At: now, Actor: actor}), nil
}

// Decline returns the request declined; a declined one stays as it is. The
// visitor is shown the reason. It returns ErrUnaudited or ErrNotRequested.
func (a Appointment) Decline(actor, reason string, now time.Time) (Transition, error) {
	switch {
	case actor == "" || reason == "":
		return Transition{}, ErrUnaudited
	case a.Status == Declined:
		return a.stays(), nil
	case !a.waits(now):
		return Transition{}, ErrNotRequested
	}
	return a.answered(Declined, Event{Kind: WasDeclined, At: now, Actor: actor, Reason: reason}), nil
}

// Lapse returns the request with the default answer once the time to answer is
// over; anything else stays as it is. The request is approved if its service no
// longer asks for approval.
func (a Appointment) Lapse(approval catalog.Approval, now time.Time) Transition {
	switch {
	case a.Status != Requested || now.Before(a.AnswerBy):
		return a.stays()
	case approval.Default == catalog.Decline:
		return a.answered(Declined, Event{Kind: WasDeclined, At: now})
	}
	return a.answered(Booked, Event{Kind: WasApproved, At: now})
}

// answered returns the request with its answer s, at its own start.
func (a Appointment) answered(s Status, e Event) Transition {
	after := a
	after.Status, after.AnswerBy, after.Proposal, after.Change = s, time.Time{}, nil, nil
	e.Start = a.Start
	return a.becomes(after, e)
}

// leastAnswer is the time for an answer where the service has none (any longer).
const leastAnswer = time.Hour

// Propose returns the request with the proposal p, which replaces an earlier one.
// The visitor has the time answer to reply, and then the department has it once
// more; neither reaches past a start. The same proposal again changes nothing. It returns ErrUnaudited, ErrNotRequested or
// ErrSameStart.
func (a Appointment) Propose(p Proposal, actor string, answer time.Duration, now time.Time) (Transition, error) {
	switch {
	case actor == "":
		return Transition{}, ErrUnaudited
	case !a.waits(now):
		return Transition{}, ErrNotRequested
	case p.Start.Equal(a.Start):
		return Transition{}, ErrSameStart
	case a.Proposal.stands(now) && p.Start.Equal(a.Proposal.Start):
		return a.stays(), nil
	}
	answer = max(answer, leastAnswer)
	p.Expires = earlier(now.Add(answer), earlier(a.Start, p.Start))
	after := a
	after.AnswerBy = earlier(p.Expires.Add(answer), a.Start)
	after.Proposal = &p
	after.StartVersion++
	return a.becomes(after, Event{Kind: WasProposed, At: now, Start: p.Start, Actor: actor}), nil
}

// Accept returns the request, or the displaced visit, as a booked visit at the
// proposed start; one that was already accepted stays as it is. It returns
// ErrNoProposal.
func (a Appointment) Accept(now time.Time) (Transition, error) {
	p := a.Proposed(now)
	switch {
	case a.Status == Booked && !a.Displaced() && slices.ContainsFunc(a.History, func(e Event) bool { return e.Kind == WasAccepted }):
		return a.stays(), nil
	case p == nil:
		return Transition{}, ErrNoProposal
	}
	after := a
	after.Status, after.AnswerBy, after.Proposal, after.Change = Booked, time.Time{}, nil, nil
	after.Place, after.Start, after.End = p.Place, p.Start, p.End
	after.StartVersion++
	return a.becomes(after, Event{Kind: WasAccepted, At: now, Start: p.Start}), nil
}

// lastOf returns the latest event of the kinds, "" for none.
func (a Appointment) lastOf(kinds ...EventKind) EventKind {
	for _, e := range slices.Backward(a.History) {
		if slices.Contains(kinds, e.Kind) {
			return e.Kind
		}
	}
	return ""
}

// Refuse returns the request without its proposal and with a new deadline for the
// department; a displaced visit still needs another start. One that was already
// refused stays as it is. It returns ErrNoProposal.
func (a Appointment) Refuse(answer time.Duration, now time.Time) (Transition, error) {
	p := a.Proposed(now)
	switch {
	case (a.Status == Requested || a.Displaced()) && a.Proposal == nil && a.lastOf(WasProposed, WasRefused) == WasRefused:
		return a.stays(), nil
	case p == nil:
		return Transition{}, ErrNoProposal
	}
	after := a
	after.Proposal = nil
	if a.Status == Requested {
		after.AnswerBy = earlier(now.Add(max(answer, leastAnswer)), a.Start)
	}
	return a.becomes(after, Event{Kind: WasRefused, At: now, Start: a.Start}), nil
}
