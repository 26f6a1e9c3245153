package postgres

import (
	"context"

	"github.com/lib/pq"

	"ziyara/hall"
)

func (q session) desks(ctx context.Context, branch int) ([]hall.Desk, error) {
	var rows []struct {
		Name       string `db:"name"`
		GroupID    int    `db:"desk_group_id"`
		Accessible bool   `db:"accessible"`
	}
	err := q.list(ctx, &rows, "desks", branch)
	desks := make([]hall.Desk, len(rows))
	for i, r := range rows {
		desks[i] = hall.Desk(r)
	}
	return desks, err
}

// Desks implements hall.Store.
func (h *Hall) Desks(ctx context.Context, branch int) ([]hall.Desk, error) {
	return h.store.pool().desks(ctx, branch)
}

// SetDesks implements hall.Store.
func (h *Hall) SetDesks(ctx context.Context, c hall.DeskChange) error {
	return h.store.transact(ctx, func(q session) error {
		all, err := q.desks(ctx, c.BranchID)
		if err != nil {
			return err
		}
		var before []hall.Desk
		for _, d := range all {
			if d.GroupID == c.GroupID {
				before = append(before, d)
			}
		}
		if _, err = q.exec(ctx, "clear_desks", c.BranchID, c.GroupID); err != nil {
			return err
		}
		var names pq.StringArray
		var accessible pq.BoolArray
		for _, d := range c.Desks {
			names, accessible = append(names, d.Name), append(accessible, d.Accessible)
		}
		if _, err = q.exec(ctx, "set_desks", c.BranchID, c.GroupID, names, accessible); err != nil {
			return err
		}
		act, err := c.Act(before)
		if err != nil {
			return err
		}
		return q.record(ctx, act)
	})
}
