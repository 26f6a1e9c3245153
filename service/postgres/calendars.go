package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Calendars keeps the plans of desk groups, the holidays that they share and the
// quotas of services.
type Calendars struct{ *core }

// FindPlan returns a desk group with its plan as it is now, or
// centre.ErrUnknownDeskGroup.
func (s *core) FindPlan(ctx context.Context, slug string) (centre.DeskPlan, error) {
	plans, err := s.findPlans(ctx, slug, nil)
	switch {
	case err != nil:
		return centre.DeskPlan{}, err
	case len(plans) == 0:
		return centre.DeskPlan{}, centre.ErrUnknownDeskGroup
	}
	return plans[0], nil
}

// findPlans returns the desk group with the slug, or those that share a list of
// holidays, in the order of their ledger days.
func (s *core) findPlans(ctx context.Context, slug, list any) ([]centre.DeskPlan, error) {
	var rows []deskGroupRow
	if err := s.pool().list(ctx, &rows, "calendars/find_plans", slug, list); err != nil {
		return nil, err
	}
	// Read after the plans: a change of a list in between raises their versions.
	lists, err := s.pool().lists(ctx)
	if err != nil {
		return nil, err
	}
	var compiler scheduling.Compiler
	plans := make([]centre.DeskPlan, len(rows))
	for i := range rows {
		if plans[i], err = rows[i].compiled(&compiler, lists); err != nil {
			return nil, err
		}
		if err = ctx.Err(); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// EditPlan lets decide turn the plan of a desk group into another, and updates its
// calendar. It returns the desk group with its new plan (the old one
// if decide changes nothing), or centre.ErrUnknownDeskGroup, fault.ErrEdited when
// the version of the calendar is not among from, a *slots.AffectedError, or
// the error of decide. entry gives the actor, the action and the reason; EditPlan
// fills in the rest.
func (s *Calendars) EditPlan(ctx context.Context, slug string, from centre.Versions, entry audit.Entry,
	decide func(centre.DeskPlan) (scheduling.Revision, error),
) (centre.DeskPlan, error) {
	return s.changePlan(ctx, slug, from, entry, func(_ session, d centre.DeskPlan) (scheduling.Revision, error) { return decide(d) })
}

// UndoPlan restores the plan of a desk group before its last change, as a new
// version. Undoing again restores the change. It returns what EditPlan does, or
// slots.ErrNothingToUndo.
func (s *Calendars) UndoPlan(ctx context.Context, slug string, from centre.Versions, entry audit.Entry) (centre.DeskPlan, error) {
	return s.changePlan(ctx, slug, from, entry, func(q session, d centre.DeskPlan) (scheduling.Revision, error) {
		var last jsonOf[scheduling.Plan]
		err := q.get(ctx, &last, "calendars/last_plan", d.ID)
		if errors.Is(err, sql.ErrNoRows) {
			return scheduling.Revision{}, slots.ErrNothingToUndo
		}
		if err != nil {
			return scheduling.Revision{}, err
		}
		last.v.Zone = d.Plan.Zone
		c, err := scheduling.Compile(last.v, d.Lists...)
		return scheduling.Revision{Plan: last.v, Calendar: c}, err
	})
}

// changePlan lets decide work out the change before anything is locked, and again
// if the calendar was changed meanwhile.
func (s *Calendars) changePlan(ctx context.Context, slug string, from centre.Versions, entry audit.Entry,
	decide func(session, centre.DeskPlan) (scheduling.Revision, error),
) (after centre.DeskPlan, err error) {
	err = untilCurrent(ctx, func() error {
		before, err := s.FindPlan(ctx, slug)
		if err != nil {
			return err
		}
		if !from.Has(before.Version) {
			return fault.ErrEdited
		}
		revision, err := decide(s.pool(), before)
		if err != nil {
			return err
		}
		w, err := s.workPlan(ctx, before, revision, entry)
		if err != nil {
			return err
		}
		after = before
		if w.nothing() {
			return nil
		}
		after = centre.DeskPlan{DeskGroup: revised{before.DeskGroup, revision.Calendar}.group(), Plan: revision.Plan, Lists: before.Lists}
		return s.saveUnlessLosing(ctx, w)
	})
	if err != nil {
		return centre.DeskPlan{}, err
	}
	return after, nil
}

// saveUnlessLosing saves a change of calendars, unless visits lose their places:
// then it returns a *slots.AffectedError.
func (s *Calendars) saveUnlessLosing(ctx context.Context, w *worked) error {
	return s.transact(ctx, func(q session) error {
		impacts, err := q.save(ctx, w)
		if err != nil {
			return err
		}
		if affected := losing(w.changes, impacts); affected != nil {
			return affected
		}
		return nil
	})
}

// lists returns the lists of holidays.
func (q session) lists(ctx context.Context) (map[string]*scheduling.Holidays, error) {
	var rows []holidayRow
	if err := q.list(ctx, &rows, "calendars/load_holidays"); err != nil {
		return nil, err
	}
	return compiledLists(rows)
}

// firstAffected returns the first date whose openings a change at now affects: yesterday,
// because its openings can reach into today.
func firstAffected(c *scheduling.Calendar, now time.Time) scheduling.Date { return c.DateOf(now) - 1 }
