package postgres

import (
	"context"

	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// DayCounts returns what the ledger and the claims say of a day of the desk
// group.
func (s *Store) DayCounts(ctx context.Context, g *centre.DeskGroup, day scheduling.Day) (slots.DayCounts, error) {
	days, err := s.occupancy(ctx, g, day.Date, day.Date)
	if err != nil {
		return slots.DayCounts{}, err
	}
	key := dayKey{g.BranchID, g.ID, day.Date}
	found, err := s.pool().claims(ctx, []dayKey{key})
	if err != nil {
		return slots.DayCounts{}, err
	}
	state := slots.DayCounts{Occupied: days[0]}
	visitors := make(map[string]bool)
	all := make([]scheduling.Claim, 0, len(found[key]))
	for _, c := range found[key] {
		all = append(all, c.Claim)
		switch c.status {
		case slots.Booked:
			state.Visits++
			visitors[c.ID] = true
		case slots.Requested:
			state.Requests++
			visitors[c.ID] = true
		case slots.Held:
			state.Holds++
		default: // given up: nobody's
		}
	}
	for _, c := range scheduling.Unsupported(day, all) {
		if visitors[c.ID] {
			state.Unsupported++
		}
	}
	return state, nil
}
