package postgres

import (
	"context"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// DayCounts returns what the ledger and the claims say about a day of the desk
// group.
func (s *Calendars) DayCounts(ctx context.Context, g *centre.DeskGroup, day scheduling.Day) (slots.DayCounts, error) {
	days, err := s.occupancy(ctx, g, day.Date, day.Date)
	if err != nil {
		return slots.DayCounts{}, err
	}
	key := dayKey{g.BranchID, g.ID, day.Date}
	found, err := s.pool().claims(ctx, []dayKey{key})
	if err != nil {
		return slots.DayCounts{}, err
	}
	return slots.CountDay(day, days[0], found[key]), nil
}
