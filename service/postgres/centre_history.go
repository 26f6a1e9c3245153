package postgres

import (
	"context"
	"database/sql"
	"time"

	"ziyara/audit"
	"ziyara/setup"
)

// keepVersions keeps what changes were for the history of what they change; nothing if
// nobody made them.
func (q session) keepVersions(ctx context.Context, changes []setup.Change, entry audit.Entry) error {
	if entry.Actor == "" {
		return nil
	}
	var rows []row
	for _, c := range changes {
		if !c.Order {
			rows = append(rows, row{"kind": c.Kind, "slug": c.Slug, "before": c.Before(), "after": c.After()})
		}
	}
	return q.execRows(ctx, "centre/keep_versions", rows, entry.Actor, entry.At, null(entry.Reason))
}

// History returns the changes of a thing of the centre before a version (0 for all) and
// after another one, the newest first, at most limit.
func (s *Centre) History(ctx context.Context, of setup.Kind, slug string, before, after, limit int) ([]setup.Version, error) {
	var rows []struct {
		Version int            `db:"version"`
		At      time.Time      `db:"at"`
		Actor   string         `db:"actor"`
		Reason  sql.NullString `db:"reason"`
		Before  []byte         `db:"before"`
		After   []byte         `db:"after"`
	}
	upTo := any(nil)
	if before > 0 {
		upTo = before
	}
	if err := s.pool().list(ctx, &rows, "centre/versions", string(of), slug, upTo, after, limit); err != nil {
		return nil, err
	}
	list := make([]setup.Version, len(rows))
	for i, r := range rows {
		list[i] = setup.Version{
			Version: r.Version, At: r.At.UTC(), Actor: r.Actor, Reason: r.Reason.String, Before: r.Before, After: r.After,
		}
	}
	return list, nil
}
