package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/slots"
)

// visitRow is a visit in a list for staff.
type visitRow struct {
	ID           string         `db:"id"`
	Reference    string         `db:"reference"`
	Status       string         `db:"status"`
	Service      string         `db:"service"`
	Branch       string         `db:"branch"`
	StartAt      time.Time      `db:"start_at"`
	EndAt        time.Time      `db:"end_at"`
	Party        int            `db:"party"`
	Channel      string         `db:"channel"`
	CreatedAt    time.Time      `db:"created_at"`
	AnswerBy     sql.NullTime   `db:"answer_by"`
	Version      int            `db:"version"`
	Needs        pq.StringArray `db:"needs"`
	VisitorName  string         `db:"visitor_name"`
	IdentityKind sql.NullString `db:"identity_kind"`
	Identity     string         `db:"identity"`
	Mobile       sql.NullString `db:"mobile"`
	Lang         string         `db:"lang"`
	ByName       sql.NullString `db:"representative_name"`
}

func (r visitRow) appointment(v *vault) (slots.Appointment, error) {
	who, err := v.open(visitsTable, r.ID, personal{Name: r.VisitorName, Number: r.Identity, Mobile: r.Mobile.String, ByName: r.ByName.String})
	a := slots.Appointment{
		ID: r.ID, Reference: slots.Reference(r.Reference), Status: slots.Status(r.Status),
		Service: r.Service, Branch: r.Branch, Start: r.StartAt.UTC(), End: r.EndAt.UTC(),
		Party: r.Party, Channel: catalog.Channel(r.Channel), Created: r.CreatedAt.UTC(), AnswerBy: utc(r.AnswerBy),
		Version: r.Version, Needs: r.Needs, Mobile: who.Mobile, Lang: r.Lang,
		Visitor: slots.Visitor{
			Name:     who.Name,
			Identity: slots.Identity{Kind: slots.IdentityKind(r.IdentityKind.String), Number: who.Number},
		},
	}
	if who.ByName != "" {
		a.Representative = &slots.Representative{Name: who.ByName}
	}
	return a, err
}

// Visits returns a page of visits for a list: without places and history, and with
// only the name of a representative.
func (s *Appointments) Visits(ctx context.Context, q slots.VisitQuery) ([]slots.Appointment, error) {
	after := slots.VisitKey{ID: lowestID}
	if q.After.ID != "" {
		after = q.After
	}
	plain, hashed := s.vault.namePatterns(q.Name)
	arguments := []any{
		slugs(q.Departments), slugs(q.Branches), null(q.Department), null(q.Branch), null(q.Service), nullDate(q.From), nullDate(q.To),
		null(string(q.Status)), null(string(q.Channel)), plain, after.Start, after.ID, q.Limit, hashed,
	}
	name := "appointments/list"
	if of := q.Of; of != nil {
		name = "appointments/of_person"
		arguments = append(arguments, null(string(of.Reference)), s.vault.spellings(ofMobile, of.Mobile),
			s.vault.spellings(ofIdentity, of.Identity.Number), s.vault.spellings(ofRepresentative, of.Representative))
	}
	var rows []visitRow
	if err := s.pool().list(ctx, &rows, name, arguments...); err != nil {
		return nil, err
	}
	visits := make([]slots.Appointment, len(rows))
	for i, r := range rows {
		var err error
		if visits[i], err = r.appointment(&s.vault); err != nil {
			return nil, err
		}
	}
	return visits, nil
}
