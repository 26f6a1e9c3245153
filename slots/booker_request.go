package slots

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ziyara/catalog"
)

// approval returns the approval rules of the appointment's service.
func (b *Booker) approval(a Appointment) catalog.Approval {
	if s, ok := b.centre.Service(a.Service); ok {
		return s.Approval
	}
	return catalog.Approval{}
}

// Approve turns a request into a booked visit. actor is the member of staff who
// approves. Approving again changes nothing. It returns fault.ErrNotFound, ErrUnaudited or
// ErrNotRequested.
func (b *Booker) Approve(ctx context.Context, r Reference, actor string, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) { return a.Approve(actor, now) })
}

// Decline turns a request down and gives its place back; the visitor is shown
// the reason. Declining again changes nothing. It returns fault.ErrNotFound,
// ErrUnaudited or ErrNotRequested.
func (b *Booker) Decline(ctx context.Context, r Reference, actor, reason string, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) { return a.Decline(actor, reason, now) })
}

// Propose offers the visitor another start, at the same branch, and holds its
// place beside the first one. The same proposal again changes nothing; another
// one replaces it. It returns fault.ErrNotFound,
// ErrUnaudited, ErrNotRequested, ErrSameStart, a *RuleError, a *TakenError or
// the errors of centre.Snapshot.Desk.
func (b *Booker) Propose(ctx context.Context, r Reference, start time.Time, actor string, now time.Time) (a Appointment, err error) {
	err = b.fresh(ctx, func() error {
		a, err = b.propose(ctx, r, start, actor, now)
		return err
	})
	return a, err
}

func (b *Booker) propose(ctx context.Context, r Reference, start time.Time, actor string, now time.Time) (Appointment, error) {
	current, err := b.store.FindReference(ctx, r)
	if err != nil {
		return Appointment{}, err
	}
	// Check whether anything can be proposed before checking the start.
	service, group, err := b.centre.Desk(current.Service, current.Branch)
	if err != nil {
		return Appointment{}, err
	}
	answer := service.Approval.Answer
	if _, err = current.Propose(Proposal{Start: start}, actor, answer, now); err != nil {
		return Appointment{}, err
	}
	to, err := targetOf(service, group, current.Party, current.Channel, start, now, stillKnown(service, current.Needs)...)
	if err != nil {
		return Appointment{}, err
	}
	p := Proposal{ID: b.newID(), Place: to.wanted.Place, Start: to.start, End: to.end}
	decide := func(a Appointment) (Transition, error) {
		t, err := a.Propose(p, actor, answer, now)
		t.Takes = &to.wanted
		return t, err
	}
	var proposed Appointment
	err = b.take(ctx, &to, now, func() error {
		proposed, err = b.store.Change(ctx, r, decide)
		return err
	})
	return proposed, err
}

// Accept books the visit at the start that the department proposed, for a
// request or for a visit whose place a change took. Accepting again changes
// nothing. It returns fault.ErrNotFound, ErrNoProposal, ErrPersonBusy or a
// *VisitorError.
func (b *Booker) Accept(ctx context.Context, r Reference, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) { return a.Accept(now) })
}

// Refuse gives the proposed place back; the request keeps the start that it asks
// for. Refusing again changes nothing. It returns fault.ErrNotFound or
// ErrNoProposal.
func (b *Booker) Refuse(ctx context.Context, r Reference, now time.Time) (Appointment, error) {
	return b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
		return a.Refuse(b.approval(a).Answer, now)
	})
}

// LapseRequests gives the default answer to at most limit requests whose time
// for an answer is over, and returns how many it answered. A failure does not
// hold up the others.
func (b *Booker) LapseRequests(ctx context.Context, now time.Time, limit int) (int, error) {
	due, err := b.store.DueRequests(ctx, now, limit)
	if err != nil {
		return 0, err
	}
	lapsed := 0
	var failed []error
	for _, r := range due {
		_, err := b.store.Change(ctx, r, func(a Appointment) (Transition, error) {
			return a.Lapse(b.approval(a), now), nil
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("answer by default: %w", err))
			continue
		}
		lapsed++
	}
	return lapsed, errors.Join(failed...)
}
