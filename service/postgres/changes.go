package postgres

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

const (
	// changeAtOnce is how many visits of a change one transaction carries out. A
	// change of no more visits is one transaction.
	changeAtOnce = 250
	// draftedAtOnce is how many places a draft holds, for the visits that were
	// booked first. The others get their places when the draft is applied.
	draftedAtOnce = 500
)

// Changes changes calendars, and decides about the visits that lose their places.
// It is safe for concurrent use.
type Changes struct {
	*core
	centre func() *centre.Snapshot // the current snapshot
	newID  func() string           // a new UUID
}

// Draft records what a change would do without doing it, and holds the places that
// it would propose until the draft expires. They are free both in the present
// calendar and in the changed one. It returns the ID of the draft, or the errors of
// Apply except slots.ErrDraftOver and slots.ErrUnknownChange.
func (m *Changes) Draft(ctx context.Context, r slots.ChangeRequest, now time.Time) (string, error) {
	id := m.newID()
	return id, m.transact(ctx, func(q session) error {
		groups, ids, err := q.preview(ctx, r, now)
		if err != nil {
			return err
		}
		visits, err := q.affectedVisits(ctx, ids, "", now)
		if err != nil {
			return err
		}
		if err = decideAll(visits, r, nil, r.Decision); err != nil {
			return err
		}
		c := slots.Change{
			ID: id, State: slots.ChangeDrafted, HolidayList: r.List, Decision: r.Decision, Reason: r.Reason, Actor: r.Author.Actor,
			Created: now, Expires: now.Add(slots.DraftFor),
		}
		if err = q.holdOthers(ctx, m.finding(groups, c.Expires, now), visits[:min(len(visits), draftedAtOnce)]); err != nil {
			return err
		}
		if err = q.addChange(ctx, c, r, groups); err != nil {
			return err
		}
		return q.setVisits(ctx, c.ID, visits, slots.OutcomePlanned)
	})
}

// Apply changes calendars and carries out the decisions about the visits that lose
// their places, in one transaction. With more than 250 visits it only records the
// decisions, and Continue carries them out. Applying a draft again changes nothing.
// It returns the ID of the change, or
// centre.ErrUnknownDeskGroup, fault.ErrEdited, slots.ErrNotAffected,
// slots.ErrDraftOver, slots.ErrUnknownChange, or the faults of the edit
// (DeskPlan.Revise).
func (m *Changes) Apply(ctx context.Context, r slots.ChangeRequest, now time.Time) (string, error) {
	id := m.newID()
	err := m.transact(ctx, func(q session) error {
		if r.Draft == "" {
			c := slots.Change{
				ID: id, State: slots.ChangeRunning, HolidayList: r.List, Decision: r.Decision, Reason: r.Reason, Actor: r.Author.Actor,
				Created: now, Applied: now,
			}
			return m.apply(ctx, q, c, r, nil, now)
		}
		draft, err := q.lockChange(ctx, r.Draft)
		if err != nil {
			return err
		}
		id = draft.ID
		switch draft.change().Stands(now) {
		case slots.ChangeRunning, slots.ChangeApplied:
			return nil
		case slots.ChangeDropped:
			return slots.ErrDraftOver
		case slots.ChangeDrafted:
		}
		request, err := draft.applied(r)
		if err != nil {
			return err
		}
		planned, err := q.planned(ctx, id)
		if err != nil {
			return err
		}
		c := draft.change()
		c.Applied, c.Reason, c.Actor = now, request.Reason, r.Author.Actor
		if r.Decision != "" {
			c.Decision = r.Decision
		}
		return m.apply(ctx, q, c, request, planned, now)
	})
	return id, err
}

// apply applies a change. planned are the decisions of its draft, nil without one.
func (m *Changes) apply(ctx context.Context, q session, c slots.Change, r slots.ChangeRequest,
	planned map[slots.Reference]slots.Decision, now time.Time,
) error {
	// All transactions lock appointments before ledger days, so find out first
	// which appointments are affected.
	_, ids, err := q.preview(ctx, r, now)
	if err != nil {
		return err
	}
	if len(ids) <= changeAtOnce {
		if err = q.lockVisits(ctx, ids); err != nil {
			return err
		}
	}
	groups, ids, err := q.edit(ctx, r, now)
	if err != nil {
		return err
	}
	visits, err := q.affectedVisits(ctx, ids, c.ID, now)
	if err != nil {
		return err
	}
	if err = decideAll(visits, r, planned, c.Decision); err != nil {
		return err
	}
	if planned == nil {
		err = q.addChange(ctx, c, r, groups)
	} else {
		err = q.applyDraft(ctx, c, visits)
	}
	if err != nil {
		return err
	}
	if _, err = q.exec(ctx, "changes/supersede", pq.Array(ids), c.ID); err != nil {
		return err
	}
	if err = q.setVisits(ctx, c.ID, visits, slots.OutcomePending); err != nil {
		return err
	}
	if len(visits) <= changeAtOnce {
		for i := range groups {
			groups[i].before = groups[i].after
		}
		if err = q.carryOut(ctx, m.finding(groups, time.Time{}, now), c, visits); err != nil {
			return err
		}
	}
	_, err = q.exec(ctx, "changes/finish", c.ID, now)
	return err
}

// Continue carries out the decisions of the change that has been running for the
// longest, for at most 250 visits, the oldest bookings first, in one transaction.
// It returns for how many: 0 when no change is running, or other replicas are
// working on all of them. If a replica dies, others do the rest.
func (m *Changes) Continue(ctx context.Context, now time.Time) (int, error) {
	n := 0
	err := m.transact(ctx, func(q session) error {
		n = 0
		var row changeRow
		err := q.get(ctx, &row, "changes/next")
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		var ids []string
		if err = q.list(ctx, &ids, "changes/pending_visits", row.ID, changeAtOnce); err != nil {
			return err
		}
		if err = q.lockVisits(ctx, ids); err != nil {
			return err
		}
		// Visits that have changed otherwise or have ended meanwhile need no
		// decision.
		if _, err = q.exec(ctx, "changes/pass_over", row.ID, pq.Array(ids), now); err != nil {
			return err
		}
		visits, err := q.affectedVisits(ctx, ids, row.ID, now)
		if err != nil {
			return err
		}
		if err = q.carryOut(ctx, m.finding(nil, time.Time{}, now), row.change(), pending(visits)); err != nil {
			return err
		}
		n = len(ids)
		_, err = q.exec(ctx, "changes/finish", row.ID, now)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Restore tells visitors who were asked to choose, and whose places exist again, that
// their visits take place there after all: at most 250 of one change. It gives the
// proposed places back. It returns how many visits it restored.
func (m *Changes) Restore(ctx context.Context, now time.Time) (int, error) {
	n := 0
	err := m.transact(ctx, func(q session) error {
		n = 0
		var rows []struct {
			Change string `db:"change_id"`
			ID     string `db:"appointment_id"`
		}
		if err := q.list(ctx, &rows, "changes/restored_visits", now, changeAtOnce); err != nil || len(rows) == 0 {
			return err
		}
		ids := make([]string, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		if err := q.lockVisits(ctx, ids); err != nil {
			return err
		}
		visits, err := q.affectedVisits(ctx, ids, rows[0].Change, now)
		if err != nil {
			return err
		}
		n = len(rows)
		return q.restore(ctx, rows[0].Change, visits, now)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// Drop gives back the places that a draft holds. Dropping a draft that is over is no
// error. It returns slots.ErrUnknownChange, or slots.ErrChangeSettled when the change
// was applied.
func (m *Changes) Drop(ctx context.Context, id string) error {
	return m.transact(ctx, func(q session) error {
		draft, err := q.lockChange(ctx, id)
		if err != nil {
			return err
		}
		if !draft.change().Applied.IsZero() {
			return slots.ErrChangeSettled
		}
		if _, err = q.exec(ctx, "changes/drop_draft", id); err != nil {
			return err
		}
		return q.endDraftHolds(ctx, id, nil)
	})
}

// edited is a desk group whose calendar was changed in this transaction.
type edited struct {
	before, after *centre.DeskGroup
}

// preview makes the edit and rolls it back. It returns what edit would.
func (q session) preview(ctx context.Context, r slots.ChangeRequest, now time.Time) ([]edited, []string, error) {
	if err := q.run(ctx, "SAVEPOINT preview"); err != nil {
		return nil, nil, err
	}
	groups, ids, err := q.edit(ctx, r, now)
	if err != nil {
		return nil, nil, err
	}
	return groups, ids, q.run(ctx, "ROLLBACK TO SAVEPOINT preview")
}

func (q session) run(ctx context.Context, statement string) error {
	_, err := q.tx.ExecContext(ctx, statement)
	return translate(statement, err)
}

// edit makes the edit of a change. It returns the desk groups that it affects, and
// the IDs of the visits that need a decision.
func (q session) edit(ctx context.Context, r slots.ChangeRequest, now time.Time) (groups []edited, ids []string, err error) {
	var impacts []scheduling.Impact
	if r.List != "" {
		groups, impacts, err = q.editHolidays(ctx, r, now)
	} else {
		groups, impacts, err = q.editGroup(ctx, r, now)
	}
	if err != nil {
		return nil, nil, err
	}
	for _, impact := range impacts {
		for _, lost := range impact.Lost {
			ids = append(ids, lost.ID)
		}
	}
	more, err := q.displacedAgain(ctx, groups, now)
	return groups, append(ids, more...), err
}

// editGroup changes the plan of one desk group.
func (q session) editGroup(ctx context.Context, r slots.ChangeRequest, now time.Time) ([]edited, []scheduling.Impact, error) {
	before, err := q.lockPlan(ctx, r.DeskGroup, r.From)
	if err != nil {
		return nil, nil, err
	}
	revision, err := before.Revise(r.Edit, now)
	if err != nil {
		return nil, nil, err
	}
	after, impacts, err := q.savePlan(ctx, before, revision, r.Entry(now))
	return []edited{{before.DeskGroup, after.DeskGroup}}, impacts, err
}

// editHolidays changes the list of holidays, and with it the calendars of all
// desk groups that share it.
func (q session) editHolidays(ctx context.Context, r slots.ChangeRequest, now time.Time) ([]edited, []scheduling.Impact, error) {
	before, err := q.lockHolidays(ctx, r.From)
	if err != nil {
		return nil, nil, err
	}
	entry := r.Entry(now)
	entry.Action = "holidays.changed"
	_, changes, impacts, err := q.saveHolidays(ctx, before, r.Holidays, entry)
	if err != nil {
		return nil, nil, err
	}
	groups := make([]edited, len(changes))
	var all []scheduling.Impact
	for i, c := range changes {
		after := *c.DeskGroup
		after.Calendar, after.Version = c.after, c.Version+1
		groups[i] = edited{c.DeskGroup, &after}
		all = append(all, impacts[c.ID]...)
	}
	return groups, all, nil
}

// displacedAgain returns the IDs of visits that need another decision after an
// earlier change took their places: the change let them stay where even fewer places
// are left now, or the place that it proposed has ended.
func (q session) displacedAgain(ctx context.Context, groups []edited, now time.Time) ([]string, error) {
	byID := make(map[int]edited, len(groups))
	var ids []int
	for _, g := range groups {
		byID[g.before.ID] = g
		ids = append(ids, g.before.ID)
	}
	var rows []struct {
		ID     string        `db:"id"`
		State  slots.Outcome `db:"state"`
		Robbed bool          `db:"robbed"`
		placeRow
	}
	if err := q.list(ctx, &rows, "changes/displaced_again", pq.Array(ids), now); err != nil {
		return nil, err
	}
	var again []string
	for _, r := range rows {
		g, p := byID[r.DeskGroupID], r.place()
		if r.State.Again(p, g.before.Calendar.Day(p.Day), g.after.Calendar.Day(p.Day), r.Robbed) {
			again = append(again, r.ID)
		}
	}
	return again, nil
}

// decideAll sets the decision about each visit.
func decideAll(visits []affectedVisit, r slots.ChangeRequest, planned map[slots.Reference]slots.Decision, usual slots.Decision) error {
	references := make([]slots.Reference, len(visits))
	for i, v := range visits {
		references[i] = v.Reference
	}
	decisions, err := r.Decisions(references, planned, usual)
	if err != nil {
		return err
	}
	for i := range visits {
		visits[i].decision = decisions[visits[i].Reference]
	}
	return nil
}

// pending returns the visits that a change has not carried out yet.
func pending(visits []affectedVisit) []affectedVisit {
	var left []affectedVisit
	for _, v := range visits {
		if v.outcome == slots.OutcomePending {
			left = append(left, v)
		}
	}
	return left
}
