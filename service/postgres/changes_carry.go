package postgres

import (
	"context"
	"time"

	"github.com/lib/pq"

	"ziyara/slots"
)

// displaceRow is what changes/displace.sql reads: the outcome of a visit. Without a
// Kind the visit stays as it is.
type displaceRow struct {
	ID       string     `json:"id"`
	Status   string     `json:"status"`
	Version  int        `json:"version"`
	AnswerBy *time.Time `json:"answer_by"`
	Kind     *string    `json:"kind"`
	Start    time.Time  `json:"event_start"`
	Actor    *string    `json:"actor"`
	Reason   *string    `json:"reason"`
	Message  *string    `json:"message"`
	Expires  *time.Time `json:"expires_at"` // of the message
	Outcome  string     `json:"outcome"`
	Answered *time.Time `json:"answered_at"`
	By       *string    `json:"answered_by"`
	Note     *string    `json:"note"`
	Hold     *string    `json:"hold_id"`
	Proposed *time.Time `json:"proposed_at"`
}

// proposedRow is what changes/propose_holds.sql reads.
type proposedRow struct {
	ID      string    `json:"id"`
	Visit   string    `json:"visit"`
	Expires time.Time `json:"expires_at"`
}

// carryOut carries out the decisions of a change about visits, which are locked: it
// holds the other places that were found, gives back those that are not needed any more, and writes
// history and messages. It takes a dozen statements for any number of visits.
func (q session) carryOut(ctx context.Context, o others, c slots.Change, visits []affectedVisit, now time.Time) error {
	if err := q.holdOthers(ctx, o, visits); err != nil {
		return err
	}
	of := slots.ChangeOf{ID: c.ID, Reason: c.Reason}
	rows := make([]displaceRow, 0, len(visits))
	var proposed []proposedRow
	var back []slots.Place
	var unused []string
	for i := range visits {
		v := &visits[i]
		if v.held != nil && v.decision != slots.Rebook {
			unused = append(unused, v.held.ID)
			v.held = nil
		}
		t, outcome := v.Displace(v.decision, v.held, of, c.Actor, v.answer, now)
		if t.Leaves() {
			back = append(back, v.Place)
		}
		if p := t.After.Proposal; v.held != nil && p != nil {
			proposed = append(proposed, proposedRow{p.ID, v.ID, p.Expires})
		}
		unused = append(unused, v.unused...)
		rows = append(rows, newDisplaceRow(t, outcome))
	}
	if err := q.endHoldsFor(ctx, unused, back); err != nil {
		return err
	}
	if len(proposed) > 0 {
		if _, err := q.exec(ctx, "changes/propose_holds", asJSON(proposed)); err != nil {
			return err
		}
	}
	return q.displace(ctx, c.ID, rows, now)
}

// restore lets visits take place where they were after all. They are locked. It
// leaves out visits whose visitors have answered meanwhile.
func (q session) restore(ctx context.Context, change string, visits []affectedVisit, now time.Time) error {
	var rows []displaceRow
	var unused []string
	for i := range visits {
		v := &visits[i]
		if v.outcome != slots.OutcomeWaiting {
			continue
		}
		v.Change = &slots.ChangeOf{ID: change, Waits: true}
		row := newDisplaceRow(v.Restore(now))
		rows, unused = append(rows, row), append(unused, v.unused...)
	}
	if err := q.endHoldsFor(ctx, unused, nil); err != nil {
		return err
	}
	return q.displace(ctx, change, rows, now)
}

// displace writes the outcomes of visits in a change.
func (q session) displace(ctx context.Context, change string, rows []displaceRow, now time.Time) error {
	if len(rows) == 0 {
		return nil
	}
	_, err := q.exec(ctx, "changes/displace", change, asJSON(rows), now)
	return err
}

// endHoldsFor ends those of the holds that still exist, and gives back their places
// together with back.
func (q session) endHoldsFor(ctx context.Context, holds []string, back []slots.Place) error {
	if len(holds) > 0 {
		var rows []placeRow
		if err := q.list(ctx, &rows, "changes/end_holds", pq.Array(holds)); err != nil {
			return err
		}
		back = append(back, places(rows)...)
	}
	return q.giveBack(ctx, back)
}

// newDisplaceRow returns the row of a visit after a transition, with its outcome in
// the change.
func newDisplaceRow(t slots.Transition, outcome slots.Outcome) displaceRow {
	a, e := t.After, t.Event
	row := displaceRow{ID: a.ID, Status: string(a.Status), Version: a.StartVersion, Start: a.Start, Outcome: string(outcome)}
	if !a.AnswerBy.IsZero() {
		row.AnswerBy = &a.AnswerBy
	}
	if !t.Changes() {
		return row
	}
	row.Kind, row.Start = optional(string(e.Kind)), e.Start
	row.Actor, row.Reason = optional(e.Actor), optional(e.Reason)
	if n := told(t); n.Kind != "" {
		row.Message, row.Expires = optional(string(n.Kind)), &n.Expires
	}
	if p := a.Proposal; p != nil {
		row.Hold, row.Proposed = &p.ID, &p.Start
	}
	return row
}
