package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/slots"
)

// changeRow is a row of changes.
type changeRow struct {
	ID        string               `db:"id"`
	State     string               `db:"state"`
	List      sql.NullString       `db:"holiday_list"`
	Edit      []byte               `db:"edit"`
	Decision  string               `db:"decision"`
	Reason    jsonOf[catalog.Text] `db:"reason"`
	Actor     string               `db:"actor"`
	Created   time.Time            `db:"created_at"`
	Expires   sql.NullTime         `db:"expires_at"`
	Applied   sql.NullTime         `db:"applied_at"`
	Finished  sql.NullTime         `db:"finished_at"`
	DeskGroup sql.NullString       `db:"desk_group"` // of one plan
}

func (r *changeRow) change() slots.Change {
	return slots.Change{
		ID: r.ID, State: slots.ChangeState(r.State), HolidayList: r.List.String, Edit: r.Edit,
		Decision: slots.Decision(r.Decision), Reason: r.Reason.v, Actor: r.Actor, Created: r.Created.UTC(),
		Expires: utc(r.Expires), Applied: utc(r.Applied), Finished: utc(r.Finished),
	}
}

// applied returns the request that applies the draft: with the draft's edit, and its
// reason unless the request has one. It returns slots.ErrUnknownChange if the draft
// is of another desk group or list than the request.
func (r *changeRow) applied(request slots.ChangeRequest) (slots.ChangeRequest, error) {
	if request.List != r.List.String || request.List == "" && request.DeskGroup != r.DeskGroup.String {
		return request, slots.ErrUnknownChange
	}
	if request.Reason == (catalog.Text{}) {
		request.Reason = r.Reason.v
	}
	if request.List != "" {
		return request, json.Unmarshal(r.Edit, &request.Holidays)
	}
	return request, json.Unmarshal(r.Edit, &request.Edit)
}

// over reports whether a draft was applied before. It returns slots.ErrDraftOver for
// one that is dropped at now.
func (r *changeRow) over(now time.Time) (bool, error) {
	switch r.change().Stands(now) {
	case slots.ChangeRunning, slots.ChangeApplied:
		return true, nil
	case slots.ChangeDropped:
		return false, slots.ErrDraftOver
	case slots.ChangeDrafted:
	}
	return false, nil
}

// readChange returns a change, or slots.ErrUnknownChange. The statement may lock it.
func (q session) readChange(ctx context.Context, statement, id string) (*changeRow, error) {
	var row changeRow
	if !isID(id) {
		return nil, slots.ErrUnknownChange
	}
	err := q.get(ctx, &row, statement, id)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, slots.ErrUnknownChange
	}
	return &row, err
}

// planned returns the decisions that a draft has planned.
func (q session) planned(ctx context.Context, id string) (map[slots.Reference]slots.Decision, error) {
	var rows []struct {
		Reference slots.Reference `db:"reference"`
		Decision  slots.Decision  `db:"decision"`
	}
	if err := q.list(ctx, &rows, "changes/draft_visits", id); err != nil {
		return nil, err
	}
	planned := make(map[slots.Reference]slots.Decision, len(rows))
	for _, r := range rows {
		planned[r.Reference] = r.Decision
	}
	return planned, nil
}

// addChange adds a change with the desk groups that it affects.
func (q session) addChange(ctx context.Context, c slots.Change, r slots.ChangeRequest, groups []edited) error {
	document, err := r.Document()
	if err != nil {
		return err
	}
	type row struct {
		Group   int   `json:"desk_group_id"`
		Version int64 `json:"version"`
	}
	of := make([]row, len(groups))
	for i, g := range groups {
		of[i] = row{g.before.ID, g.before.Version}
	}
	_, err = q.exec(ctx, "changes/add", c.ID, string(c.State), null(c.HolidayList), []byte(document), string(c.Decision), asJSON(c.Reason),
		c.Actor, c.Created, nullTime(c.Expires), nullTime(c.Applied), asJSON(of))
	return err
}

// applyDraft turns a draft into a running change. Places that it holds for visits
// that are not affected any more go back.
func (q session) applyDraft(ctx context.Context, c slots.Change, visits []affectedVisit) error {
	_, err := q.exec(ctx, "changes/apply", c.ID, string(c.Decision), asJSON(c.Reason), c.Actor, c.Applied)
	if err != nil {
		return err
	}
	var needed []string
	for _, v := range visits {
		if v.held != nil {
			needed = append(needed, v.held.ID)
		}
	}
	return q.endDraftHolds(ctx, c.ID, needed)
}

// endDraftHolds ends the holds of a draft, except those that are needed, and
// gives their places back.
func (q session) endDraftHolds(ctx context.Context, id string, needed []string) error {
	var rows []placeRow
	if err := q.list(ctx, &rows, "changes/end_draft_holds", id, pq.Array(needed)); err != nil {
		return err
	}
	return q.giveBack(ctx, places(rows))
}

// plannedRow is what changes/set_visits.sql reads.
type plannedRow struct {
	ID       string     `json:"id"`
	Branch   int        `json:"branch_id"`
	Decision string     `json:"decision"`
	Booked   time.Time  `json:"booked_at"`
	Start    time.Time  `json:"start_at"`
	Hold     *string    `json:"hold_id"`
	Proposed *time.Time `json:"proposed_at"`
}

// setVisits writes which visits a change affects, all with the same outcome.
func (q session) setVisits(ctx context.Context, id string, visits []affectedVisit, outcome slots.Outcome) error {
	rows := make([]plannedRow, len(visits))
	for i, v := range visits {
		rows[i] = plannedRow{ID: v.ID, Branch: v.Place.Branch, Decision: string(v.decision), Booked: v.Created, Start: v.Start}
		if v.held != nil {
			rows[i].Hold, rows[i].Proposed = &v.held.ID, &v.held.Start
		}
	}
	_, err := q.exec(ctx, "changes/set_visits", id, asJSON(rows), string(outcome))
	return err
}

// changeOf decodes what a visitor sees about a change of the start, nil for none.
func changeOf(row []byte) (*slots.ChangeOf, error) {
	if row == nil {
		return nil, nil //nolint:nilnil // there is none
	}
	var c struct {
		ID     string       `json:"id"`
		Reason catalog.Text `json:"reason"`
		Waits  bool         `json:"waits"`
	}
	if err := json.Unmarshal(row, &c); err != nil {
		return nil, err
	}
	return &slots.ChangeOf{ID: c.ID, Reason: c.Reason, Waits: c.Waits}, nil
}
