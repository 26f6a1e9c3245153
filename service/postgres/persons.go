package postgres

import (
	"context"
	"time"

	"github.com/lib/pq"

	"ziyara/slots"
)

// countedRow is a visit or an entry with what its person is made of.
type countedRow struct {
	ID       string    `db:"id"`
	BranchID int64     `db:"branch_id"`
	EndAt    time.Time `db:"end_at"`
	Number   int64     `db:"number"`
	Person   string    `db:"person"`
	Kind     string    `db:"identity_kind"`
	Identity string    `db:"identity"`
	Mobile   string    `db:"mobile"`
}

// renewed returns the person for whom the row counts now, and whether it counts for
// the former one.
func (r countedRow) renewed(hidden slots.Pseudonym) (person string, former bool) {
	id := slots.Identity{Kind: slots.IdentityKind(r.Kind), Number: r.Identity}
	return string(slots.PersonOf(hidden, id, r.Mobile)), r.Person == string(slots.FormerPersonOf(hidden, id))
}

// VisitEnd is the position of a visit among those that count for their persons.
type VisitEnd struct {
	End time.Time
	ID  string // "" sorts before all visits
}

// RenewPersons makes visits that a former version of the program has counted for
// slots.FormerPersonOf count for slots.PersonOf: at most limit of them, after the
// given one. It returns the last of these visits, and how many were read.
func (s *Appointments) RenewPersons(ctx context.Context, hidden slots.Pseudonym, after VisitEnd, limit int) (VisitEnd, int, error) {
	if after.ID == "" {
		after.ID = lowestID
	}
	var rows []countedRow
	if err := s.pool().list(ctx, &rows, "appointments/counting", after.End, after.ID, limit); err != nil || len(rows) == 0 {
		return after, 0, err
	}
	var ids, former, persons pq.StringArray
	var branches pq.Int64Array
	for _, r := range rows {
		if person, is := r.renewed(hidden); is {
			ids, branches, former, persons = append(ids, r.ID), append(branches, r.BranchID), append(former, r.Person), append(persons, person)
		}
	}
	last := rows[len(rows)-1]
	if len(ids) > 0 {
		if _, err := s.pool().exec(ctx, "appointments/save_persons", ids, branches, former, persons); err != nil {
			return after, 0, err
		}
	}
	return VisitEnd{last.EndAt, last.ID}, len(rows), nil
}

// RenewPersons does the same for entries that wait, after the one with a number.
func (s *Waitlist) RenewPersons(ctx context.Context, hidden slots.Pseudonym, after int64, limit int) (last int64, read int, err error) {
	var rows []countedRow
	if err = s.pool().list(ctx, &rows, "waitlist/counting", after, limit); err != nil || len(rows) == 0 {
		return after, 0, err
	}
	var numbers pq.Int64Array
	var former, persons pq.StringArray
	for _, r := range rows {
		if person, is := r.renewed(hidden); is {
			numbers, former, persons = append(numbers, r.Number), append(former, r.Person), append(persons, person)
		}
	}
	if len(numbers) > 0 {
		if _, err = s.pool().exec(ctx, "waitlist/save_persons", numbers, former, persons); err != nil {
			return after, 0, err
		}
	}
	return rows[len(rows)-1].Number, len(rows), nil
}
