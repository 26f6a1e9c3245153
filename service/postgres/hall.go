package postgres

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/hall"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Hall keeps the visitors in the halls, and the calls. It implements hall.Store.
type Hall struct{ *core }

var _ hall.Store = (*Hall)(nil)

// hallRow is a row of hall_visitors, or of hall_visits.
type hallRow struct {
	ID           string         `db:"id"`
	Reference    sql.NullString `db:"reference"`
	BranchID     int            `db:"branch_id"`
	GroupID      int            `db:"desk_group_id"`
	Branch       string         `db:"branch"`
	Service      string         `db:"service"`
	Day          time.Time      `db:"day"`
	StartAt      time.Time      `db:"start_at"`
	EndAt        time.Time      `db:"end_at"`
	StartVersion int            `db:"version"`
	Party        int            `db:"party"`
	Status       string         `db:"status"`
	Channel      string         `db:"channel"`
	Needs        pq.StringArray `db:"needs"`
	VisitorName  sql.NullString `db:"visitor_name"`
	Person       sql.NullString `db:"person"`
	Mobile       sql.NullString `db:"mobile"`
	FirstTick    int            `db:"first_tick"`
	Ticks        int            `db:"ticks"`
	Places       int            `db:"places"`
	Restored     bool           `db:"restored"`
	Stands       string         `db:"stands"`

	HallDay       sql.NullTime   `db:"hall_day"`
	Number        sql.NullInt32  `db:"number"`
	BookedStart   sql.NullTime   `db:"booked_start"`
	BookedMinutes sql.NullInt32  `db:"booked_minutes"`
	ArrivedAt     sql.NullTime   `db:"arrived_at"`
	TurnAt        sql.NullTime   `db:"turn_at"`
	Late          sql.NullBool   `db:"late"`
	WalkIn        sql.NullBool   `db:"walk_in"`
	Accessible    sql.NullBool   `db:"accessible"`
	State         sql.NullString `db:"state"`
	Calls         sql.NullInt32  `db:"calls"`
	Misses        sql.NullInt32  `db:"misses"`
	FirstCalledAt sql.NullTime   `db:"first_called_at"`
	CalledAt      sql.NullTime   `db:"called_at"`
	Desk          sql.NullString `db:"desk"`
	StartedAt     sql.NullTime   `db:"started_at"`
	CompletedAt   sql.NullTime   `db:"completed_at"`
	LeftAt        sql.NullTime   `db:"left_at"`

	AwayUntil sql.NullTime `db:"away_until"`
	Place     int          `db:"place"` // of hall/around
}

func (r hallRow) visit(v *vault) (hall.Visit, error) {
	who, err := v.open(visitsTable, r.ID, personal{Name: r.VisitorName.String})
	if err != nil {
		return hall.Visit{}, err
	}
	return r.named(who.Name), nil
}

// named returns the visit with the name of its visitor.
func (r hallRow) named(name string) hall.Visit {
	v := hall.Visit{
		ID: r.ID, Reference: r.Reference.String, BranchID: r.BranchID, GroupID: r.GroupID, Branch: r.Branch, Service: r.Service,
		Day: dateOf(r.Day), Start: r.StartAt.UTC(), End: r.EndAt.UTC(), StartVersion: r.StartVersion, Party: r.Party,
		Status: hall.Status(r.Status), Channel: catalog.Channel(r.Channel), Needs: r.Needs, Name: name,
		Restored: r.Restored, AwayUntil: utc(r.AwayUntil), First: r.FirstTick, Ticks: r.Ticks, Places: r.Places,
	}
	if r.Number.Valid {
		v.Arrival = &hall.Arrival{
			Number: int(r.Number.Int32), Start: utc(r.BookedStart), Length: time.Duration(r.BookedMinutes.Int32) * time.Minute,
			At: utc(r.ArrivedAt), Turn: utc(r.TurnAt), Late: r.Late.Bool, WalkIn: r.WalkIn.Bool, Accessible: r.Accessible.Bool,
			State: hall.State(r.State.String), Calls: int(r.Calls.Int32), Misses: int(r.Misses.Int32),
			FirstCalled: utc(r.FirstCalledAt), Called: utc(r.CalledAt), Desk: r.Desk.String,
			Started: utc(r.StartedAt), Completed: utc(r.CompletedAt), Left: utc(r.LeftAt),
		}
	}
	return v
}

// visits reads visits.
func (q session) visits(ctx context.Context, name string, args ...any) ([]hall.Visit, error) {
	var rows []hallRow
	if err := q.list(ctx, &rows, name, args...); err != nil {
		return nil, err
	}
	list := make([]hall.Visit, len(rows))
	for i, r := range rows {
		if r.Place > 0 { // the others of hall/around: nobody sees who they are
			list[i] = r.named("")
			continue
		}
		var err error
		if list[i], err = r.visit(&q.store.vault); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// visit reads the visit with the reference.
func (q session) visit(ctx context.Context, reference string) (hall.Visit, error) {
	var row hallRow
	err := q.get(ctx, &row, "hall/find", reference)
	if errors.Is(err, sql.ErrNoRows) {
		return hall.Visit{}, fault.ErrNotFound
	}
	if err != nil {
		return hall.Visit{}, err
	}
	return row.visit(&q.store.vault)
}

// Find implements hall.Store.
func (h *Hall) Find(ctx context.Context, reference string) (hall.Visit, error) {
	return h.pool().visit(ctx, reference)
}

// Around implements hall.Store. It takes one round trip and reads at most 2001 rows.
func (h *Hall) Around(ctx context.Context, reference string, from, to time.Time) (hall.Visit, []hall.Visit, error) {
	visits, err := h.pool().visits(ctx, "hall/around", reference, from, to)
	switch {
	case err != nil:
		return hall.Visit{}, nil, err
	case len(visits) == 0:
		return hall.Visit{}, nil, fault.ErrNotFound
	}
	return visits[0], visits[1:], nil
}

// Board implements hall.Store.
func (h *Hall) Board(ctx context.Context, v hall.Visit) (hall.Board, error) {
	var row struct {
		Minutes int            `db:"minutes"`
		Desks   pq.StringArray `db:"desks"`
	}
	err := h.pool().get(ctx, &row, "hall/board", v.BranchID, v.Day.String(), v.GroupID, v.Start)
	return hall.Board{Delay: time.Duration(row.Minutes) * time.Minute, Desks: row.Desks}, err
}

// Of implements hall.Store.
func (h *Hall) Of(ctx context.Context, identity string, from, to time.Time, limit int) ([]hall.Visit, error) {
	return h.pool().visits(ctx, "hall/of", h.vault.spellings(ofIdentity, identity), from, to, limit)
}

// hallDay is a hall that is locked.
type hallDay struct {
	BranchID int       `db:"branch_id"`
	Day      time.Time `db:"day"`
	Numbers  int       `db:"numbers"`
	Calls    int       `db:"calls"`
}

// Change implements hall.Store. The appointment is locked before its hall.
func (h *Hall) Change(ctx context.Context, reference string, decide func(hall.Visit, hall.Floor) (hall.Step, error)) (hall.Visit, error) {
	var after hall.Visit
	err := h.transact(ctx, func(q session) error {
		var locked struct {
			ID   string
			Turn string // void
		}
		switch err := q.get(ctx, &locked, "appointments/lock", reference); {
		case errors.Is(err, sql.ErrNoRows):
			return fault.ErrNotFound
		case err != nil:
			return err
		}
		var day hallDay
		if err := q.get(ctx, &day, "hall/lock_of", locked.ID); err != nil {
			return err
		}
		before, err := q.visit(ctx, reference)
		if err != nil {
			return err
		}
		floor, err := q.floor(ctx, day)
		if err != nil {
			return err
		}
		step, err := decide(before, floor)
		if err != nil {
			return err
		}
		after = step.Visit
		return q.writeStep(ctx, before, step)
	})
	return after, err
}

// Call implements hall.Store.
func (h *Hall) Call(ctx context.Context, w hall.QueueQuery, choose func(hall.Floor, []hall.Visit) (hall.Step, error)) (hall.Visit, error) {
	var after hall.Visit
	err := h.transact(ctx, func(q session) error {
		var day hallDay
		if err := q.get(ctx, &day, "hall/lock", w.BranchID, w.Day.String()); err != nil {
			return err
		}
		floor, err := q.floor(ctx, day)
		if err != nil {
			return err
		}
		expected, err := q.visits(ctx, "hall/expected", w.BranchID, w.Day.String(), w.GroupID, w.From, w.To)
		if err != nil {
			return err
		}
		step, err := choose(floor, expected)
		if err != nil {
			return err
		}
		after = step.Visit
		i := slices.IndexFunc(floor.Present, func(v hall.Visit) bool { return v.ID == after.ID })
		return q.writeStep(ctx, floor.Present[i], step)
	})
	return after, err
}

// floor reads the hall of a day.
func (q session) floor(ctx context.Context, day hallDay) (hall.Floor, error) {
	floor := hall.Floor{Numbers: day.Numbers, Calls: day.Calls}
	var err error
	if floor.Present, err = q.visits(ctx, "hall/present", day.BranchID, dateOf(day.Day).String()); err != nil {
		return hall.Floor{}, err
	}
	floor.Desks, err = q.desks(ctx, day.BranchID)
	return floor, err
}

// writeStep writes a step of a visit in a hall that is locked.
func (q session) writeStep(ctx context.Context, before hall.Visit, step hall.Step) error {
	if step.Nothing() {
		return nil
	}
	after := step.Visit
	if a := after.Arrival; a != nil && (before.Arrival == nil || *a != *before.Arrival) {
		if err := q.writeArrival(ctx, after, step); err != nil {
			return err
		}
	}
	if !after.AwayUntil.Equal(before.AwayUntil) {
		if _, err := q.exec(ctx, "hall/away", after.ID, after.BranchID, after.StartVersion, nullTime(after.AwayUntil), step.At); err != nil {
			return err
		}
	}
	if after.Status != before.Status {
		n := toldOfStep(step)
		if _, err := q.exec(ctx, "hall/end", after.ID, string(after.Status), after.Ticks,
			kind(n), media(n.Kind), step.At, nullTime(n.Expires)); err != nil {
			return err
		}
	}
	if err := q.writeEvents(ctx, after.ID, step.Events); err != nil {
		return err
	}
	if after.Ticks == before.Ticks {
		return nil
	}
	return q.giveBack(ctx, []slots.Place{{
		Branch: before.BranchID, DeskGroup: before.GroupID, Day: before.Day,
		First: before.First + after.Ticks, Ticks: before.Ticks - after.Ticks, Count: before.Places,
	}})
}

func (q session) writeArrival(ctx context.Context, v hall.Visit, step hall.Step) error {
	a, caller := v.Arrival, ""
	if step.Call {
		caller = step.Actor
	}
	_, err := q.exec(ctx, "hall/arrival", v.ID, v.BranchID, v.Day.String(), a.Number, a.Start, int(a.Length/time.Minute),
		a.At, a.Turn, a.Late, a.WalkIn, a.Accessible, string(a.State), a.Calls, a.Misses,
		nullTime(a.FirstCalled), nullTime(a.Called), null(a.Desk), nullTime(a.Started), nullTime(a.Completed), nullTime(a.Left),
		step.At, null(caller))
	return err
}

// hallEvent is what hall/events.sql reads.
type hallEvent struct {
	N        int            `json:"n"`
	Kind     hall.EventKind `json:"kind"`
	At       time.Time      `json:"at"`
	Actor    *string        `json:"actor"`
	Reason   *string        `json:"reason"`
	Evidence *hall.Evidence `json:"evidence"`
}

func (q session) writeEvents(ctx context.Context, id string, events []hall.Event) error {
	if len(events) == 0 {
		return nil
	}
	list := make([]hallEvent, len(events))
	for i, e := range events {
		list[i] = hallEvent{N: i, Kind: e.Kind, At: e.At, Actor: optional(e.Actor), Reason: optional(e.Reason), Evidence: e.Evidence}
	}
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	_, err = q.exec(ctx, "hall/events", id, string(text))
	return err
}

// Look implements hall.Store. It reads one snapshot.
func (h *Hall) Look(ctx context.Context, w hall.QueueQuery) (hall.Floor, []hall.Visit, error) {
	var floor hall.Floor
	var expected []hall.Visit
	err := h.transact(ctx, func(q session) error {
		if _, err := q.tx.ExecContext(ctx, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"); err != nil {
			return translate("look at the hall", err)
		}
		var err error
		if floor, err = q.floor(ctx, hallDay{BranchID: w.BranchID, Day: midnight(w.Day)}); err != nil {
			return err
		}
		expected, err = q.visits(ctx, "hall/expected", w.BranchID, w.Day.String(), w.GroupID, w.From, w.To)
		return err
	})
	return floor, expected, err
}

// midnight returns a date in the form that dateOf reads.
func midnight(d scheduling.Date) time.Time { return d.At(0, time.UTC) }

// Crowd implements hall.Store.
func (h *Hall) Crowd(ctx context.Context, from, to time.Time) (present, expected []hall.Visit, err error) {
	q := h.pool()
	// In any zone, today is at most a day away from the date in UTC.
	if present, err = q.visits(ctx, "hall/crowd", from.Add(-24*time.Hour).UTC().Format(time.DateOnly)); err != nil || len(present) == 0 {
		return nil, nil, err
	}
	var groups pq.Int64Array
	for _, v := range present {
		if !slices.Contains(groups, int64(v.GroupID)) {
			groups = append(groups, int64(v.GroupID))
		}
	}
	expected, err = q.visits(ctx, "hall/crowd_expected", groups, from, to)
	return present, expected, err
}

// List implements hall.Store.
func (h *Hall) List(ctx context.Context, l hall.ListQuery) ([]hall.Visit, error) {
	after, id := sql.NullString{String: "-infinity", Valid: true}, lowestID
	if l.ID != "" {
		after.String, id = l.After.UTC().Format(time.RFC3339Nano), l.ID
	}
	return h.pool().visits(ctx, "hall/list", l.BranchID, l.Day.String(), pq.Array(l.Groups), after, id, null(string(l.Where)), l.Limit)
}

// Counts implements hall.Store.
func (h *Hall) Counts(ctx context.Context, branch int, day scheduling.Date, groups []int) (map[hall.Where]int, error) {
	var rows []struct {
		Stands string `db:"stands"`
		Visits int    `db:"visits"`
	}
	if err := h.pool().list(ctx, &rows, "hall/counts", branch, day.String(), pq.Array(groups)); err != nil {
		return nil, err
	}
	counts := make(map[hall.Where]int)
	for _, r := range rows {
		counts[hall.Where(r.Stands)] = r.Visits
	}
	return counts, nil
}

// Version implements hall.Store.
func (h *Hall) Version(ctx context.Context, branch int, day scheduling.Date) (string, error) {
	var version string
	err := h.pool().get(ctx, &version, "hall/version", branch, day.String())
	return version, err
}

// Leftover implements hall.Store.
func (h *Hall) Leftover(ctx context.Context, before time.Time, misses, limit int) ([]string, error) {
	var references []string
	err := h.pool().list(ctx, &references, "hall/leftover", before, misses, limit)
	return references, err
}

// Calls implements hall.Store.
func (h *Hall) Calls(ctx context.Context, branch int, day scheduling.Date, after, limit int) ([]hall.Call, error) {
	var rows []struct {
		Call   int       `db:"call"`
		Number int       `db:"number"`
		Desk   string    `db:"desk"`
		At     time.Time `db:"at"`
		Done   bool      `db:"done"`
		Again  bool      `db:"again"`
	}
	var err error
	if after < 0 {
		err = h.pool().list(ctx, &rows, "hall/calls_last", branch, day.String(), limit)
	} else {
		err = h.pool().list(ctx, &rows, "hall/calls", branch, day.String(), after, limit)
	}
	calls := make([]hall.Call, len(rows))
	for i, r := range rows {
		calls[i] = hall.Call{Call: r.Call, Number: r.Number, Desk: r.Desk, At: r.At.UTC(), Done: r.Done, Again: r.Again}
	}
	return calls, err
}
