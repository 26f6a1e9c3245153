package notify_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ziyara/notify"
)

// Whatever gateway and ledger do, and however often the worker runs, no
// message is accepted twice, none is lost, and each ends as the last answer
// of the gateway says.
func TestDeliverNeverTwiceNeverLost(t *testing.T) {
	t.Parallel()
	texts := notify.NewTexts()
	rapid.Check(t, func(t *rapid.T) {
		clock := newClock()
		ledger := newLedger(rapid.SliceOfN(rapid.Custom(drawMessage), 1, 20).Draw(t, "messages")...)
		gateway := newRandomGateway(t, len(ledger.rows))
		sender := &fakeSender{answer: gateway.answer}
		worker, err := notify.NewWorker(ledger, sender, texts, notify.WorkerConfig{
			Batch:       rapid.IntRange(1, 8).Draw(t, "batch"),
			Rounds:      rapid.IntRange(1, 4).Draw(t, "rounds"),
			Concurrency: rapid.IntRange(1, 4).Draw(t, "concurrency"),
			SendTimeout: 10 * time.Second,
			Lease:       rapid.SampledFrom([]time.Duration{20 * time.Second, time.Minute}).Draw(t, "lease"),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 12).Draw(t, "ticks") {
			ledger.failClaims = rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "failing claims")
			ledger.failFinish = rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "failing records")
			_, _ = worker.Deliver(context.Background(), clock.Now) // errors are drawn above
			clock.Advance(time.Duration(rapid.IntRange(0, 600).Draw(t, "seconds")) * time.Second)
		}
		ledger.failClaims, ledger.failFinish = 0, 0
		for range 250 { // the gateway's answers run out, then all is accepted
			if _, err := worker.Deliver(context.Background(), clock.Now); err != nil && !gateway.panicked {
				t.Fatal(err)
			}
			clock.Advance(20 * time.Second)
		}
		verify(t, ledger, sender, gateway)
	})
}

// drawMessage returns a message that may be outdated or expire soon.
func drawMessage(t *rapid.T) notify.Claimed {
	m := message(rapid.SampledFrom(notify.Kinds()).Draw(t, "kind"))
	m.VisitStart = rapid.SampledFrom([]int{1, 1, 1, 2}).Draw(t, "version")
	m.Expires = newClock().Now().Add(time.Duration(rapid.IntRange(0, 4000).Draw(t, "expires")) * time.Second)
	return m
}

// randomGateway has a list of answers for each message; after them it
// accepts.
type randomGateway struct {
	mu       sync.Mutex
	answers  [][]string
	last     []string // the last answer to each message
	panicked bool
}

func newRandomGateway(t *rapid.T, n int) *randomGateway {
	answer := rapid.SampledFrom([]string{"accept", "temporary", "temporary", "unknown", "permanent", "panic"})
	return &randomGateway{
		answers: rapid.SliceOfN(rapid.SliceOfN(answer, 0, 6), n, n).Draw(t, "answers"),
		last:    make([]string, n),
	}
}

func (g *randomGateway) answer(_ context.Context, m notify.Message) (string, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i, answer := m.ID-1, "accept"
	if len(g.answers[i]) > 0 {
		answer, g.answers[i] = g.answers[i][0], g.answers[i][1:]
	}
	g.last[i] = answer
	switch answer {
	case "temporary":
		return "", notify.ErrTemporary
	case "unknown":
		return "", fmt.Errorf("gateway: status 599")
	case "permanent":
		return "", notify.ErrPermanent
	case "panic":
		g.panicked = true
		panic("gateway")
	}
	return "gw", nil
}

// verify compares what the ledger says in the end with what the gateway saw.
func verify(t *rapid.T, l *fakeLedger, s *fakeSender, g *randomGateway) {
	if len(l.broken) > 0 {
		t.Fatalf("the ledger was given: %v", l.broken)
	}
	ids := s.ids()
	if twice := len(ids) - len(slices.Compact(slices.Clone(ids))); twice > 0 {
		t.Fatalf("%d messages were accepted twice: %v", twice, ids)
	}
	for i, o := range l.outcomes() {
		accepted := slices.Contains(ids, int64(i+1))
		switch {
		case o.State == "" || o.State == notify.Retry:
			t.Fatalf("message %d is lost: %+v", i+1, o)
		case accepted != (o.State == notify.Accepted):
			t.Fatalf("message %d: gateway accepted: %t, recorded %+v", i+1, accepted, o)
		case o.State == notify.Failed && g.last[i] == "accept", o.State == notify.Dropped && g.last[i] == "permanent":
			t.Fatalf("message %d: last answer %q, recorded %+v", i+1, g.last[i], o)
		}
	}
}
