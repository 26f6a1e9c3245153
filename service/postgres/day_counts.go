package postgres

import (
	"context"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// DayCounts returns what the ledger and the claims say about consecutive days of the
// desk group, at least one. It asks twice, however many days there are.
func (s *Calendars) DayCounts(ctx context.Context, g *centre.DeskGroup, days []scheduling.Day) ([]slots.DayCounts, error) {
	occupied, err := s.occupancy(ctx, g, days[0].Date, days[len(days)-1].Date)
	if err != nil {
		return nil, err
	}
	keys := make([]dayKey, len(days))
	for i, day := range days {
		keys[i] = dayKey{g.BranchID, g.ID, day.Date}
	}
	found, err := s.pool().claims(ctx, keys)
	if err != nil {
		return nil, err
	}
	counts := make([]slots.DayCounts, len(days))
	for i, day := range days {
		counts[i] = slots.CountDay(day, occupied[i], found[keys[i]])
	}
	return counts, nil
}
