package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/notify"
	"ziyara/slots"
)

// Texts keeps the departments' texts of messages.
type Texts struct{ *core }

// textRow is one version of a department's text.
type textRow struct {
	Department string                   `db:"department"`
	Kind       string                   `db:"kind"`
	Lang       string                   `db:"lang"`
	Version    int                      `db:"version"`
	Wordings   jsonOf[[]notify.Wording] `db:"wordings"`
	SavedAt    time.Time                `db:"saved_at"`
	SavedBy    string                   `db:"saved_by"`
	Pending    bool                     `db:"pending"`
	ApprovedAt sql.NullTime             `db:"approved_at"`
	ApprovedBy sql.NullString           `db:"approved_by"`
}

func (r textRow) override() notify.Override {
	return notify.Override{
		Department: r.Department, Kind: notify.Kind(r.Kind), Lang: r.Lang, Version: r.Version, Wordings: r.Wordings.v,
	}
}

// Departments returns the terms of messages of all departments, with the texts in use.
func (s *Texts) Departments(ctx context.Context) ([]notify.Department, error) {
	var rows []termsRow
	if err := s.pool().list(ctx, &rows, "messages/load_departments"); err != nil {
		return nil, err
	}
	var texts []textRow
	if err := s.pool().list(ctx, &texts, "messages/load_texts"); err != nil {
		return nil, err
	}
	departments := make([]notify.Department, len(rows))
	for i, r := range rows {
		departments[i] = r.department()
		for _, t := range texts {
			if t.Department == r.Slug {
				departments[i].Texts = append(departments[i].Texts, t.override())
			}
		}
	}
	return departments, nil
}

// Save saves the next version of a department's text, which is used once it is approved. All
// versions stay; to go back, save an older one again. entry gives the member of staff
// and the time. It returns fault.ErrNotFound for an unknown department, and
// fault.ErrEdited unless the version follows the newest.
func (s *Texts) Save(ctx context.Context, c notify.Checked, entry audit.Entry) error {
	o := c.Override()
	if o.Wordings == nil {
		o.Wordings = []notify.Wording{}
	}
	return s.transact(ctx, func(q session) error {
		var row struct {
			Known bool `db:"known"`
			Saved bool `db:"saved"`
		}
		err := q.get(ctx, &row, "messages/save_text", o.Department, string(o.Kind), o.Lang, o.Version, asJSON(o.Wordings),
			entry.At, entry.Actor)
		switch {
		case err != nil:
			return err
		case !row.Known:
			return fault.ErrNotFound
		case !row.Saved:
			return fault.ErrEdited
		}
		if err = q.recordText(ctx, o, entry); err != nil {
			return err
		}
		_, err = q.exec(ctx, "centre/touch")
		return err
	})
}

// Approve puts a version of a department's text in use, for a member of staff who has not
// written it. entry gives them and the time. It returns fault.ErrEdited unless it is the newest
// and waits for them.
func (s *Texts) Approve(ctx context.Context, o notify.Override, entry audit.Entry) error {
	return s.transact(ctx, func(q session) error {
		n, err := q.exec(ctx, "messages/approve_text", o.Department, string(o.Kind), o.Lang, o.Version, entry.At, entry.Actor)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fault.ErrEdited
		}
		entry.Action, entry.Department, entry.Subject = "text.approved", o.Department, textSubject(o)
		if entry.After, err = json.Marshal(map[string]any{"version": o.Version}); err != nil {
			return err
		}
		if err = q.record(ctx, entry); err != nil {
			return err
		}
		_, err = q.exec(ctx, "centre/touch")
		return err
	})
}

func textSubject(o notify.Override) string {
	return fmt.Sprintf("text %s %s %s", o.Department, o.Kind, o.Lang)
}

// recordText records in the audit log that a text was saved, with the version before.
func (q session) recordText(ctx context.Context, o notify.Override, entry audit.Entry) error {
	var versions []textRow
	if err := q.list(ctx, &versions, "messages/text_history", o.Department, string(o.Kind), o.Lang); err != nil {
		return err
	}
	entry.Action, entry.Department = "text.saved", o.Department
	entry.Subject = textSubject(o)
	var err error
	for i, version := range versions[:min(2, len(versions))] {
		to := &entry.After
		if i > 0 {
			to = &entry.Before
		}
		if *to, err = json.Marshal(map[string]any{"version": version.Version, "wordings": version.Wordings.v}); err != nil {
			return err
		}
	}
	return q.record(ctx, entry)
}

// History returns the last hundred versions of a department's text, the
// newest first.
func (s *Texts) History(ctx context.Context, department string, k notify.Kind, lang string) ([]notify.SavedText, error) {
	var rows []textRow
	if err := s.pool().list(ctx, &rows, "messages/text_history", department, string(k), lang); err != nil {
		return nil, err
	}
	history := make([]notify.SavedText, len(rows))
	for i, r := range rows {
		history[i] = notify.SavedText{
			Override: r.override(), At: r.SavedAt.UTC(), By: r.SavedBy,
			Pending: r.Pending, Approved: r.ApprovedAt.Time.UTC(), ApprovedBy: r.ApprovedBy.String,
		}
	}
	return history, nil
}

// Facts returns the facts of messages about a visit, except their kind and what only some
// kinds have, or fault.ErrNotFound.
func (s *Texts) Facts(ctx context.Context, r slots.Reference) (notify.Facts, error) {
	var row struct {
		Lang       string                `db:"lang"`
		StartAt    time.Time             `db:"start_at"`
		Reference  string                `db:"reference"`
		Service    jsonOf[catalog.Text]  `db:"service"`
		Branch     jsonOf[catalog.Text]  `db:"branch"`
		BranchSMS  *jsonOf[catalog.Text] `db:"branch_sms"`
		Zone       string                `db:"zone"`
		Department string                `db:"department"`
	}
	err := s.pool().get(ctx, &row, "messages/facts", string(r))
	if errors.Is(err, sql.ErrNoRows) {
		return notify.Facts{}, fault.ErrNotFound
	}
	if err != nil {
		return notify.Facts{}, err
	}
	zone, err := s.zones.load(row.Zone)
	if err != nil {
		return notify.Facts{}, fmt.Errorf("message facts: %w", err)
	}
	facts := notify.Facts{
		Lang: row.Lang, Department: row.Department, Reference: slots.Reference(row.Reference).String(),
		Service: row.Service.v, Branch: row.Branch.v, Start: row.StartAt, Zone: zone,
	}
	if row.BranchSMS != nil {
		facts.BranchSMS = row.BranchSMS.v
	}
	return facts, nil
}
