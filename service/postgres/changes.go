package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/fault"
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
	return id, untilCurrent(ctx, func() error {
		p, err := m.prepare(ctx, r, now)
		if err != nil {
			return err
		}
		visits, err := m.pool().affectedVisits(ctx, p.ids, "", now)
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
		drafted := visits[:min(len(visits), draftedAtOnce)]
		others, err := m.pool().findOthers(ctx, m.finding(p.groups, c.Expires, now), drafted)
		if err != nil {
			return err
		}
		return m.transact(ctx, func(q session) error {
			if err := q.holdOthers(ctx, others, drafted); err != nil {
				return err
			}
			if err := q.addChange(ctx, c, r, p.groups); err != nil {
				return err
			}
			return q.setVisits(ctx, c.ID, visits, slots.OutcomePlanned)
		})
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
	c := slots.Change{
		ID: m.newID(), State: slots.ChangeRunning, HolidayList: r.List, Decision: r.Decision, Reason: r.Reason, Actor: r.Author.Actor,
		Created: now, Applied: now,
	}
	if r.Draft == "" {
		return c.ID, untilCurrent(ctx, func() error { return m.apply(ctx, c, r, nil, now) })
	}
	id := r.Draft
	err := untilCurrent(ctx, func() error {
		draft, err := m.pool().readChange(ctx, "changes/find", r.Draft)
		if err != nil {
			return err
		}
		id = draft.ID
		if over, err := draft.over(now); over || err != nil {
			return err
		}
		request, err := draft.applied(r)
		if err != nil {
			return err
		}
		planned, err := m.pool().planned(ctx, id)
		if err != nil {
			return err
		}
		c := draft.change()
		c.Applied, c.Reason, c.Actor = now, request.Reason, r.Author.Actor
		if r.Decision != "" {
			c.Decision = r.Decision
		}
		return m.apply(ctx, c, request, planned, now)
	})
	return id, err
}

// apply applies a change. planned are the decisions of its draft, nil without one.
// All that takes time is worked out first, from what is read without locks. The
// transaction finds out whether that still holds, and writes.
func (m *Changes) apply(ctx context.Context, c slots.Change, r slots.ChangeRequest,
	planned map[slots.Reference]slots.Decision, now time.Time,
) error {
	p, err := m.prepare(ctx, r, now)
	if err != nil {
		return err
	}
	atOnce := len(p.ids) <= changeAtOnce
	var others others
	if atOnce {
		visits, err := m.pool().affectedVisits(ctx, p.ids, c.ID, now)
		if err != nil {
			return err
		}
		if err = decideAll(visits, r, planned, c.Decision); err != nil {
			return err
		}
		if others, err = m.pool().findOthers(ctx, m.finding(p.groups, time.Time{}, now).applied(p, visits), visits); err != nil {
			return err
		}
	}
	return m.transact(ctx, func(q session) error {
		if planned != nil {
			draft, err := q.readChange(ctx, "changes/lock", c.ID)
			if err != nil {
				return err
			}
			if over, err := draft.over(now); over || err != nil {
				return err // a moment ago
			}
		}
		// All transactions lock appointments before ledger days.
		if atOnce {
			if err := q.lockVisits(ctx, p.ids); err != nil {
				return err
			}
		}
		impacts, err := q.save(ctx, p.worked)
		if err != nil {
			return err
		}
		ids, err := q.needDecisions(ctx, p.changes, impacts, nil, now)
		if err != nil {
			return err
		}
		if atOnce && !sameIDs(ids, p.ids) {
			return errOutdated
		}
		visits, err := q.affectedVisits(ctx, ids, c.ID, now)
		if err != nil {
			return err
		}
		if err = decideAll(visits, r, planned, c.Decision); err != nil {
			return err
		}
		if planned == nil {
			err = q.addChange(ctx, c, r, p.groups)
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
		if atOnce {
			if err = q.carryOut(ctx, others, c, visits, now); err != nil {
				return err
			}
		}
		_, err = q.exec(ctx, "changes/finish", c.ID, now)
		return err
	})
}

// sameIDs reports whether two lists have the same IDs.
func sameIDs(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// Continue carries out the decisions of the change that has been running for the
// longest, for at most 250 visits, the oldest bookings first, in one transaction.
// It returns for how many: 0 when no change is running, or other replicas are
// working on all of them. If a replica dies, others do the rest.
func (m *Changes) Continue(ctx context.Context, now time.Time) (int, error) {
	n := 0
	err := untilCurrent(ctx, func() error {
		n = 0
		row, ids, err := m.pool().nextPortion(ctx)
		if err != nil || row == nil {
			return err
		}
		visits, err := m.pool().affectedVisits(ctx, ids, row.ID, now)
		if err != nil {
			return err
		}
		others, err := m.pool().findOthers(ctx, m.finding(nil, time.Time{}, now), pending(visits))
		if err != nil {
			return err
		}
		return m.transact(ctx, func(q session) error {
			n = 0
			locked, again, err := q.nextPortion(ctx)
			if err != nil || locked == nil {
				return err
			}
			if locked.ID != row.ID || !slices.Equal(again, ids) {
				return errOutdated
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
			if err = q.carryOut(ctx, others, row.change(), pending(visits), now); err != nil {
				return err
			}
			n = len(ids)
			_, err = q.exec(ctx, "changes/finish", row.ID, now)
			return err
		})
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// nextPortion returns the change that has been running for the longest and the IDs
// of its next visits; nil when there is none, or other replicas work on all of them.
func (q session) nextPortion(ctx context.Context) (*changeRow, []string, error) {
	var row changeRow
	switch err := q.get(ctx, &row, "changes/next"); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	}
	var ids []string
	err := q.list(ctx, &ids, "changes/pending_visits", row.ID, changeAtOnce)
	return &row, ids, err
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
		draft, err := q.readChange(ctx, "changes/lock", id)
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

// edited is a desk group before and after a change of its calendar.
type edited struct {
	before, after *centre.DeskGroup
}

// prepared is a change that has been worked out, with what it would do.
type prepared struct {
	*worked
	groups []edited
	ids    []string                 // of the visits that need a decision
	ended  map[dayKey][]slots.Claim // the holds that lose their places
}

// prepare works out a change before anything is locked. It returns what Apply does.
func (m *Changes) prepare(ctx context.Context, r slots.ChangeRequest, now time.Time) (prepared, error) {
	p, err := m.workOut(ctx, r, now)
	if err != nil {
		return prepared{}, err
	}
	var days []dayKey
	for _, c := range p.changes {
		for date, day := range c.days {
			if day != nil {
				days = append(days, dayKey{c.branch, c.id, date})
			}
		}
	}
	impacts := make(map[int][]scheduling.Impact)
	if len(days) > 0 {
		claims, err := m.pool().claims(ctx, days)
		if err != nil {
			return prepared{}, err
		}
		byID := byGroup(p.changes)
		for _, key := range days {
			impact, ended := slots.ImpactOn(byID[key.group].days[key.day].after, claims[key])
			impacts[key.group] = append(impacts[key.group], impact)
			p.ended[key] = ended
		}
	}
	p.ids, err = m.pool().needDecisions(ctx, p.changes, impacts, p.ended, now)
	return p, err
}

// workOut works out the edit of a change.
func (m *Changes) workOut(ctx context.Context, r slots.ChangeRequest, now time.Time) (prepared, error) {
	p := prepared{ended: make(map[dayKey][]slots.Claim)}
	entry := r.Entry(now)
	var groups []revised
	if r.List != "" {
		before, err := m.pool().holidays(ctx)
		if err != nil {
			return p, err
		}
		if !r.From.Has(before.Version) {
			return p, fault.ErrEdited
		}
		entry.Action = "holidays.changed"
		if p.worked, groups, err = m.workHolidays(ctx, before, r.Holidays, entry); err != nil {
			return p, err
		}
	} else {
		before, err := m.FindPlan(ctx, r.DeskGroup)
		if err != nil {
			return p, err
		}
		if !r.From.Has(before.Version) {
			return p, fault.ErrEdited
		}
		revision, err := before.Revise(ctx, r.Edit, now)
		if err != nil {
			return p, err
		}
		if p.worked, err = m.workPlan(ctx, before, revision, entry); err != nil {
			return p, err
		}
		groups = []revised{{before.DeskGroup, revision.Calendar}}
		if p.nothing() {
			p.groups = []edited{{before.DeskGroup, before.DeskGroup}}
			return p, nil
		}
	}
	for _, g := range groups {
		p.groups = append(p.groups, edited{g.DeskGroup, g.group()})
	}
	return p, nil
}

// needDecisions returns the IDs of the visits that need a decision when calendars
// change: those that lose their places, and those that need another decision after an
// earlier change took their places. That one let them stay where even fewer places
// are left now, or the place that it proposed has ended: ended are the holds that
// this change is going to end, nil when it has ended them.
func (q session) needDecisions(ctx context.Context, changes []recalendared, impacts map[int][]scheduling.Impact,
	ended map[dayKey][]slots.Claim, now time.Time,
) ([]string, error) {
	var ids []string
	var groups []int
	for _, c := range changes {
		groups = append(groups, c.id)
		for _, impact := range impacts[c.id] {
			for _, lost := range impact.Lost {
				ids = append(ids, lost.ID)
			}
		}
	}
	robbed := make(map[string]bool)
	for _, holds := range ended {
		for _, h := range holds {
			robbed[h.ID] = true
		}
	}
	var rows []struct {
		ID     string         `db:"id"`
		State  slots.Outcome  `db:"state"`
		Hold   sql.NullString `db:"hold_id"`
		Robbed bool           `db:"robbed"`
		placeRow
	}
	if err := q.list(ctx, &rows, "changes/displaced_again", pq.Array(groups), now); err != nil {
		return nil, err
	}
	byID := byGroup(changes)
	for _, r := range rows {
		p := r.place()
		var day changedDay // equal days, unless it changes
		if changed := byID[p.DeskGroup].days[p.Day]; changed != nil {
			day = *changed
		}
		waits := r.State == slots.OutcomeWaiting
		if r.State.Again(p, day.before, day.after, r.Robbed || waits && robbed[r.Hold.String]) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
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
