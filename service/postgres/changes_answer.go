package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/slots"
)

// Answer notes what came of a call to the visitor of an affected visit, and does
// what the visitor has said. The same again changes nothing. It returns
// slots.ErrUnknownChange, slots.ErrNotAffected, slots.ErrNotCarriedOut,
// slots.ErrChangeSettled, slots.ErrNoProposal, slots.ErrPersonBusy,
// slots.ErrNotBooked, a *slots.RuleError or a *slots.VisitorError.
func (m *Changes) Answer(ctx context.Context, id string, r slots.Reference, c slots.Call, now time.Time) error {
	row, err := m.store.pool().affectedBy(ctx, id, r)
	if err != nil {
		return err
	}
	if open, err := c.Open(row.Outcome); err != nil || !open {
		return err
	}
	if c.Outcome == slots.CallNotReached {
		n, err := m.store.pool().exec(ctx, "changes/called", id, row.ID, now, null(c.Note))
		if err == nil && n == 0 {
			return slots.ErrChangeSettled // a moment ago
		}
		return err
	}
	_, err = m.store.change(ctx, r, func(a slots.Appointment) (slots.Appointment, error) {
		if a.Change == nil || a.Change.ID != id {
			return a, slots.ErrChangeSettled // a moment ago
		}
		return a.Settle(c, now)
	}, func(q session, before, after slots.Appointment) error {
		return q.settleCall(ctx, id, before, after, c, now)
	})
	return err
}

// settleCall writes what a visitor has said in a call.
func (q session) settleCall(ctx context.Context, id string, before, after slots.Appointment, c slots.Call, now time.Time) error {
	var err error
	switch c.Outcome {
	case slots.CallAccepts:
		err = q.settleRequest(ctx, before, after)
	case slots.CallKeeps:
		err = q.settleDisplaced(ctx, id, before, after, slots.OutcomeKept, now)
	case slots.CallCancels:
		err = q.settleDisplaced(ctx, id, before, after, slots.OutcomeCancelled, now)
	case slots.CallNotReached:
	}
	if err != nil || c.Note == "" {
		return err
	}
	_, err = q.exec(ctx, "changes/note_call", id, before.ID, c.Note)
	return err
}

// settleDisplaced writes a displaced visit that stays where it is, or is
// cancelled.
func (q session) settleDisplaced(ctx context.Context, id string, before, after slots.Appointment,
	outcome slots.Outcome, now time.Time,
) error {
	back, err := q.endProposal(ctx, before)
	if err != nil {
		return err
	}
	if !after.Status.TakesPlace() {
		back = append(back, before.Place)
	}
	if err = q.settle(ctx, back); err != nil {
		return err
	}
	row := newDisplaceRow(&affectedVisit{Appointment: before}, after)
	row.Outcome, row.Answered, row.By = string(outcome), &now, row.Actor
	return q.displace(ctx, id, []displaceRow{row}, now)
}

// affectedByRow is how it stands between a change and a visit.
type affectedByRow struct {
	ID      string        `db:"id"`
	Outcome slots.Outcome `db:"state"`
}

func (q session) affectedBy(ctx context.Context, id string, r slots.Reference) (affectedByRow, error) {
	var row affectedByRow
	err := q.get(ctx, &row, "changes/affected_by", id, string(r))
	switch {
	case noID(err):
		return row, slots.ErrUnknownChange
	case errors.Is(err, sql.ErrNoRows):
		return row, slots.ErrNotAffected
	}
	return row, err
}
