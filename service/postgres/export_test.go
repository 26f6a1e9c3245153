package postgres

import (
	"context"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/hall"
	"ziyara/notify"
	"ziyara/scheduling"
)

// ForcePlan gives a desk group another plan whoever loses places by it, and
// returns what happens to their claims: what a change with impact does.
func (s *Store) ForcePlan(ctx context.Context, slug string, by catalog.Act,
	decide func(centre.DeskPlan) (scheduling.Revision, error),
) (impacts []scheduling.Impact, err error) {
	err = s.transact(ctx, func(q session) error {
		before, err := q.lockPlan(ctx, slug, 0)
		if err != nil {
			return err
		}
		revision, err := decide(before)
		if err != nil {
			return err
		}
		_, impacts, err = q.savePlan(ctx, before, revision, by)
		return err
	})
	return impacts, err
}

// ToldOfStep is what a visitor is told of a step in the hall.
func ToldOfStep(step hall.Step) notify.Notice { return toldOfStep(step) }
