package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/setup"
)

// errOutdated reports that what a change was worked out from has changed since: it
// is worked out again.
var errOutdated = errors.New("postgres: changed while it was worked out")

// worked is a change of calendars that has been worked out. It is made before
// anything is locked, however long that takes, so that no request waits for a
// computation: what is left to do under the locks is to compare versions and to
// write. It has no calendar, so that nothing can be computed from it.
type worked struct {
	group, list any // what to lock: the desk group with a slug, or a list and all that share it
	version     int64
	changes     []recalendared
	entry       audit.Entry
	versions    []setup.Change // for the history of the plan or the list

	statement string // writes the new plan or list
	args      []any
}

// nothing reports whether the plan or the list stays as it is.
func (w *worked) nothing() bool { return w.entry.Before == nil && w.entry.After == nil }

// workedAtMost is how often something is worked out for one request.
const workedAtMost = 10

// untilCurrent does what is worked out from a state that may be outdated, again if
// it was. It returns fault.ErrUnavailable if it always is.
func untilCurrent(ctx context.Context, do func() error) error {
	for range workedAtMost {
		if err := do(); !errors.Is(err, errOutdated) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("%w: %w", fault.ErrUnavailable, errOutdated)
}

// workPlan works out another plan of a desk group. entry gives the actor, the
// action and the reason; the rest is filled in.
func (s *core) workPlan(ctx context.Context, before centre.DeskPlan, r scheduling.Revision, entry audit.Entry) (*worked, error) {
	w := &worked{group: before.Slug, entry: entry}
	if w.entry.Before, w.entry.After = scheduling.Difference(before.Plan, r.Plan); w.nothing() {
		return w, nil
	}
	w.entry.Subject = "desk-group " + before.Slug
	w.entry.Department, w.entry.Branch = before.Department, before.Branch
	w.statement, w.args = "calendars/save_plans", []any{asJSON([]savedPlan{{before.ID, r.Plan}}), entry.Actor, entry.At}
	of := func(p scheduling.Plan) setup.Centre {
		return setup.Centre{DeskGroups: []setup.DeskGroup{{Slug: before.Slug, Plan: p}}}
	}
	var err error
	if w.versions, err = setup.Differences(of(before.Plan), of(r.Plan)); err != nil {
		return nil, err
	}
	w.changes, err = s.compareDays(ctx, []revised{{before.DeskGroup, r.Calendar}}, entry.At)
	return w, err
}

// savedPlan is a plan as calendars/save_plans.sql reads it.
type savedPlan struct {
	ID   int             `json:"id"`
	Plan scheduling.Plan `json:"plan"`
}

// workHolidays works out another list of holidays, and returns the desk groups that
// share it.
func (s *core) workHolidays(ctx context.Context, before holidaysRow, list scheduling.HolidayList,
	entry audit.Entry,
) (*worked, []revised, error) {
	w := &worked{list: before.Slug, version: before.Version, entry: entry}
	if w.entry.Before, w.entry.After = scheduling.HolidaysDifference(before.Holidays.v, list); w.nothing() {
		return w, nil, nil
	}
	w.entry.Subject = "holidays " + before.Slug
	holidays, err := scheduling.CompileHolidays(list)
	if err != nil {
		return nil, nil, err
	}
	of := func(l scheduling.HolidayList) setup.Centre {
		return setup.Centre{HolidayLists: []setup.HolidayList{{Slug: before.Slug, HolidayList: l}}}
	}
	if w.versions, err = setup.Differences(of(before.Holidays.v), of(list)); err != nil {
		return nil, nil, err
	}
	plans, err := s.findPlans(ctx, nil, before.Slug) // with the old list
	if err != nil {
		return nil, nil, err
	}
	var compiler scheduling.Compiler
	groups := make([]revised, len(plans))
	for i, p := range plans {
		calendar, err := compiler.Compile(p.Plan, holidays)
		if err != nil {
			return nil, nil, err
		}
		groups[i] = revised{p.DeskGroup, calendar}
	}
	w.statement, w.args = "calendars/save_holidays", []any{asJSON([]row{holidayListRow(setup.HolidayList{Slug: before.Slug,
		HolidayList: list})})}
	w.changes, err = s.compareDays(ctx, groups, entry.At)
	return w, groups, err
}

// revised is a desk group as it is, with the calendar that it gets.
type revised struct {
	*centre.DeskGroup
	after *scheduling.Calendar
}

// group returns the desk group with its new calendar.
func (r revised) group() *centre.DeskGroup {
	after := *r.DeskGroup
	after.Calendar, after.Version = r.after, r.Version+1
	return &after
}

// compareDays works out how the new calendars change the dates that have a ledger
// row, from yesterday on. The desk groups are in the order of their ledger days.
func (s *core) compareDays(ctx context.Context, groups []revised, now time.Time) ([]recalendared, error) {
	changes := make([]recalendared, len(groups))
	byID := make(map[int]int, len(groups))
	for i, g := range groups {
		byID[g.ID] = i
		changes[i] = recalendared{
			id: g.ID, branch: g.BranchID, slug: g.Slug, version: g.Version, first: firstAffected(g.Calendar, now),
			days: make(map[scheduling.Date]*changedDay),
		}
	}
	for chunk := range slices.Chunk(changes, recalendarAtOnce) {
		rows, err := s.pool().openedDays(ctx, chunk)
		if err != nil {
			return nil, err
		}
		for _, key := range rows {
			i := byID[key.group]
			before, after := groups[i].Calendar.Day(key.day), groups[i].after.Day(key.day)
			changes[i].days[key.day] = nil
			if !before.Same(after) {
				changes[i].days[key.day] = &changedDay{before, after}
			}
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return changes, nil
}

// save writes what has been worked out: it locks the desk groups, gives them their
// plans, updates their calendars and ledger days (see recalendar), records the
// entry, and notifies all replicas when the transaction commits. It returns, by
// desk group, the visits and requests of each date that lose or regain their
// places: the caller decides whether that is allowed. It returns errOutdated.
func (q session) save(ctx context.Context, w *worked) (map[int][]scheduling.Impact, error) {
	if w.nothing() {
		return nil, nil //nolint:nilnil // no visit is affected
	}
	if err := q.lockWorked(ctx, w); err != nil {
		return nil, err
	}
	if _, err := q.exec(ctx, w.statement, w.args...); err != nil {
		return nil, err
	}
	impacts, err := q.recalendar(ctx, w.changes, w.entry.At)
	if err != nil {
		return nil, err
	}
	if err = q.record(ctx, w.entry); err != nil {
		return nil, err
	}
	return impacts, q.keepVersions(ctx, w.versions, w.entry)
}

// lockWorked locks what a change was worked out from until the transaction ends:
// meanwhile no ledger day is opened from a calendar. It returns errOutdated unless
// all is as it was.
func (q session) lockWorked(ctx context.Context, w *worked) error {
	if w.list != nil {
		var version int64
		if err := q.get(ctx, &version, "calendars/lock_holidays", w.list); err != nil {
			return err
		}
		if version != w.version {
			return errOutdated
		}
	}
	var locked []struct {
		ID      int   `db:"id"`
		Version int64 `db:"calendar_version"`
	}
	if err := q.list(ctx, &locked, "calendars/lock_groups", w.group, w.list); err != nil {
		return err
	}
	// Every change of a plan or of its list of holidays raises the version.
	if len(locked) != len(w.changes) {
		return errOutdated
	}
	for i, g := range locked {
		if g.ID != w.changes[i].id || g.Version != w.changes[i].version {
			return errOutdated
		}
	}
	return nil
}
