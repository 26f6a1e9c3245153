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

// holidaysRow is a list of holidays with what it was before its last change.
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
func (s *Store) FindHolidays(ctx context.Context) (centre.HolidayList, error) {
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

// EditHolidays lets decide turn the list of holidays into another, and makes
// the calendars of all desk groups that share it follow, in one transaction. It
// returns what it is now, fault.ErrEdited when it has another version than from
// (0 for any), a *slots.AffectedError, or the error of decide or of
// scheduling.CompileHolidays. by is as in EditPlan.
func (s *Store) EditHolidays(ctx context.Context, from int64, by audit.Entry,
	decide func(scheduling.HolidayList) (scheduling.HolidayList, error),
) (centre.HolidayList, error) {
	return s.changeHolidays(ctx, from, by, func(row holidaysRow) (scheduling.HolidayList, error) { return decide(row.Holidays.v) })
}

// UndoHolidays gives the list back that was there before the last change, as a
// new version; doing it again brings the change back. It returns what
// EditHolidays does, and slots.ErrNothingToUndo.
func (s *Store) UndoHolidays(ctx context.Context, from int64, by audit.Entry) (centre.HolidayList, error) {
	return s.changeHolidays(ctx, from, by, func(row holidaysRow) (list scheduling.HolidayList, err error) {
		if row.Previous == nil {
			return list, slots.ErrNothingToUndo
		}
		return list, json.Unmarshal(row.Previous, &list)
	})
}

func (s *Store) changeHolidays(ctx context.Context, from int64, by audit.Entry,
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
		if after, changes, impacts, err = q.saveHolidays(ctx, before, list, by); err != nil {
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
// fault.ErrNotFound, or fault.ErrEdited when it has another version than from;
// 0 is any.
func (q session) lockHolidays(ctx context.Context, from int64) (holidaysRow, error) {
	row, err := q.holidays(ctx, "calendars/lock_holidays")
	if err == nil && from != 0 && row.Version != from {
		err = fault.ErrEdited
	}
	return row, err
}

// saveHolidays writes a locked list of holidays, brings the calendars and the
// ledger days of all desk groups that share it in line (see recalendar),
// records the entry, and has all replicas told. It returns the list as it is
// then, the desk groups that share it, and the visits and requests of each that
// lose their places or have them again: whether that may be is the caller's to
// say. A list that says the same changes nothing.
func (q session) saveHolidays(ctx context.Context, before holidaysRow, list scheduling.HolidayList,
	by audit.Entry,
) (centre.HolidayList, []recalendared, map[int][]scheduling.Impact, error) {
	if by.Before, by.After = scheduling.HolidaysDifference(before.Holidays.v, list); by.Before == nil && by.After == nil {
		return before.list(), nil, nil, nil
	}
	changes, err := q.sharing(ctx, before.Slug, list)
	if err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	if _, err = q.exec(ctx, "calendars/save_holidays", before.Slug, asJSON(list)); err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	impacts, err := q.recalendar(ctx, changes, by.At)
	if err != nil {
		return centre.HolidayList{}, nil, nil, err
	}
	by.Subject = "holidays " + before.Slug
	if err = q.record(ctx, by); err != nil {
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
	groups, err := q.lockPlans(ctx, nil, slug) // with the list of before
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

// losing says which visits of which desk groups lose their places, nil for
// none.
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
