package postgres

import (
	"context"
	"database/sql"

	"github.com/lib/pq"

	"ziyara/slots"
)

// beforeAll is before the transactions of all events, those of a restored dump too
// (docs/OPERATIONS.md).
const beforeAll = -1 << 40

// followedRow is an event with how its visit was after it; without an event all but the first
// two are null.
type followedRow struct {
	Next       int64          `db:"next"`
	Database   int64          `db:"database"`
	Xid        sql.NullInt64  `db:"xid"`
	ID         sql.NullInt64  `db:"id"`
	Kind       sql.NullString `db:"kind"`
	At         sql.NullTime   `db:"at"`
	StartAt    sql.NullTime   `db:"start_at"`
	Kinds      pq.StringArray `db:"kinds"`
	OwnStartAt sql.NullTime   `db:"own_start_at"`
	Reference  sql.NullString `db:"reference"`
	Service    sql.NullString `db:"service"`
	Department sql.NullString `db:"department"`
	Branch     sql.NullString `db:"branch"`
}

func (r followedRow) event() slots.VisitEvent {
	kinds := make([]slots.EventKind, len(r.Kinds))
	for i, k := range r.Kinds {
		kinds[i] = slots.EventKind(k)
	}
	e := slots.VisitEvent{
		Position: slots.Position{Database: r.Database, Transaction: r.Xid.Int64, Event: r.ID.Int64},
		Kind:     slots.EventKind(r.Kind.String), At: r.At.Time.UTC(), Reference: slots.Reference(r.Reference.String),
		Service: r.Service.String, Department: r.Department.String, Branch: r.Branch.String, Start: r.OwnStartAt.Time.UTC(),
		Version: len(kinds), Status: slots.StatusAfter(kinds),
	}
	if e.Kind == slots.WasProposed && !r.StartAt.Time.Equal(r.OwnStartAt.Time) {
		e.Proposed = r.StartAt.Time.UTC()
	}
	return e
}

// Follow returns at most limit events of all visits after a position, the zero Position for
// the first ones, and the position after them. If they are as many as limit, the same call
// returns them for ever; if they are fewer, it may return more as soon as transactions that are under
// way now are over. It returns slots.ErrPosition.
func (s *Appointments) Follow(ctx context.Context, after slots.Position, limit int) (
	events []slots.VisitEvent, next slots.Position, err error,
) {
	from, rows := after.Transaction, []followedRow{}
	if from == 0 && after.Event == 0 {
		from = beforeAll
	}
	if err = s.pool().list(ctx, &rows, "appointments/follow", from, after.Event, limit); err != nil {
		return nil, after, err
	}
	first := rows[0]
	if after == (slots.Position{}) {
		after.Database = first.Database
	}
	if after.Database != first.Database || after.Transaction >= first.Next {
		return nil, after, slots.ErrPosition
	}
	if !first.ID.Valid {
		return nil, after, nil
	}
	events = make([]slots.VisitEvent, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, events[len(events)-1].Position, nil
}
