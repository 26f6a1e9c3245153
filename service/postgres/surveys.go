package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/slots"
	"ziyara/survey"
)

// Surveys keeps what visitors say about their visits.
type Surveys struct{ *core }

// Save keeps the answer of a visitor about a visit, in place of an earlier one. It
// returns survey.ErrNotVisited for a visit that has not begun, was cancelled or missed,
// or is unknown.
func (s *Surveys) Save(ctx context.Context, r slots.Reference, a survey.Answer, now time.Time) error {
	resolved := sql.NullBool{Valid: a.Resolved != nil}
	if a.Resolved != nil {
		resolved.Bool = *a.Resolved
	}
	comment, err := s.vault.keepText(commentsTable, string(r), a.Comment)
	if err != nil {
		return err
	}
	n, err := s.pool().exec(ctx, "surveys/save", string(r), a.Satisfaction, resolved, null(comment), a.Lang, now)
	if err == nil && n == 0 {
		err = survey.ErrNotVisited
	}
	return err
}

// Find returns the answer of the visitor about a visit, nil for none.
func (s *Surveys) Find(ctx context.Context, r slots.Reference) (*survey.Answer, error) {
	var row struct {
		Satisfaction int            `db:"satisfaction"`
		Resolved     sql.NullBool   `db:"resolved"`
		Comment      sql.NullString `db:"comment"`
		Lang         string         `db:"lang"`
		Answered     time.Time      `db:"answered_at"`
		Changed      time.Time      `db:"changed_at"`
	}
	err := s.pool().get(ctx, &row, "surveys/find", string(r))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // no answer
	}
	if err != nil {
		return nil, err
	}
	comment, err := s.vault.openText(commentsTable, string(r), row.Comment.String)
	if err != nil {
		return nil, err
	}
	a := survey.Answer{
		Satisfaction: row.Satisfaction, Comment: comment, Lang: row.Lang,
		Answered: row.Answered.UTC(), Changed: row.Changed.UTC(),
	}
	if row.Resolved.Valid {
		a.Resolved = &row.Resolved.Bool
	}
	return &a, nil
}
