package postgres

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Occupancy implements slots.Store.
func (s *Appointments) Occupancy(ctx context.Context, g *centre.DeskGroup, from, to scheduling.Date) ([]slots.Occupied, int64, error) {
	return s.cache.look(ctx, g.ID, from, to, func(ctx context.Context, from, to scheduling.Date) ([]slots.Occupied, error) {
		return s.occupancy(ctx, g, from, to)
	})
}

// Stamp implements slots.Store.
func (s *Appointments) Stamp(g *centre.DeskGroup) int64 { return s.cache.stamp(g.ID) }

// occupancy reads what the ledger says of the dates [from, to].
func (s *core) occupancy(ctx context.Context, g *centre.DeskGroup, from, to scheduling.Date) ([]slots.Occupied, error) {
	var rows []struct {
		Current   int64         `db:"current"`
		Day       sql.NullTime  `db:"day"`
		FirstTick sql.NullInt32 `db:"first_tick"`
		Open      counts        `db:"open"`
		Used      counts        `db:"used"`
		Version   sql.NullInt64 `db:"version"`
	}
	if err := s.pool().list(ctx, &rows, "ledger/occupancy", g.BranchID, g.ID, from.String(), to.String()); err != nil {
		return nil, err
	}
	days := make([]slots.Occupied, to-from+1)
	var open counts
	for _, r := range rows {
		if r.Current > g.Version {
			return nil, slots.ErrStale
		}
		if !r.Day.Valid { // no day is open
			continue
		}
		if !slices.Equal(open, r.Open) { // most days are equal: keep one copy
			open = r.Open
		}
		days[dateOf(r.Day.Time)-from] = slots.Occupied{First: int(r.FirstTick.Int32), Open: open, Used: r.Used, Version: r.Version.Int64}
	}
	return days, nil
}

// Occupancies implements slots.Store. It drops desk groups from the cache whose days
// it finds different.
func (s *Appointments) Occupancies(ctx context.Context, spans []slots.GroupDays) ([][]slots.Occupied, error) {
	days, err := s.pool().occupancies(ctx, spans)
	if err != nil {
		return nil, err
	}
	for i, span := range spans {
		s.cache.compare(span.Group.ID, span.From, days[i])
	}
	return days, nil
}

// occupancies reads what the ledger says of ranges of dates.
func (q session) occupancies(ctx context.Context, spans []slots.GroupDays) ([][]slots.Occupied, error) {
	var branches, groups pq.Int64Array
	var from, to pq.StringArray
	days := make([][]slots.Occupied, len(spans))
	for i, span := range spans {
		branches = append(branches, int64(span.Group.BranchID))
		groups = append(groups, int64(span.Group.ID))
		from = append(from, span.From.String())
		to = append(to, span.To.String())
		days[i] = make([]slots.Occupied, max(0, span.To-span.From+1))
	}
	var rows []struct {
		Span int       `db:"span"`
		Day  time.Time `db:"day"`
		ledgerDayRow
	}
	if err := q.list(ctx, &rows, "ledger/occupancies", branches, groups, from, to); err != nil {
		return nil, err
	}
	for _, r := range rows {
		span := r.Span - 1
		days[span][dateOf(r.Day)-spans[span].From] = r.occupied()
	}
	return days, nil
}

// OpenDay implements slots.Store.
func (s *Appointments) OpenDay(ctx context.Context, g *centre.DeskGroup, day scheduling.Day) error {
	var id int
	err := s.pool().get(ctx, &id, "ledger/open_day", g.BranchID, g.ID, g.Version, day.Date.String(), day.First, counts(day.Open))
	if errors.Is(err, sql.ErrNoRows) {
		return slots.ErrStale
	}
	s.changed(g.ID)
	return err
}

// openRow is what ledger/open_days.sql reads.
type openRow struct {
	Branch  int             `json:"branch_id"`
	Group   int             `json:"desk_group_id"`
	Version int64           `json:"version"`
	Day     scheduling.Date `json:"day"`
	First   int             `json:"first_tick"`
	Open    []int16         `json:"open"`
}

func newOpenRow(g *centre.DeskGroup, d scheduling.Date) openRow {
	day := g.Calendar.Day(d)
	return openRow{g.BranchID, g.ID, g.Version, d, day.First, append([]int16{}, day.Open...)}
}

// openDays gives dates of desk groups their ledger rows. It returns
// slots.ErrStale when a calendar is not the current one.
func (q session) openDays(ctx context.Context, missing []openRow) error {
	if len(missing) == 0 {
		return nil
	}
	groups := make(map[int]bool)
	for _, row := range missing {
		groups[row.Group] = true
	}
	var current int
	if err := q.get(ctx, &current, "ledger/open_days", asJSON(missing)); err != nil {
		return err
	}
	if current < len(groups) {
		return slots.ErrStale
	}
	return nil
}

// Difference is a tick at which the ledger and the claims on it disagree.
type Difference struct {
	DeskGroup string    `db:"desk_group"`
	Day       time.Time `db:"day"`
	Tick      int       `db:"tick"`
	Used      int       `db:"used"`    // places that the ledger says are taken
	Claimed   int       `db:"claimed"` // places of holds, requests and booked visits
}

// auditSettings suit a statement that reads the whole ledger.
const auditSettings = "SET LOCAL statement_timeout = 0; SET LOCAL enable_seqscan = on; " +
	"SET LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on"

// Audit recomputes the ledger from holds, requests and visits and returns every
// difference. It reads one snapshot, so it can run during bookings. It has no time
// limit, because its time grows with the database.
func (s *Appointments) Audit(ctx context.Context) ([]Difference, error) {
	var differences []Difference
	err := s.transact(ctx, func(q session) error {
		if _, err := q.tx.ExecContext(ctx, auditSettings); err != nil {
			return translate("ledger/audit", err)
		}
		return q.list(ctx, &differences, "ledger/audit")
	})
	return differences, err
}

// giveBack locks the ledger days of places and gives the places back.
func (q session) giveBack(ctx context.Context, back []slots.Place) error {
	return q.exchange(ctx, back, nil)
}

// exchange locks the ledger days of all the places, gives back those of back and
// takes the one that is wanted; nil for none. It returns slots.ErrDayClosed,
// slots.ErrStale or slots.ErrTaken when the wanted place is not free.
func (q session) exchange(ctx context.Context, back []slots.Place, wanted *slots.Wanted) error {
	all := slices.Clip(back)
	if wanted != nil {
		all = append(all, wanted.Place)
	}
	if len(all) == 0 {
		return nil
	}
	q.touch(all)
	days, err := q.lockDays(ctx, keysOf(all), false)
	if err != nil {
		return err
	}
	if wanted != nil {
		if err = has(days, back, wanted); err != nil {
			return err
		}
		all[len(back)].Count = -wanted.Count
	}
	q.gave = q.gave || len(back) > 0
	p := columns(all)
	_, err = q.exec(ctx, "ledger/exchange", p.branches, p.groups, p.days, p.first, p.ticks, p.counts)
	return err
}

// has returns nil when the wanted place is free in the ledger days once the places of
// back are given back.
func has(days map[dayKey]slots.Occupied, back []slots.Place, wanted *slots.Wanted) error {
	key := keyOf(wanted.Place)
	day, ok := days[key]
	if !ok {
		return slots.ErrDayClosed
	}
	for _, p := range back {
		if keyOf(p) == key {
			day = day.Returning(p)
		}
	}
	_, err := day.Taking(*wanted)
	return err
}

func keysOf(places []slots.Place) []dayKey {
	keys := make([]dayKey, len(places))
	for i, p := range places {
		keys[i] = keyOf(p)
	}
	return keys
}

// placeColumns are places as one array per column.
type placeColumns struct {
	branches, groups pq.Int64Array
	days             pq.StringArray
	first            pq.Int64Array
	ticks, counts    pq.Int64Array
}

func columns(places []slots.Place) placeColumns {
	var c placeColumns
	for _, p := range places {
		c.branches = append(c.branches, int64(p.Branch))
		c.groups = append(c.groups, int64(p.DeskGroup))
		c.days = append(c.days, p.Day.String())
		c.first = append(c.first, int64(p.First))
		c.ticks = append(c.ticks, int64(p.Ticks))
		c.counts = append(c.counts, int64(p.Count))
	}
	return c
}

// placeRow is a place in a row.
type placeRow struct {
	BranchID    int       `db:"branch_id"`
	DeskGroupID int       `db:"desk_group_id"`
	Day         time.Time `db:"day"`
	FirstTick   int       `db:"first_tick"`
	Ticks       int       `db:"ticks"`
	Places      int       `db:"places"`
}

func (r placeRow) place() slots.Place {
	return slots.Place{
		Branch: r.BranchID, DeskGroup: r.DeskGroupID, Day: dateOf(r.Day),
		First: r.FirstTick, Ticks: r.Ticks, Count: r.Places,
	}
}

func places(rows []placeRow) []slots.Place {
	list := make([]slots.Place, len(rows))
	for i, r := range rows {
		list[i] = r.place()
	}
	return list
}
