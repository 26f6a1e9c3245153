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
func (s *Calendars) FindPlan(ctx context.Context, slug string) (centre.DeskPlan, error) {
	var row deskGroupRow
	err := s.pool().get(ctx, &row, "calendars/find_plan", slug)
	if errors.Is(err, sql.ErrNoRows) {
		return centre.DeskPlan{}, centre.ErrUnknownDeskGroup
	}
	if err != nil {
		return centre.DeskPlan{}, err
	}
	lists, err := s.pool().lists(ctx)
	if err != nil {
		return centre.DeskPlan{}, err
	}
	return row.compiled(&scheduling.Compiler{}, lists)
}

// EditPlan lets decide turn the plan of a desk group into another, and updates its
// calendar: see savePlan. It returns the desk group with its new plan (the old one
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

// changePlan lets decide work out the change before anything is locked, however
// long that takes, and again if the calendar was changed meanwhile, so that no
// request waits for a computation.
func (s *Calendars) changePlan(ctx context.Context, slug string, from centre.Versions, entry audit.Entry,
	decide func(session, centre.DeskPlan) (scheduling.Revision, error),
) (centre.DeskPlan, error) {
	for {
		before, err := s.FindPlan(ctx, slug)
		if err != nil {
			return centre.DeskPlan{}, err
		}
		if !from.Has(before.Version) {
			return centre.DeskPlan{}, fault.ErrEdited
		}
		revision, err := decide(s.pool(), before)
		if err != nil {
			return centre.DeskPlan{}, err
		}
		after, err := s.replacePlan(ctx, before, revision, entry)
		if !errors.Is(err, errOtherPlan) {
			return after, err
		}
	}
}

// errOtherPlan reports that a desk group has another plan than it had before it
// was locked.
var errOtherPlan = errors.New("postgres: the calendar was changed meanwhile")

// replacePlan locks a desk group and saves the revision. It returns
// errOtherPlan if the desk group is not as before any more.
func (s *Calendars) replacePlan(ctx context.Context, before centre.DeskPlan, r scheduling.Revision,
	entry audit.Entry,
) (centre.DeskPlan, error) {
	var after centre.DeskPlan
	err := s.transact(ctx, func(q session) error {
		var locked []deskGroupRow
		if err := q.list(ctx, &locked, "calendars/lock_plans", before.Slug, nil); err != nil {
			return err
		}
		// Every change of its plan or its list of holidays raises the version.
		if len(locked) == 0 || locked[0].Version != before.Version {
			return errOtherPlan
		}
		var impacts []scheduling.Impact
		var err error
		if after, impacts, err = q.savePlan(ctx, before, r, entry); err != nil {
			return err
		}
		if lost := centre.CountLost(impacts); lost > 0 {
			return &slots.AffectedError{Visits: lost, DeskGroups: []string{before.Slug}}
		}
		return nil
	})
	if err != nil {
		return centre.DeskPlan{}, err
	}
	return after, nil
}

// lockPlan locks a desk group for a change of its calendar until the transaction
// ends: meanwhile no ledger day is opened from the calendar. It returns
// centre.ErrUnknownDeskGroup, or fault.ErrEdited when the version of the calendar
// is not among from.
func (q session) lockPlan(ctx context.Context, slug string, from centre.Versions) (centre.DeskPlan, error) {
	plans, err := q.lockPlans(ctx, slug, nil)
	switch {
	case err != nil:
		return centre.DeskPlan{}, err
	case len(plans) == 0:
		return centre.DeskPlan{}, centre.ErrUnknownDeskGroup
	case !from.Has(plans[0].Version):
		return centre.DeskPlan{}, fault.ErrEdited
	}
	return plans[0], nil
}

// lockPlans locks the desk group with the slug, or those that share a list of
// holidays, in the order of their ledger days.
func (q session) lockPlans(ctx context.Context, slug, list any) ([]centre.DeskPlan, error) {
	var rows []deskGroupRow
	if err := q.list(ctx, &rows, "calendars/lock_plans", slug, list); err != nil {
		return nil, err
	}
	// Read once the lock is held: its last holder may have changed them.
	lists, err := q.lists(ctx)
	if err != nil {
		return nil, err
	}
	var compiler scheduling.Compiler
	plans := make([]centre.DeskPlan, len(rows))
	for i := range rows {
		if plans[i], err = rows[i].compiled(&compiler, lists); err != nil {
			return nil, err
		}
	}
	return plans, nil
}

// lists returns the lists of holidays.
func (q session) lists(ctx context.Context) (map[string]*scheduling.Holidays, error) {
	var rows []holidayRow
	if err := q.list(ctx, &rows, "calendars/load_holidays"); err != nil {
		return nil, err
	}
	return compiledLists(rows)
}

// savePlan gives a locked desk group another plan: it keeps the old one, raises the
// version of the calendar, updates the ledger days (see recalendar), records the
// entry with the difference, and notifies all replicas when the transaction
// commits. It returns the new desk group and, for each date, the visits and
// requests that lose or regain their places: the caller decides whether that is
// allowed. entry.At is now. An equal plan changes nothing.
func (q session) savePlan(ctx context.Context, before centre.DeskPlan, r scheduling.Revision,
	entry audit.Entry,
) (centre.DeskPlan, []scheduling.Impact, error) {
	if entry.Before, entry.After = scheduling.Difference(before.Plan, r.Plan); entry.Before == nil && entry.After == nil {
		return before, nil, nil
	}
	if _, err := q.exec(ctx, "calendars/save_plan", before.ID, asJSON(r.Plan), entry.Actor, entry.At); err != nil {
		return centre.DeskPlan{}, nil, err
	}
	impacts, err := q.recalendar(ctx, []recalendared{{before.DeskGroup, r.Calendar}}, entry.At)
	if err != nil {
		return centre.DeskPlan{}, nil, err
	}
	entry.Subject = "desk-group " + before.Slug
	entry.Department, entry.Branch = before.Department, before.Branch
	if err = q.record(ctx, entry); err != nil {
		return centre.DeskPlan{}, nil, err
	}
	after := *before.DeskGroup
	after.Calendar, after.Version = r.Calendar, before.Version+1
	return centre.DeskPlan{DeskGroup: &after, Plan: r.Plan, Lists: before.Lists}, impacts[before.ID], nil
}

// firstAffected returns the first date whose openings a change at now affects: yesterday,
// because its openings can reach into today.
func firstAffected(c *scheduling.Calendar, now time.Time) scheduling.Date { return c.DateOf(now) - 1 }
