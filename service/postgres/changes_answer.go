package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/slots"
)

// Answer records the outcome of a call to the visitor of an affected visit, and
// carries out the visitor's answer. Repeating it changes nothing. It returns
// slots.ErrUnknownChange, slots.ErrNotAffected, slots.ErrNotCarriedOut,
// slots.ErrChangeSettled, slots.ErrNoProposal, slots.ErrPersonBusy,
// slots.ErrNotBooked, a *slots.RuleError or a *slots.VisitorError.
func (m *Changes) Answer(ctx context.Context, id string, r slots.Reference, c slots.Call, now time.Time) error {
	row, err := m.pool().affectedBy(ctx, id, r)
	if err != nil {
		return err
	}
	if open, err := c.Open(row.Outcome); err != nil || !open {
		return err
	}
	if c.Outcome == slots.CallNotReached {
		note, err := m.vault.keepText(notesTable, row.ID, c.Note)
		if err != nil {
			return err
		}
		n, err := m.pool().exec(ctx, "changes/called", id, row.ID, now, null(note))
		if err == nil && n == 0 {
			return slots.ErrChangeSettled // a moment ago
		}
		return err
	}
	var outcome slots.Outcome
	_, err = m.change(ctx, r, func(a slots.Appointment) (t slots.Transition, err error) {
		if a.Change == nil || a.Change.ID != id {
			return t, slots.ErrChangeSettled // a moment ago
		}
		t, outcome, err = a.ApplyCall(c, now)
		return t, err
	}, func(q session, t slots.Transition) error {
		return q.writeCall(ctx, id, t, outcome, c)
	})
	return err
}

// writeCall writes the outcome of a displaced visit after a call to its visitor.
func (q session) writeCall(ctx context.Context, id string, t slots.Transition, outcome slots.Outcome, c slots.Call) error {
	err := q.exchangeFor(ctx, t)
	switch {
	case err != nil:
		return err
	case outcome == slots.OutcomeAccepted: // the event sets the outcome of the visit in the change
		err = q.writeTransition(ctx, t)
	default:
		err = q.displace(ctx, id, []displaceRow{newCallRow(t, outcome)}, t.Event.At)
	}
	if err != nil || c.Note == "" {
		return err
	}
	note, err := q.store.vault.keepText(notesTable, t.Before.ID, c.Note)
	if err == nil {
		_, err = q.exec(ctx, "changes/note_call", id, t.Before.ID, note)
	}
	return err
}

// newCallRow returns the row of a displaced visit that stays where it is, or is
// cancelled, after a call to its visitor.
func newCallRow(t slots.Transition, outcome slots.Outcome) displaceRow {
	row := newDisplaceRow(t, outcome)
	row.Answered, row.By = &t.Event.At, row.Actor
	return row
}

// affectedByRow is the state of a visit in a change.
type affectedByRow struct {
	ID      string        `db:"id"`
	Outcome slots.Outcome `db:"state"`
}

func (q session) affectedBy(ctx context.Context, id string, r slots.Reference) (affectedByRow, error) {
	var row affectedByRow
	if !isID(id) {
		return row, slots.ErrUnknownChange
	}
	err := q.get(ctx, &row, "changes/affected_by", id, string(r))
	if errors.Is(err, sql.ErrNoRows) {
		err = slots.ErrNotAffected
	}
	return row, err
}
