package postgres

import (
	"context"
	"slices"

	"ziyara/fault"
	"ziyara/hall"
	"ziyara/setup"
)

func (q session) desks(ctx context.Context, branch int) ([]hall.Desk, error) {
	var rows []struct {
		Name       string `db:"name"`
		GroupID    int    `db:"desk_group_id"`
		Accessible bool   `db:"accessible"`
	}
	err := q.list(ctx, &rows, "calendars/desks", branch)
	desks := make([]hall.Desk, len(rows))
	for i, r := range rows {
		desks[i] = hall.Desk(r)
	}
	return desks, err
}

// Desks implements hall.Store.
func (h *Hall) Desks(ctx context.Context, branch int) ([]hall.Desk, error) {
	return h.pool().desks(ctx, branch)
}

// PutDesk implements hall.Store. It does nothing for a desk that is the same already.
func (h *Hall) PutDesk(ctx context.Context, c hall.DeskChange) error {
	return h.transact(ctx, func(q session) error {
		desks, err := q.desks(ctx, c.Group.BranchID)
		if err != nil {
			return err
		}
		if slices.Contains(desks, c.Desk) {
			return nil
		}
		n, err := q.exec(ctx, "calendars/put_desk", c.Group.BranchID, c.Group.ID, c.Desk.Name, c.Desk.Accessible)
		switch {
		case err != nil:
			return err
		case n == 0:
			return &hall.DeskError{Fault: hall.DeskOfOthers}
		}
		return q.keepDesks(ctx, c, false, desks)
	})
}

// RemoveDesk implements hall.Store.
func (h *Hall) RemoveDesk(ctx context.Context, c hall.DeskChange) error {
	return h.transact(ctx, func(q session) error {
		desks, err := q.desks(ctx, c.Group.BranchID)
		if err != nil {
			return err
		}
		n, err := q.exec(ctx, "calendars/remove_desk", c.Group.BranchID, c.Group.ID, c.Desk.Name)
		switch {
		case err != nil:
			return err
		case n == 0:
			return fault.ErrNotFound
		}
		return q.keepDesks(ctx, c, true, desks)
	})
}

// keepDesks records a change of the desks of a branch, which were these, in the log and in
// the history of the desk group.
func (q session) keepDesks(ctx context.Context, c hall.DeskChange, removed bool, were []hall.Desk) error {
	entry := c.Entry(removed)
	if err := q.record(ctx, entry); err != nil {
		return err
	}
	desks, err := q.desks(ctx, c.Group.BranchID)
	if err != nil {
		return err
	}
	of := func(all []hall.Desk) setup.Centre {
		g := setup.DeskGroup{Slug: c.Group.Slug}
		for _, d := range all {
			if d.GroupID == c.Group.ID {
				g.Desks = append(g.Desks, setup.Desk{Name: d.Name, Accessible: d.Accessible})
			}
		}
		return setup.Centre{DeskGroups: []setup.DeskGroup{g}}
	}
	changes, err := setup.Differences(of(were), of(desks))
	if err != nil {
		return err
	}
	return q.keepVersions(ctx, changes, entry)
}
