package slots

import (
	"context"
	"slices"
	"time"

	"ziyara/scheduling"
)

// A start that follows a gap depends on what is taken around it, and moves as time
// passes. A visitor who chose from a slightly older list still gets what it
// showed.
const (
	listedFor  = 15 * time.Minute
	listedEach = scheduling.Tick
)

// stillOffered returns nil when a search offers the target's start, and ErrTaken
// when it does not, or no longer does. Without starts that follow gaps,
// Shape.Check has already decided that. leaving is the place that a move gives
// back; nil for none.
func (b *Booker) stillOffered(ctx context.Context, t target, leaving *Place, now time.Time) error {
	if t.shape.GapStep == 0 {
		return nil
	}
	occupied, err := b.store.Occupancies(ctx, []GroupDays{{Group: t.group, From: t.day.Date, To: t.day.Date}})
	if err != nil {
		return err
	}
	day, used := occupied[0][0].on(t.day)
	if t.shape.listed(day, used, t.start, now) {
		return nil
	}
	if leaving != nil && leaving.DeskGroup == t.group.ID && leaving.Day == day.Date &&
		t.shape.listed(day, Occupied{First: day.First, Used: used}.Returning(*leaving).Used, t.start, now) {
		return nil
	}
	return ErrTaken
}

// listed reports whether Free returns the start, at now or a short while ago.
func (v Shape) listed(day scheduling.Day, used []int16, start, now time.Time) bool {
	for ago := time.Duration(0); ago <= listedFor; ago += listedEach {
		free := Free(day, used, v, now.Add(-ago))
		if slices.ContainsFunc(free, func(s Slot) bool { return s.Start.Equal(start) }) {
			return true
		}
	}
	return false
}
