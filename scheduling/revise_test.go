package scheduling_test

import (
	"context"
	"errors"
	"testing"

	"ziyara/scheduling"
)

// ending is a context that ends when it has been asked so many times.
type ending struct {
	context.Context
	asked, after int
}

func (c *ending) Err() error {
	if c.asked++; c.asked > c.after {
		return context.Canceled
	}
	return nil
}

// Revise stops soon after its context ends, wherever it is in a large edit.
func TestReviseEndsWithItsContext(t *testing.T) {
	t.Parallel()
	now := instant(t, "2026-11-24T06:00:00Z")
	many := rareRules(t, 3) // 256 rules
	p := scheduling.Plan{Zone: "Asia/Riyadh"}
	e := scheduling.Edit{Rules: &many.Rules, Seasons: &many.Seasons}
	whole := &ending{Context: t.Context(), after: 1 << 30}
	_, want := scheduling.Revise(whole, p, e, now)
	if errors.Is(want, context.Canceled) || whole.asked < 100 {
		t.Fatalf("looked at its context %d times, %v", whole.asked, want)
	}
	for after := range whole.asked {
		ctx := &ending{Context: t.Context(), after: after}
		if after > 4 && after < whole.asked-2 && after%40 != 0 {
			continue // each takes as long as the edit up to there
		}
		if _, err := scheduling.Revise(ctx, p, e, now); !errors.Is(err, context.Canceled) || ctx.asked != after+1 {
			t.Errorf("ended after %d looks: %v after %d", after, err, ctx.asked)
		}
	}
}
