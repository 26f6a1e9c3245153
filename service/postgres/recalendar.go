package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/scheduling"
	"ziyara/slots"
)

// recalendarAtOnce is how many desk groups have their ledger days updated by the
// same statements. It bounds the size of their arguments.
const recalendarAtOnce = 200

// recalendared is a desk group that gets another calendar.
type recalendared struct {
	id, branch int
	slug       string
	version    int64           // of the calendar before the change
	first      scheduling.Date // that the change affects
	// days are the dates from first on that had a ledger row when the change was
	// worked out; nil for one that stays as it is.
	days map[scheduling.Date]*changedDay
}

// changedDay is a date before and after a change of its calendar.
type changedDay struct{ before, after scheduling.Day }

// recalendar gives desk groups other calendars. They are locked, and in the order
// of their ledger days. Each gets the next version. Ledger days from yesterday on
// whose openings differ are written again, with the open places of the new calendar
// and the taken ones of before. Holds that have lost their places end. Visits and
// requests that have lost or regained their places are recorded and returned, by
// desk group. Other replicas are notified when the transaction commits. It returns
// errOutdated if a ledger day was opened since the change was worked out.
func (q session) recalendar(ctx context.Context, changes []recalendared, now time.Time) (map[int][]scheduling.Impact, error) {
	impacts := make(map[int][]scheduling.Impact)
	if len(changes) == 0 {
		return impacts, nil
	}
	for chunk := range slices.Chunk(changes, recalendarAtOnce) {
		if err := q.recalendarChunk(ctx, chunk, now, impacts); err != nil {
			return nil, err
		}
	}
	return impacts, q.broadcastCentre(ctx, changes)
}

func (q session) recalendarChunk(ctx context.Context, changes []recalendared, now time.Time, impacts map[int][]scheduling.Impact) error {
	var ids pq.Int64Array
	for _, c := range changes {
		ids = append(ids, int64(c.id))
	}
	if _, err := q.exec(ctx, "calendars/raise_calendars", ids); err != nil {
		return err
	}
	opened, err := q.openedDays(ctx, changes)
	if err != nil {
		return err
	}
	days, err := changedDays(changes, opened)
	if err != nil || len(days) == 0 {
		return err
	}
	keys := keyColumns(days)
	var holds []string
	if err = q.list(ctx, &holds, "calendars/lock_holds", keys.branches, keys.groups, keys.days); err != nil {
		return err
	}
	locked, err := q.lockDays(ctx, days, false)
	if err != nil {
		return err
	}
	claims, err := q.claims(ctx, days)
	if err != nil {
		return err
	}
	return q.reopen(ctx, reopening{changes: changes, days: days, locked: locked, claims: claims, now: now}, impacts)
}

// openedDays returns the dates of desk groups that have a ledger row and that a
// change can affect, in the order of the ledger.
func (q session) openedDays(ctx context.Context, changes []recalendared) ([]dayKey, error) {
	var from placeColumns
	for _, c := range changes {
		from.branches = append(from.branches, int64(c.branch))
		from.groups = append(from.groups, int64(c.id))
		from.days = append(from.days, c.first.String())
	}
	var rows []dayKeyRow
	if err := q.list(ctx, &rows, "calendars/opened_days", from.branches, from.groups, from.days); err != nil {
		return nil, err
	}
	days := make([]dayKey, len(rows))
	for i, r := range rows {
		days[i] = r.key()
	}
	return days, nil
}

// changedDays returns those of the opened days on which the new calendar differs. It
// returns errOutdated if there is one for which that was not worked out.
func changedDays(changes []recalendared, opened []dayKey) ([]dayKey, error) {
	byID := byGroup(changes)
	var days []dayKey
	for _, key := range opened {
		day, known := byID[key.group].days[key.day]
		if !known {
			return nil, errOutdated
		}
		if day != nil {
			days = append(days, key)
		}
	}
	return days, nil
}

func byGroup(changes []recalendared) map[int]recalendared {
	byID := make(map[int]recalendared, len(changes))
	for _, c := range changes {
		byID[c.id] = c
	}
	return byID
}

// claims returns the claims on ledger days. Unless the days are locked, others may
// be added meanwhile.
func (q session) claims(ctx context.Context, days []dayKey) (map[dayKey][]slots.Claim, error) {
	keys := keyColumns(days)
	var rows []claimOfDay
	if err := q.list(ctx, &rows, "calendars/claims", keys.branches, keys.groups, keys.days); err != nil {
		return nil, err
	}
	found := make(map[dayKey][]slots.Claim)
	for _, r := range rows {
		c := r.claim()
		found[keyOf(c.Place)] = append(found[keyOf(c.Place)], c)
	}
	return found, nil
}

// claimOfDay is what calendars/claims.sql reads.
type claimOfDay struct {
	ID          sql.NullString `db:"id"` // NULL for a delayed place
	Status      string         `db:"status"`
	Service     string         `db:"service"`
	Created     time.Time      `db:"created_at"`
	Unsupported bool           `db:"unsupported"`
	placeRow
}

func (r *claimOfDay) claim() slots.Claim {
	return slots.Claim{
		ID: r.ID.String, Status: slots.Status(r.Status), Service: r.Service, Place: r.place(), Booked: r.Created, Unsupported: r.Unsupported,
	}
}

// reopening is what recalendar has read about desk groups.
type reopening struct {
	changes []recalendared
	days    []dayKey
	locked  map[dayKey]slots.Occupied
	claims  map[dayKey][]slots.Claim
	now     time.Time
}

// reopenRow is what calendars/reopen_days.sql reads.
type reopenRow struct {
	Branch   int             `json:"branch_id"`
	Group    int             `json:"desk_group_id"`
	Day      scheduling.Date `json:"day"`
	First    int             `json:"first_tick"`
	Open     string          `json:"open"`
	Used     string          `json:"used"`
	Calendar int64           `json:"calendar_version"`
}

// reopen writes the ledger days with their new openings.
func (q session) reopen(ctx context.Context, r reopening, impacts map[int][]scheduling.Impact) error {
	byID := byGroup(r.changes)
	var rows []reopenRow
	var ended pq.StringArray
	var groups pq.Int64Array
	marks := newMarks(r.now)
	for _, key := range r.days {
		c := byID[key.group]
		day := c.days[key.day].after
		occupied := r.locked[key].Reopened(day)
		impact, lostHolds := slots.ImpactOn(day, r.claims[key])
		for _, hold := range lostHolds {
			ended = append(ended, hold.ID)
			occupied = occupied.Returning(hold.Place)
		}
		if impact.Lost != nil || impact.Regained != nil {
			impacts[key.group] = append(impacts[key.group], impact)
			marks.add(key.branch, impact)
		}
		rows = append(rows, reopenRow{
			key.branch, key.group, key.day, occupied.First,
			counts(occupied.Open).text(), counts(occupied.Used).text(), c.version + 1,
		})
		if n := len(groups); n == 0 || groups[n-1] != int64(key.group) {
			groups = append(groups, int64(key.group))
		}
		q.touched = append(q.touched, key.group)
	}
	if err := q.endHolds(ctx, ended, marks.now); err != nil {
		return err
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	if _, err = q.exec(ctx, "calendars/reopen_days", string(text), groups); err != nil {
		return err
	}
	q.gave = true // entries of the waitlist may wait for opened places
	return marks.write(ctx, q)
}

// endHolds ends holds at now. If one has been booked meanwhile, it is a visit now, and the
// transaction begins again.
func (q session) endHolds(ctx context.Context, ids pq.StringArray, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	var ended []string
	if err := q.list(ctx, &ended, "calendars/end_holds", ids, now); err != nil {
		return err
	}
	if len(ended) < len(ids) {
		return fmt.Errorf("%w: a hold was booked", errConflict)
	}
	return nil
}

// marks gathers visits that have lost or regained their places.
type marks struct {
	now      time.Time
	lost     pq.StringArray
	branches pq.Int64Array // of lost
	regained pq.StringArray
}

func newMarks(now time.Time) *marks {
	return &marks{now: now, lost: pq.StringArray{}, branches: pq.Int64Array{}, regained: pq.StringArray{}}
}

func (m *marks) add(branch int, impact scheduling.Impact) {
	for _, c := range impact.Lost {
		m.lost, m.branches = append(m.lost, c.ID), append(m.branches, int64(branch))
	}
	for _, c := range impact.Regained {
		m.regained = append(m.regained, c.ID)
	}
}

func (m *marks) write(ctx context.Context, q session) error {
	if len(m.lost)+len(m.regained) == 0 {
		return nil
	}
	_, err := q.exec(ctx, "calendars/mark_unsupported", m.lost, m.branches, m.now, m.regained)
	return err
}

func keyColumns(days []dayKey) placeColumns {
	var c placeColumns
	for _, d := range days {
		c.branches = append(c.branches, int64(d.branch))
		c.groups = append(c.groups, int64(d.group))
		c.days = append(c.days, d.day.String())
	}
	return c
}
