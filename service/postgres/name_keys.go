package postgres

import (
	"context"

	"github.com/lib/pq"

	"ziyara/slots"
)

// RenewNameKeys computes the keys of the names of at most limit visits after the
// one with the id after ("" for the first), and saves those that differ from
// slots.NameKey: a former version of the program computed them otherwise. It
// returns the last of these visits, and how many were read.
func (s *Appointments) RenewNameKeys(ctx context.Context, after string, limit int) (last string, read int, err error) {
	if after == "" {
		after = "00000000-0000-0000-0000-000000000000"
	}
	var rows []struct {
		ID       string `db:"id"`
		BranchID int64  `db:"branch_id"`
		Name     string `db:"visitor_name"`
		Key      string `db:"visitor_key"`
	}
	if err = s.pool().list(ctx, &rows, "appointments/names", after, limit); err != nil || len(rows) == 0 {
		return after, 0, err
	}
	var ids, names, keys pq.StringArray
	var branches pq.Int64Array
	for _, r := range rows {
		if key := slots.NameKey(r.Name); key != r.Key {
			ids, branches, names, keys = append(ids, r.ID), append(branches, r.BranchID), append(names, r.Name), append(keys, key)
		}
	}
	if len(ids) > 0 {
		_, err = s.pool().exec(ctx, "appointments/save_name_keys", ids, branches, names, keys)
	}
	return rows[len(rows)-1].ID, len(rows), err
}
