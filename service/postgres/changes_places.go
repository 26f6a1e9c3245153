package postgres

import (
	"context"
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
	// reopened turns a ledger day into what the change will make of it; nil when the
	// places must be free both before and after.
	reopened func(dayKey, slots.Occupied) slots.Occupied
}

func (m *Changes) finding(groups []edited, until, now time.Time) finding {
	return finding{centre: m.centre(), newID: m.newID, groups: groups, until: until, now: now}
}

// applied returns where to look once the change p is made. Places that a draft holds
// for the visits and that the change takes away are held no more.
func (f finding) applied(p prepared, visits []affectedVisit) finding {
	groups := make([]edited, len(f.groups))
	for i, g := range f.groups {
		groups[i] = edited{g.after, g.after}
	}
	f.groups = groups
	byID := byGroup(p.changes)
	f.reopened = func(key dayKey, o slots.Occupied) slots.Occupied {
		if day := byID[key.group].days[key.day]; day != nil {
			o = o.Reopened(day.after)
			for _, hold := range p.ended[key] {
				o = o.Returning(hold.Place)
			}
		}
		return o
	}
	lost := make(map[string]bool)
	for _, holds := range p.ended {
		for _, h := range holds {
			lost[h.ID] = true
		}
	}
	for i := range visits {
		if v := &visits[i]; v.held != nil && lost[v.held.ID] {
			v.held = nil
		}
	}
	return f
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
		if !v.seeks() {
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

// others are the places found for visits that need a proposal and have no place held
// for one, by their IDs.
type others map[string]other

// other is what was found for a visit.
type other struct {
	version int         // of the visit's start
	place   slots.Place // of the visit
	holding *holding    // nil when there is no other place
	missing *openRow    // the ledger day of the place, if it has no row
	held    *slots.Proposal
}

// findOthers finds other places for the visits that need them. It reads what it
// needs with two statements for any number of visits, and holds nothing.
func (q session) findOthers(ctx context.Context, f finding, visits []affectedVisit) (others, error) {
	all := make(others)
	for i := range visits {
		if v := &visits[i]; v.seeks() {
			all[v.ID] = other{version: v.StartVersion, place: v.Place}
		}
	}
	groups := f.sought(visits)
	if len(groups) == 0 {
		return all, nil
	}
	ledger, err := q.ledgerOf(ctx, groups, f)
	if err != nil {
		return nil, err
	}
	busy, err := q.busy(ctx, groups, f.now)
	if err != nil {
		return nil, err
	}
	for i, g := range groups {
		for n, found := range slots.NewOpenPlaces(g.after, g.before.Calendar, ledger[i], busy).Rebook(g.seek, f.now) {
			if !found.Found {
				continue
			}
			v := g.visits[n]
			o := other{version: v.StartVersion, place: v.Place, holding: f.hold(v, found)}
			o.held, v.held = v.held, nil // it is not held yet
			if d := found.Place.Day; ledger[i][d].Open == nil {
				row := newOpenRow(g.before, d)
				o.missing = &row
			}
			all[v.ID] = o
		}
	}
	return all, nil
}

// holdOthers holds the places that were found for visits. It takes half a dozen
// statements for any number of visits. It returns errOutdated if a visit has changed
// since, or a place has been taken.
func (q session) holdOthers(ctx context.Context, o others, visits []affectedVisit) error {
	var batch []*holding
	var missing []openRow
	opened := make(map[dayKey]bool)
	for i := range visits {
		v := &visits[i]
		if !v.seeks() {
			continue
		}
		found, known := o[v.ID]
		if !known || found.version != v.StartVersion || found.place != v.Place {
			return errOutdated
		}
		if found.holding == nil {
			continue
		}
		batch, v.held = append(batch, found.holding), found.held
		if row := found.missing; row != nil && !opened[dayKey{row.Branch, row.Group, row.Day}] {
			opened[dayKey{row.Branch, row.Group, row.Day}] = true
			missing = append(missing, *row)
		}
	}
	if err := q.openDays(ctx, missing); err != nil {
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
		Party: v.Party, Channel: v.Channel, Created: f.now, Expires: until, Needs: v.Needs, Mobile: v.Mobile,
	}}
}

// ledgerOf reads the ledger days around the visits of each desk group.
func (q session) ledgerOf(ctx context.Context, groups []*seeking, f finding) ([]map[scheduling.Date]slots.Occupied, error) {
	spans := make([]slots.GroupDays, len(groups))
	for i, g := range groups {
		spans[i].Group = g.before
		spans[i].From, spans[i].To = slots.Around(g.seek, g.before.Calendar, f.now)
	}
	days, err := q.occupancies(ctx, spans)
	if err != nil {
		return nil, err
	}
	ledger := make([]map[scheduling.Date]slots.Occupied, len(groups))
	for i := range groups {
		ledger[i] = make(map[scheduling.Date]slots.Occupied)
		for n, day := range days[i] {
			if day.Open == nil {
				continue
			}
			date := spans[i].From + scheduling.Date(n) //nolint:gosec // a short range
			if f.reopened != nil {
				day = f.reopened(dayKey{groups[i].before.BranchID, groups[i].before.ID, date}, day)
			}
			ledger[i][date] = day
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

// holdAll takes the places of holds and writes them. It returns errOutdated if one has
// been taken since it was found.
func (q session) holdAll(ctx context.Context, batch []*holding) error {
	if len(batch) == 0 {
		return nil
	}
	wanted := make([]slots.Place, len(batch))
	for i, h := range batch {
		wanted[i] = h.claim.Place
	}
	q.touch(wanted)
	days, err := q.lockDays(ctx, keysOf(wanted), false)
	if err != nil {
		return err
	}
	_, refused, after := take(days, batch)
	if len(refused) > 0 {
		return errOutdated
	}
	_, err = q.writeHolds(ctx, after, batch)
	return err
}
