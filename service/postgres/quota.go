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
	"ziyara/setup"
)

// SetQuota lets decide change the hold-back of a service, records that and notifies
// all replicas, in one transaction. It returns centre.ErrUnknownService or the
// error of decide. entry is as in EditPlan.
func (s *Calendars) SetQuota(ctx context.Context, service string, entry audit.Entry,
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
		logged := entry
		logged.Subject, logged.Department = "service "+service, row.Department
		if logged.Before, err = json.Marshal(map[string]any{"hold_back": row.HoldBack.v}); err != nil {
			return err
		}
		if logged.After, err = json.Marshal(map[string]any{"hold_back": after}); err != nil {
			return err
		}
		if err = q.record(ctx, logged); err != nil {
			return err
		}
		of := func(h catalog.HoldBack) setup.Centre {
			return setup.Centre{Services: []catalog.Service{{Slug: service, HoldBack: h}}}
		}
		changes, err := setup.Differences(of(row.HoldBack.v), of(after))
		if err != nil {
			return err
		}
		if err = q.keepVersions(ctx, changes, logged); err != nil {
			return err
		}
		return q.broadcastCentre(ctx, nil)
	})
	return after, err
}
