package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"

	"ziyara/audit"
	"ziyara/catalog"
	"ziyara/centre"
)

// SetQuota lets decide turn what the channels of a service leave to others into
// something else, records it and has all replicas told, in one transaction. It
// returns centre.ErrUnknownService or the error of decide. by is as in EditPlan.
func (s *Calendars) SetQuota(ctx context.Context, service string, by audit.Entry,
	decide func(catalog.HoldBack) (catalog.HoldBack, error),
) (catalog.HoldBack, error) {
	var after catalog.HoldBack
	err := s.transact(ctx, func(q session) error {
		var row struct {
			HoldBack   jsonOf[catalog.HoldBack] `db:"hold_back"`
			Department string                   `db:"department"`
		}
		err := q.get(ctx, &row, "calendars/lock_quota", service)
		if errors.Is(err, sql.ErrNoRows) {
			return centre.ErrUnknownService
		}
		if err != nil {
			return err
		}
		if after, err = decide(row.HoldBack.v); err != nil || maps.Equal(after, row.HoldBack.v) {
			return err
		}
		if _, err = q.exec(ctx, "calendars/save_quota", service, asJSON(after)); err != nil {
			return err
		}
		entry := by
		entry.Subject, entry.Department = "service "+service, row.Department
		if entry.Before, err = json.Marshal(map[string]any{"hold_back": row.HoldBack.v}); err != nil {
			return err
		}
		if entry.After, err = json.Marshal(map[string]any{"hold_back": after}); err != nil {
			return err
		}
		if err = q.record(ctx, entry); err != nil {
			return err
		}
		return q.broadcastCentre(ctx, nil)
	})
	return after, err
}
