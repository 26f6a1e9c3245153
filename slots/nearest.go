package slots

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	maxAlternatives  = 5
	alternativesDays = 14 // looked at on either side of the wanted start
)

// nearest returns the free starts closest to the target's, nearest first, the
// earlier of two equally close.
func (b *Booker) nearest(ctx context.Context, t target, now time.Time) ([]Slot, error) {
	days, _, err := b.search(ctx, t.group, t.visit, t.day.Date-alternativesDays, t.day.Date+alternativesDays, now)
	if err != nil {
		return nil, err
	}
	var all []Slot
	for _, d := range days {
		all = append(all, d.Slots...)
	}
	return closest(all, t.start), nil
}

// closest returns the maxAlternatives slots nearest to start. It sorts all.
func closest(all []Slot, start time.Time) []Slot {
	slices.SortFunc(all, func(a, b Slot) int {
		return cmp.Or(
			cmp.Compare(a.Start.Sub(start).Abs(), b.Start.Sub(start).Abs()),
			a.Start.Compare(b.Start))
	})
	return all[:min(len(all), maxAlternatives)]
}
