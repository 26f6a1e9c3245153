package slots

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ziyara/scheduling"
)

const (
	maxAlternatives  = 5
	alternativesDays = 14 // searched on either side of the wanted start
)

// Nearest returns the free starts closest to a wanted one that can't be booked, the
// nearest first, at most five. It returns the errors of centre.Snapshot.Desk, a
// *RuleError of RulePartyLimit or a *VisitorError for unknown needs.
func (b *Booker) Nearest(ctx context.Context, r HoldRequest, now time.Time) (near []Slot, err error) {
	err = b.fresh(ctx, func() error {
		service, group, err := b.centre.Desk(r.Service, r.Branch)
		if err != nil {
			return err
		}
		shape, err := ShapeOf(service, r.Party, r.Channel, r.Needs...)
		if err != nil {
			return err
		}
		day := scheduling.Day{Date: group.Calendar.DateOf(r.Start)}
		near, err = b.nearest(ctx, target{
			service: service, group: group, shape: shape.Counted(group, now), day: day, start: r.Start.UTC(),
		}, now)
		return err
	})
	return near, err
}

// nearest returns the free starts closest to the target's, nearest first; of two
// equally close, the earlier comes first.
func (b *Booker) nearest(ctx context.Context, t target, now time.Time) ([]Slot, error) {
	wanted := t.day.Date
	from, to := t.shape.within(t.group.Calendar, wanted-alternativesDays, wanted+alternativesDays, now)
	if from > to {
		return nil, nil
	}
	occupied, _, err := b.store.Occupancy(ctx, t.group, from, to)
	if err != nil {
		return nil, err
	}
	best := closest{start: t.start}
	look := func(date scheduling.Date) {
		if date < from || date > to {
			return
		}
		day, used := occupied[date-from].on(t.group.Calendar.Day(date))
		for _, s := range t.shape.free(t.group.Calendar, day, used, now) {
			best.add(s)
		}
	}
	look(wanted)
	for away := scheduling.Date(1); away <= alternativesDays && !best.nearerThan(away); away++ {
		look(wanted - away)
		look(wanted + away)
	}
	return best.slots, nil
}

// closest keeps the maxAlternatives slots nearest to start, in order.
type closest struct {
	start time.Time
	slots []Slot
}

func (c *closest) add(s Slot) {
	at, _ := slices.BinarySearchFunc(c.slots, s, func(a, b Slot) int {
		return cmp.Or(cmp.Compare(c.away(a), c.away(b)), a.Start.Compare(b.Start))
	})
	if at < maxAlternatives {
		c.slots = slices.Insert(c.slots, at, s)
		c.slots = c.slots[:min(len(c.slots), maxAlternatives)]
	}
}

func (c *closest) away(s Slot) time.Duration { return s.Start.Sub(c.start).Abs() }

// nearerThan reports whether no slot of a date that many dates away, or more, can
// be among the nearest. Openings end at most a day after their date, so a slot
// may be two days nearer than its date; two more hours allow for clock changes.
func (c *closest) nearerThan(dates scheduling.Date) bool {
	const day = 24 * time.Hour
	return len(c.slots) == maxAlternatives && c.away(c.slots[maxAlternatives-1]) < time.Duration(dates-2)*day-2*time.Hour
}
