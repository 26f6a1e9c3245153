package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"ziyara/audit"
	"ziyara/centre"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/slots"
)

// holidaysRow is a list of holidays, and the list before its last change.
type holidaysRow struct {
	holidayRow
	Version  int64  `db:"version"`
	Previous []byte `db:"previous"`
}

func (r *holidaysRow) list() centre.HolidayList {
	return centre.HolidayList{Slug: r.Slug, Version: r.Version, HolidayList: r.Holidays.v}
}

// FindHolidays returns the list of holidays that desk groups share, or
// fault.ErrNotFound in a centre without one.
func (s *Calendars) FindHolidays(ctx context.Context) (centre.HolidayList, error) {
	row, err := s.pool().holidays(ctx, "calendars/find_holidays")
	return row.list(), err
}

func (q session) holidays(ctx context.Context, name string) (holidaysRow, error) {
	var row holidaysRow
	err := q.get(ctx, &row, name, nil)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.ErrNotFound
	}
	return row, err
}

// EditHolidays lets decide turn the list of holidays into another, and updates the
// calendars of all desk groups that share it, in one transaction. It returns the
// new list, fault.ErrEdited when its version is not among from, a
// *slots.AffectedError, or the error of decide or of scheduling.CompileHolidays.
// entry is as in EditPlan.
func (s *Calendars) EditHolidays(ctx context.Context, from centre.Versions, entry audit.Entry,
	decide func(scheduling.HolidayList) (scheduling.HolidayList, error),
) (centre.HolidayList, error) {
	return s.changeHolidays(ctx, from, entry, func(row holidaysRow) (scheduling.HolidayList, error) { return decide(row.Holidays.v) })
}

// UndoHolidays restores the list before the last change, as a new version. Undoing
// again restores the change. It returns what EditHolidays does, or
// slots.ErrNothingToUndo.
func (s *Calendars) UndoHolidays(ctx context.Context, from centre.Versions, entry audit.Entry) (centre.HolidayList, error) {
	return s.changeHolidays(ctx, from, entry, func(row holidaysRow) (list scheduling.HolidayList, err error) {
		if row.Previous == nil {
			return list, slots.ErrNothingToUndo
		}
		return list, json.Unmarshal(row.Previous, &list)
	})
}

func (s *Calendars) changeHolidays(ctx context.Context, from centre.Versions, entry audit.Entry,
	decide func(holidaysRow) (scheduling.HolidayList, error),
) (centre.HolidayList, error) {
	var after centre.HolidayList
	err := s.transact(ctx, func(q session) error {
		before, err := q.lockHolidays(ctx, from)
		if err != nil {
			return err
		}
		list, err := decide(before)
		if err != nil {
			return err
		}
		var changes []recalendared
		var impacts map[int][]scheduling.Impact
		if after, changes, impacts, err = q.saveHolidays(ctx, before, list, entry); err != nil {
			return err
		}
		if affected := losing(changes, impacts); affected != nil {
			return affected
		}
		return nil
	})
	if err != nil {
		return centre.HolidayList{}, err
	}
	return after, nil
}

// lockHolidays locks the list of holidays for a change. It returns
// fault.ErrNotFound, or fault.ErrEdited when its version is not among from.
func (q session) lockHolidays(ctx context.Context, from centre.Versions) (holidaysRow, error) {
	row, err := q.holidays(ctx, "calendars/lock_holidays")
	if err == nil && !from.Has(row.Version) {
		err = fault.ErrEdited
	}
	return row, err
}

// saveHolidays writes a locked list of holidays, updates the calendars and the
// ledger days of all desk groups that share it (see recalendar), records the
// entry, and notifies all replicas. It returns the new list, the desk groups that
// share it, and the visits and requests of each that lose or regain their places:
// the caller decides whether that is allowed. An equal list changes nothing.
func (q session) saveHolidays(ctx context.Context, before holidaysRow, list scheduling.HolidayList,
	entry audit.Entry,
) (centre.HolidayList, []recalendared, map[int][]scheduling.Impact, error) {
	if entry.Before, entry.After = scheduling.HolidaysDifference(before.Holidays.v, list); entry.Before == nil && entry.After == nil {
		return before.list(), nil, nil, nil
	}
	changes, err := q.sharing(ctx, before.Slug, list)
	if err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	if _, err = q.exec(ctx, "calendars/save_holidays", before.Slug, asJSON(list)); err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	impacts, err := q.recalendar(ctx, changes, entry.At)
	if err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	entry.Subject = "holidays " + before.Slug
	if err = q.record(ctx, entry); err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	return centre.HolidayList{Slug: before.Slug, Version: before.Version + 1, HolidayList: list}, changes, impacts, nil
}

// sharing locks the desk groups that share a list of holidays and returns them
// with the calendars that another list gives them.
func (q session) sharing(ctx context.Context, slug string, list scheduling.HolidayList) ([]recalendared, error) {
	holidays, err := scheduling.CompileHolidays(list)
	if err != nil {
		return nil, err
	}
	groups, err := q.lockPlans(ctx, nil, slug) // with the old list
	if err != nil {
		return nil, err
	}
	var compiler scheduling.Compiler
	changes := make([]recalendared, len(groups))
	for i, g := range groups {
		calendar, err := compiler.Compile(g.Plan, holidays)
		if err != nil {
			return nil, err
		}
		changes[i] = recalendared{g.DeskGroup, calendar}
	}
	return changes, nil
}

// losing counts the visits that lose their places, and names their desk groups. It
// returns nil for none.
func losing(groups []recalendared, impacts map[int][]scheduling.Impact) *slots.AffectedError {
	var e slots.AffectedError
	for _, g := range groups {
		if n := centre.CountLost(impacts[g.ID]); n > 0 {
			e.Visits += n
			e.DeskGroups = append(e.DeskGroups, g.Slug)
		}
	}
	if e.Visits == 0 {
		return nil
	}
	return &e
}
