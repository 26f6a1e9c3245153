package slots

import (
	"context"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
)

// Tally counts the starts of one day that can be booked, and the starts on its grid
// that can't, by the first rule that forbids them.
type Tally struct {
	Free    int
	Refused map[Rule]int
	// Opens is when the first start past the horizon comes within it, in the
	// zone of the branch; zero when there is none. Explain sets it.
	Opens time.Time
	// Paused is the pause that covers the date; nil for none.
	Paused *catalog.Pause
}

// TallyDay counts the day's starts at now: Tally.Free is the number of slots that
// the function Free returns.
func TallyDay(day scheduling.Day, used []int16, v Shape, now time.Time) Tally {
	t := Tally{Free: len(Free(day, used, v, now)), Refused: make(map[Rule]int), Paused: v.paused(day.Date)}
	day = v.sees(day)
	for _, o := range day.Openings {
		for start := o.From + v.Before; start < o.To; start += v.Step {
			if rule := v.refusal(day, used, start, now); rule != "" {
				t.Refused[rule]++
			}
		}
	}
	return t
}

// refusal returns the first rule that forbids the tick start of the grid; "" for
// none.
func (v Shape) refusal(day scheduling.Day, used []int16, start int, now time.Time) Rule {
	if p := v.paused(day.Date); p != nil {
		return pausedBy(*p)
	}
	rule := v.reach(day.Date, day.At(start), now)
	if rule != "" {
		return rule
	}
	for tick := start - v.Before; tick < start+v.Duration+v.After; tick++ {
		switch {
		case v.closed(day, tick):
			return RuleClosed
		case int(v.leftWithWalkIns(day, used, tick-day.First)) < v.Places:
			rule = RuleTaken
		}
	}
	return rule
}

// Explain explains a date for a single public visitor: the layers that decide its
// hours, and the tally of its starts. It returns the errors of
// centre.Snapshot.Desk.
func (b *Booker) Explain(
	ctx context.Context, service, branch string, date scheduling.Date, now time.Time,
) (e scheduling.Explanation, t Tally, err error) {
	err = b.fresh(ctx, func() error {
		e, t, err = b.explain(ctx, service, branch, date, now)
		return err
	})
	return e, t, err
}

func (b *Booker) explain(
	ctx context.Context, service, branch string, date scheduling.Date, now time.Time,
) (scheduling.Explanation, Tally, error) {
	s, group, err := b.centre.Desk(service, branch)
	if err != nil {
		return scheduling.Explanation{}, Tally{}, err
	}
	shape, err := ShapeOf(s, 1, catalog.Public)
	if err != nil {
		return scheduling.Explanation{}, Tally{}, err
	}
	occupied, _, err := b.store.Occupancy(ctx, group, date, date)
	if err != nil {
		return scheduling.Explanation{}, Tally{}, err
	}
	day, used := occupied[0].on(group.Calendar.Day(date))
	counted := shape.Counted(group, now)
	tally := TallyDay(day, used, counted, now)
	tally.Free = len(counted.free(group.Calendar, day, used, now))
	if tally.Refused[RuleHorizon] > 0 {
		tally.Opens = shape.nextOf(day, group.Calendar, now)
	}
	return group.Calendar.Explain(date), tally, nil
}
