package postgres

import (
	"context"
	"database/sql"
	"time"

	"github.com/lib/pq"

	"ziyara/notify"
	"ziyara/slots"
)

// listedRow is a change with the outcomes of the visits that it affects.
type listedRow struct {
	changeRow
	DeskGroups  pq.StringArray                `db:"desk_groups"`
	Departments pq.StringArray                `db:"departments"`
	Visits      jsonOf[map[slots.Outcome]int] `db:"visits"`
}

func (r *listedRow) listed() slots.Change {
	c := r.change()
	c.DeskGroups, c.Departments, c.Visits = r.DeskGroups, r.Departments, r.Visits.v
	return c
}

// Find returns a change with its state at now, or slots.ErrUnknownChange.
func (m *Changes) Find(ctx context.Context, id string, now time.Time) (slots.Change, error) {
	var rows []listedRow
	if !isID(id) {
		return slots.Change{}, slots.ErrUnknownChange
	}
	switch err := m.pool().list(ctx, &rows, "changes/list", nil, nil, id, nil, nil, now, 1); {
	case err != nil:
		return slots.Change{}, err
	case len(rows) == 0:
		return slots.Change{}, slots.ErrUnknownChange
	}
	return rows[0].listed(), nil
}

// List returns a page of changes with their state at now, the newest first.
func (m *Changes) List(ctx context.Context, q slots.ChangeQuery, now time.Time) ([]slots.Change, error) {
	var rows []listedRow
	err := m.pool().list(ctx, &rows, "changes/list", slugs(q.Departments), null(q.DeskGroup), nil,
		nullTime(q.Created), null(q.ID), now, q.Limit)
	if err != nil {
		return nil, err
	}
	list := make([]slots.Change, len(rows))
	for i := range rows {
		list[i] = rows[i].listed()
	}
	return list, nil
}

// Affected returns a page of the visits that a change affects, with their state at
// now, by the start that they lose.
func (m *Changes) Affected(ctx context.Context, q slots.AffectedQuery, now time.Time) ([]slots.AffectedVisit, error) {
	var rows []struct {
		ID        string         `db:"id"`
		Reference string         `db:"reference"`
		Status    string         `db:"status"`
		Service   string         `db:"service"`
		Branch    string         `db:"branch"`
		Visitor   string         `db:"visitor_name"`
		Mobile    sql.NullString `db:"mobile"`
		Lang      string         `db:"lang"`
		Party     int            `db:"party"`
		Start     time.Time      `db:"start_at"`
		Now       time.Time      `db:"now_at"`
		Decision  string         `db:"decision"`
		Outcome   string         `db:"outcome"`
		Proposed  sql.NullTime   `db:"proposed_at"`
		Until     sql.NullTime   `db:"held_until"`
		Answered  sql.NullTime   `db:"answered_at"`
		By        sql.NullString `db:"answered_by"`
		Calls     int            `db:"calls"`
		Called    sql.NullTime   `db:"called_at"`
		Note      sql.NullString `db:"note"`
		Message   sql.NullString `db:"message"`
	}
	err := m.pool().list(ctx, &rows, "changes/list_affected", q.Change, null(string(q.Outcome)), nullTime(q.Start), null(q.ID),
		now, q.Limit, null(string(q.Reference)), pq.Array(names(notify.ChangeKinds())))
	if err != nil {
		return nil, err
	}
	list := make([]slots.AffectedVisit, len(rows))
	for i, r := range rows {
		who, err := m.vault.open(visitsTable, r.ID, personal{Name: r.Visitor, Mobile: r.Mobile.String})
		if err != nil {
			return nil, err
		}
		note, err := m.vault.openText(notesTable, r.ID, r.Note.String)
		if err != nil {
			return nil, err
		}
		list[i] = slots.AffectedVisit{
			ID:         r.ID,
			Reference:  slots.Reference(r.Reference),
			Status:     slots.Status(r.Status),
			Service:    r.Service,
			Branch:     r.Branch,
			Visitor:    who.Name,
			Mobile:     who.Mobile,
			Lang:       r.Lang,
			Party:      r.Party,
			Start:      r.Start.UTC(),
			Now:        r.Now.UTC(),
			Decision:   slots.Decision(r.Decision),
			Outcome:    slots.Outcome(r.Outcome),
			Proposed:   utc(r.Proposed),
			Until:      utc(r.Until),
			Answered:   utc(r.Answered),
			AnsweredBy: r.By.String,
			Calls:      r.Calls,
			Called:     utc(r.Called),
			Note:       note,
			Message:    r.Message.String,
		}
	}
	return list, nil
}

// PurgeDrafts removes drafts that ended before an instant, at most limit of
// them, and returns how many.
func (m *Changes) PurgeDrafts(ctx context.Context, before time.Time, limit int) (int, error) {
	return m.pool().exec(ctx, "changes/purge_drafts", before, limit)
}
