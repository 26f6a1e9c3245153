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
	row, err := s.pool().holidays(ctx)
	return row.list(), err
}

func (q session) holidays(ctx context.Context) (holidaysRow, error) {
	var row holidaysRow
	err := q.get(ctx, &row, "calendars/find_holidays", nil)
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
	err := untilCurrent(ctx, func() error {
		before, err := s.pool().holidays(ctx)
		if err != nil {
			return err
		}
		if !from.Has(before.Version) {
			return fault.ErrEdited
		}
		list, err := decide(before)
		if err != nil {
			return err
		}
		w, _, err := s.workHolidays(ctx, before, list, entry)
		if err != nil {
			return err
		}
		if after = before.list(); w.nothing() {
			return nil
		}
		after.Version, after.HolidayList = before.Version+1, list
		return s.saveUnlessLosing(ctx, w)
	})
	if err != nil {
		return centre.HolidayList{}, err
	}
	return after, nil
}

// losing counts the visits that lose their places, and names their desk groups. It
// returns nil for none.
func losing(groups []recalendared, impacts map[int][]scheduling.Impact) *slots.AffectedError {
	var e slots.AffectedError
	for _, g := range groups {
		if n := centre.CountLost(impacts[g.id]); n > 0 {
			e.Visits += n
			e.DeskGroups = append(e.DeskGroups, g.slug)
		}
	}
	if e.Visits == 0 {
		return nil
	}
	return &e
}
