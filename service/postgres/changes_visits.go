package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ziyara/scheduling"
	"ziyara/slots"
)

// affectedVisit is a visit that loses its place in a change, with the decision about
// it.
type affectedVisit struct {
	slots.Appointment
	decision slots.Decision
	outcome  slots.Outcome
	held     *slots.Proposal // the place that is held for it, nil for none
	unused   []string        // holds for it that are not needed any more

	person slots.Person
	until  scheduling.Date // last acceptable date; 0 for any
	answer time.Duration   // how long its department may take to answer a request
}

// seeks reports whether another place is needed for the visit, and none is held.
func (v *affectedVisit) seeks() bool { return v.decision == slots.Rebook && v.held == nil }

// affectedRow is what changes/affected_visits.sql reads.
type affectedRow struct {
	appointmentRow
	ApprovalHours int            `db:"approval_hours"`
	Decision      sql.NullString `db:"decision"`
	Outcome       sql.NullString `db:"outcome"`
	Hold          sql.NullString `db:"hold_id"`
	Draft         []byte         `db:"draft"`
}

// affectedVisits returns those of the visits with the IDs that are still ahead, with
// the decisions that a change ("" for none) has planned for them, the oldest bookings
// first.
func (q session) affectedVisits(ctx context.Context, ids []string, change string, now time.Time) ([]affectedVisit, error) {
	var rows []affectedRow
	if len(ids) == 0 {
		return nil, nil
	}
	if err := q.list(ctx, &rows, "changes/affected_visits", pq.Array(ids), null(change), now); err != nil {
		return nil, err
	}
	visits := make([]affectedVisit, len(rows))
	for i, r := range rows {
		a, err := r.appointment(&q.store.vault)
		if err != nil {
			return nil, err
		}
		v := affectedVisit{
			Appointment: a, person: slots.Person(r.Person.String), answer: time.Duration(r.ApprovalHours) * time.Hour,
			decision: slots.Decision(r.Decision.String), outcome: slots.Outcome(r.Outcome.String),
		}
		if a.Representative != nil {
			v.until = a.Representative.Expires
		}
		if v.held, err = proposal(r.Draft); err != nil {
			return nil, err
		}
		if v.held != nil && v.held.Place.Count != a.Place.Count { // the party has changed since
			v.unused, v.held = append(v.unused, v.held.ID), nil
		}
		if a.Proposal != nil { // of an earlier change
			v.unused = append(v.unused, a.Proposal.ID)
		}
		visits[i] = v
	}
	return visits, nil
}

// lockVisits locks appointments until the transaction ends.
func (q session) lockVisits(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	var locked []string
	return q.list(ctx, &locked, "changes/lock_visits", pq.Array(ids))
}
