package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/lib/pq"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// finding says where to look for other places.
type finding struct {
	centre *centre.Snapshot
	newID  func() string
	groups []edited  // before (as in the ledger) and after the change; for others the snapshot counts
	until  time.Time // how long the places are held; zero until the start of each
	now    time.Time
}

func (m *Changes) finding(groups []edited, until, now time.Time) finding {
	return finding{m.centre(), m.newID, groups, until, now}
}

// group returns the desk group of a visit.
func (f finding) group(v *affectedVisit) (edited, error) {
	for _, g := range f.groups {
		if g.after.ID == v.Place.DeskGroup {
			return g, nil
		}
	}
	_, g, err := f.centre.Desk(v.Service, v.Branch)
	return edited{g, g}, err
}

// seeking are the visits of a desk group that need another place.
type seeking struct {
	edited
	visits []*affectedVisit
	seek   []slots.Relocation
}

// sought gathers the visits that need a proposal and have no place held for one. It
// leaves out visits that no desk group receives any more.
func (f finding) sought(visits []affectedVisit) []*seeking {
	var all []*seeking
	for i := range visits {
		v := &visits[i]
		if v.decision != slots.Rebook || v.held != nil {
			continue
		}
		g, err := f.group(v)
		if err != nil {
			continue
		}
		d, err := slots.RelocationOf(f.centre, v.Appointment, v.person, v.until)
		if err != nil {
			continue
		}
		at := slices.IndexFunc(all, func(s *seeking) bool { return s.after.ID == g.after.ID })
		if at < 0 {
			at, all = len(all), append(all, &seeking{edited: g})
		}
		all[at].visits, all[at].seek = append(all[at].visits, v), append(all[at].seek, d)
	}
	return all
}

// holdOthers finds and holds other places for the visits that need a proposal and
// have no place held for one. It takes half a dozen statements for any number of
// visits.
func (q session) holdOthers(ctx context.Context, f finding, visits []affectedVisit) error {
	groups := f.sought(visits)
	if len(groups) == 0 {
		return nil
	}
	ledger, err := q.ledgerOf(ctx, groups, f.now)
	if err != nil {
		return err
	}
	busy, err := q.busy(ctx, groups, f.now)
	if err != nil {
		return err
	}
	var batch []*holding
	var missing []openRow
	for i, g := range groups {
		opened := make(map[scheduling.Date]bool)
		for n, found := range slots.NewOpenPlaces(g.after, g.before.Calendar, ledger[i], busy).Rebook(g.seek, f.now) {
			if !found.Found {
				continue
			}
			h := f.hold(g.visits[n], found)
			batch = append(batch, h)
			if d := found.Place.Day; ledger[i][d].Open == nil && !opened[d] {
				opened[d] = true
				missing = append(missing, newOpenRow(g.before, d))
			}
		}
	}
	if err = q.openDays(ctx, missing); err != nil {
		return err
	}
	return q.holdAll(ctx, batch)
}

// hold returns the hold of a place for a visit.
func (f finding) hold(v *affectedVisit, found slots.Replacement) *holding {
	until := f.until
	if until.IsZero() {
		until = found.Slot.Start // shortened when the place is proposed
	}
	v.held = &slots.Proposal{ID: f.newID(), Place: found.Place, Start: found.Slot.Start, End: found.Slot.End, Expires: until}
	return &holding{wanted: found.Wanted, claim: slots.Appointment{
		ID: v.held.ID, Service: v.Service, Place: found.Place, Start: found.Slot.Start, End: found.Slot.End,
		Party: v.Party, Channel: v.Channel, Created: f.now, Expires: until, Needs: v.Needs,
	}}
}

// ledgerOf reads the ledger days around the visits of each desk group.
func (q session) ledgerOf(ctx context.Context, groups []*seeking, now time.Time) ([]map[scheduling.Date]slots.Occupied, error) {
	spans := make([]slots.GroupDays, len(groups))
	for i, g := range groups {
		spans[i].Group = g.before
		spans[i].From, spans[i].To = slots.Around(g.seek, g.before.Calendar, now)
	}
	days, err := q.occupancies(ctx, spans)
	if err != nil {
		return nil, err
	}
	ledger := make([]map[scheduling.Date]slots.Occupied, len(groups))
	for i := range groups {
		ledger[i] = make(map[scheduling.Date]slots.Occupied)
		for n, day := range days[i] {
			if day.Open != nil {
				ledger[i][spans[i].From+scheduling.Date(n)] = day //nolint:gosec // a short range
			}
		}
	}
	return ledger, nil
}

// busy returns the times of the visits that the persons of the visits have ahead.
func (q session) busy(ctx context.Context, groups []*seeking, now time.Time) ([]slots.Busy, error) {
	var persons []string
	for _, g := range groups {
		for _, d := range g.seek {
			persons = append(persons, string(d.Person))
		}
	}
	var rows []struct {
		Person string    `db:"person"`
		Start  time.Time `db:"start_at"`
		End    time.Time `db:"end_at"`
	}
	if err := q.list(ctx, &rows, "appointments/busy_persons", pq.Array(persons), now); err != nil {
		return nil, err
	}
	busy := make([]slots.Busy, len(rows))
	for i, r := range rows {
		busy[i] = slots.Busy{Person: slots.Person(r.Person), Start: r.Start, End: r.End}
	}
	return busy, nil
}

// holdAll takes the places of holds and writes them. If one has been taken since it
// was found, the transaction begins again.
func (q session) holdAll(ctx context.Context, batch []*holding) error {
	if len(batch) == 0 {
		return nil
	}
	wanted := make([]slots.Place, len(batch))
	for i, h := range batch {
		wanted[i] = h.claim.Place
	}
	q.touch(wanted)
	days, err := q.lockDays(ctx, keysOf(wanted))
	if err != nil {
		return err
	}
	_, refused, after := take(days, batch)
	if len(refused) > 0 {
		return fmt.Errorf("%w: a place was taken", errConflict)
	}
	_, err = q.writeHolds(ctx, after, batch)
	return err
}
