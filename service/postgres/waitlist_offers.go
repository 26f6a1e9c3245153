package postgres

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/notify"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Woken receives a value soon after this replica has given places back, or added an
// entry to the waitlist: it is time to call Freed. Other replicas find out by asking
// from time to time.
func (s *Waitlist) Woken() <-chan struct{} { return s.freed }

// wake never blocks. A listener receives at least one value.
func (s *core) wake() {
	select {
	case s.freed <- struct{}{}:
	default:
	}
}

// Freed implements slots.WaitlistStore.
func (s *Waitlist) Freed(ctx context.Context) ([]int, error) {
	return s.deskGroups(ctx, "waitlist/freed")
}

// Awaited implements slots.WaitlistStore.
func (s *Waitlist) Awaited(ctx context.Context) ([]int, error) {
	return s.deskGroups(ctx, "waitlist/awaited")
}

func (s *Waitlist) deskGroups(ctx context.Context, name string) ([]int, error) {
	var ids []int
	err := s.pool().list(ctx, &ids, name)
	return ids, err
}

// Offer implements slots.WaitlistStore. It takes a dozen statements for any number of
// entries and offers.
func (s *Waitlist) Offer(ctx context.Context, l slots.Look, match slots.Matching) (int, error) {
	err := s.transact(ctx, func(q session) error { return q.endOffers(ctx, l.Group, l.Policy, l.Now) })
	if err != nil {
		return 0, err
	}
	made := 0
	err = s.transact(ctx, func(q session) error {
		var turn string
		if err := q.get(ctx, &turn, "waitlist/turn", l.Group.ID); err != nil {
			return err
		}
		// The marks go first: a place given back after the ledger was read leaves a
		// new mark. Without any mark, another replica has made the offers.
		marks, err := q.exec(ctx, "waitlist/look", l.Group.ID)
		if err != nil || marks == 0 && !l.Always {
			made = 0
			return err
		}
		made, err = q.offer(ctx, l.Group, l.Now, match)
		return err
	})
	if err != nil {
		return 0, err
	}
	return made, nil
}

// endOffers ends the entries whose persons have booked, and counts the offers that
// expired. It needs its own transaction: its ledger days are not those of the new
// offers, and a transaction must lock all its days in one order.
func (q session) endOffers(ctx context.Context, g *centre.DeskGroup, p slots.WaitPolicy, now time.Time) error {
	var rows []placeRow
	for _, ended := range []string{"waitlist/served", "waitlist/replaced"} {
		var freed []placeRow
		if err := q.list(ctx, &freed, ended, g.BranchID, g.ID, now); err != nil {
			return err
		}
		rows = append(rows, freed...)
	}
	if _, err := q.exec(ctx, "waitlist/lapse", g.BranchID, g.ID, now, p.Ignored); err != nil {
		return err
	}
	return q.giveBack(ctx, places(rows))
}

// offer lets match choose among all days first, without locks, so that bookings go
// on. Then match chooses again among the chosen days, which are locked.
func (q session) offer(ctx context.Context, g *centre.DeskGroup, now time.Time, match slots.Matching) (int, error) {
	waiting, err := q.waiting(ctx, g, now)
	if err != nil || len(waiting) == 0 {
		return 0, err
	}
	dates := datesOf(waiting)
	ledger, err := q.days(ctx, g, dates)
	if err != nil {
		return 0, err
	}
	dates = days(match(waiting, dates, ledger))
	if len(dates) == 0 {
		return 0, nil
	}
	if err = q.openMissing(ctx, g, dates, ledger); err != nil {
		return 0, err
	}
	if ledger, err = q.lockGroup(ctx, g, dates); err != nil {
		return 0, err
	}
	return q.makeOffers(ctx, g, match(waiting, dates, ledger), now)
}

// waiting returns the entries without an offer, in the order of arrival.
func (q session) waiting(ctx context.Context, g *centre.DeskGroup, now time.Time) ([]slots.Waits, error) {
	var rows []struct {
		ID       string         `db:"id"`
		Service  string         `db:"service"`
		FromDay  time.Time      `db:"from_day"`
		ToDay    time.Time      `db:"to_day"`
		Earliest int16          `db:"earliest"`
		Latest   int16          `db:"latest"`
		Party    int            `db:"party"`
		Wakala   sql.NullTime   `db:"wakala_expires"`
		Needs    pq.StringArray `db:"needs"`
		Asked    pq.Int64Array  `db:"asked"`
		Before   sql.NullTime   `db:"replaced_start"`
	}
	if err := q.list(ctx, &rows, "waitlist/waiting", g.BranchID, g.ID, now); err != nil {
		return nil, err
	}
	waiting := make([]slots.Waits, len(rows))
	for i, r := range rows {
		w := &waiting[i]
		w.Entry, w.Service, w.Needs = r.ID, r.Service, r.Needs
		w.Wish = slots.Wish{
			From: dateOf(r.FromDay), To: dateOf(r.ToDay),
			Earliest: scheduling.WallTime(r.Earliest), Latest: scheduling.WallTime(r.Latest), Party: r.Party,
		}
		w.Before = utc(r.Before)
		if r.Wakala.Valid {
			w.Until = dateOf(r.Wakala.Time)
		}
		for _, unix := range r.Asked {
			w.Asked = append(w.Asked, time.Unix(unix, 0).UTC())
		}
	}
	return waiting, nil
}

// datesOf returns the dates that entries wait for, ascending, with the date before each
// range, because its openings may reach into the range.
func datesOf(waiting []slots.Waits) []scheduling.Date {
	wanted := make(map[scheduling.Date]bool)
	for _, w := range waiting {
		for date := w.Wish.From - 1; date <= w.Wish.To; date++ {
			wanted[date] = true
		}
	}
	dates := make([]scheduling.Date, 0, len(wanted))
	for date := range wanted {
		dates = append(dates, date)
	}
	slices.Sort(dates)
	return dates
}

// days returns the dates of places, ascending.
func days(matched []slots.Matched) []scheduling.Date {
	var dates []scheduling.Date
	for _, m := range matched {
		dates = append(dates, m.Place.Day)
	}
	slices.Sort(dates)
	return slices.Compact(dates)
}

// days reads the ledger days of a desk group that have a row.
func (q session) days(ctx context.Context, g *centre.DeskGroup, dates []scheduling.Date) (map[scheduling.Date]slots.Occupied, error) {
	var rows []struct {
		Day time.Time `db:"day"`
		ledgerDayRow
	}
	written := make(pq.StringArray, len(dates))
	for i, date := range dates {
		written[i] = date.String()
	}
	if err := q.list(ctx, &rows, "waitlist/days", g.BranchID, g.ID, written); err != nil {
		return nil, err
	}
	ledger := make(map[scheduling.Date]slots.Occupied, len(rows))
	for _, r := range rows {
		ledger[dateOf(r.Day)] = r.occupied()
	}
	return ledger, nil
}

// lockGroup locks ledger days of a desk group and then reads them.
func (q session) lockGroup(ctx context.Context, g *centre.DeskGroup, dates []scheduling.Date) (map[scheduling.Date]slots.Occupied, error) {
	keys := make([]dayKey, len(dates))
	for i, date := range dates {
		keys[i] = dayKey{g.BranchID, g.ID, date}
	}
	locked, err := q.lockDays(ctx, keys, false)
	ledger := make(map[scheduling.Date]slots.Occupied, len(locked))
	for key, day := range locked {
		ledger[key.day] = day
	}
	return ledger, err
}

// openMissing gives dates of a desk group without a ledger row their rows.
// It returns slots.ErrStale when the calendar of g is not the current one.
func (q session) openMissing(ctx context.Context, g *centre.DeskGroup, dates []scheduling.Date,
	ledger map[scheduling.Date]slots.Occupied,
) error {
	var missing []openRow
	for _, date := range dates {
		if _, ok := ledger[date]; !ok {
			missing = append(missing, newOpenRow(g, date))
		}
	}
	return q.openDays(ctx, missing)
}

// makeOffers writes the offers and returns how many it wrote: a locked entry gets none.
func (q session) makeOffers(ctx context.Context, g *centre.DeskGroup, matched []slots.Matched, now time.Time) (int, error) {
	if len(matched) == 0 {
		return 0, nil
	}
	var entries, holds, starts, ends, expires pq.StringArray
	var taken []slots.Place
	for _, m := range matched {
		entries = append(entries, m.Entry)
		holds = append(holds, m.Hold)
		taken = append(taken, m.Place)
		starts = append(starts, m.Start.UTC().Format(time.RFC3339Nano))
		ends = append(ends, m.End.UTC().Format(time.RFC3339Nano))
		expires = append(expires, m.Expires.UTC().Format(time.RFC3339Nano))
	}
	q.touch(taken)
	p := columns(taken)
	var result struct {
		Made int  `db:"made"`
		Fit  bool `db:"fit"`
	}
	err := q.get(ctx, &result, "waitlist/offer", g.BranchID, g.ID, now,
		entries, holds, p.days, p.first, p.ticks, p.counts, starts, ends, expires, string(notify.Offer))
	if err == nil && !result.Fit {
		err = slots.ErrTaken // the days are locked: the rules and the ledger disagree
	}
	return result.Made, err
}
