package webhook_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/notify/webhook"
)

var happened = time.Date(2026, 11, 22, 6, 0, 0, 0, time.UTC)

// The waits are those that Standard Webhooks recommends, over three days.
func TestNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name       string
		attempt    int
		age        time.Duration
		retryAfter time.Duration
		jitter     float64
		want       time.Duration // 0: given up
	}{
		{"the first", 1, 0, 0, 0, 5 * time.Second},
		{"the second", 2, 0, 0, 0, 5 * time.Minute},
		{"later by up to a tenth", 2, 0, 0, 1, 5*time.Minute + 30*time.Second},
		{"the ninth", 9, 51 * time.Hour, 0, 0, 24 * time.Hour},
		{"the tenth is the last", 10, 75 * time.Hour, 0, 0, 0},
		{"the receiver asks for longer", 1, 0, time.Hour, 0, time.Hour},
		{"the receiver asks for less", 2, 0, time.Second, 0, 5 * time.Minute},
		{"the receiver asks for a year", 1, 0, 365 * 24 * time.Hour, 0, 24 * time.Hour},
		{"just not too old then", 1, webhook.MaxAge - 6*time.Second, 0, 0, 5 * time.Second},
		{"too old then", 1, webhook.MaxAge - 5*time.Second, 0, 0, 0},
		{"never attempted", 0, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			now := happened.Add(c.age)
			at, ok := webhook.Next(c.attempt, happened, now, c.retryAfter, c.jitter)
			if ok != (c.want > 0) || ok && !at.Equal(now.Add(c.want)) {
				t.Errorf("at %v, %v, want after %v", at, ok, c.want)
			}
		})
	}
}

// An event that can't be delivered is given up after ten attempts in a little
// more than three days, whatever the dice say, and never after it is too old.
func TestNextEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now, attempts := happened, 1
		for {
			at, ok := webhook.Next(attempts, happened, now, 0, rapid.Float64Range(0, 1).Draw(t, "jitter"))
			if !ok {
				break
			}
			if !at.After(now) {
				t.Fatalf("attempt %d is followed at once", attempts)
			}
			now, attempts = at, attempts+1
		}
		if took := now.Sub(happened); attempts != 10 || took < 75*time.Hour || took >= webhook.MaxAge {
			t.Fatalf("%d attempts in %v", attempts, took)
		}
	})
}

func TestPause(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int]time.Duration{
		0: 0, 2: 0, 3: 5 * time.Second, 4: 10 * time.Second, 10: 640 * time.Second, 11: 15 * time.Minute, 1 << 30: 15 * time.Minute,
	} {
		if got := webhook.Pause(failures); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
}

// A receiver is given up that has failed both for long and often: not one that
// was sent nothing since a single failure.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		failures int
		since    time.Duration
		want     bool
	}{
		{"for long and often", 10, webhook.DisableAfter, true},
		{"not for long", 1000, webhook.DisableAfter - 1, false},
		{"not often", 9, 10 * webhook.DisableAfter, false},
	} {
		if got := webhook.GivenUp(c.failures, happened, happened.Add(c.since)); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
