package notify_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"ziyara/notify"
)

var errLedger = errors.New("ledger is away")

// fakeLedger keeps messages in memory by the rules of notify.Ledger.
type fakeLedger struct {
	mu          sync.Mutex
	rows        []*row
	claims      int // calls of Claim
	failClaims  int // how many calls of Claim fail next
	failFinish  int // how many calls of Finish fail next
	broken      []string
	finishBatch []int // outcomes in each call of Finish
}

// row is a message of the ledger.
type row struct {
	message notify.Claimed
	outcome notify.Outcome // the last one; State "" until then
	due     time.Time
	lease   time.Time
}

func (r *row) finished() bool { return r.outcome.State != "" && r.outcome.State != notify.Retry }

func newLedger(messages ...notify.Claimed) *fakeLedger {
	l := &fakeLedger{}
	for i, m := range messages {
		m.ID = int64(i + 1)
		l.rows = append(l.rows, &row{message: m})
	}
	return l
}

func (l *fakeLedger) Claim(ctx context.Context, now time.Time, limit int, lease time.Duration) ([]notify.Claimed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.claims++
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.failClaims > 0 {
		l.failClaims--
		return nil, errLedger
	}
	var claimed []notify.Claimed
	for _, r := range l.rows {
		if len(claimed) == limit {
			break
		}
		if r.finished() || r.due.After(now) || r.lease.After(now) {
			continue
		}
		r.lease = now.Add(lease)
		r.message.Attempt++
		claimed = append(claimed, r.message)
	}
	return claimed, nil
}

func (l *fakeLedger) Finish(ctx context.Context, now time.Time, outcomes []notify.Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if l.failFinish > 0 {
		l.failFinish--
		return errLedger
	}
	l.finishBatch = append(l.finishBatch, len(outcomes))
	for _, o := range outcomes {
		r := l.rows[o.ID-1]
		if o.Attempt != r.message.Attempt || r.finished() {
			continue
		}
		if o.State == notify.Retry && o.NextAttempt.Before(now.Add(-time.Hour)) {
			l.broken = append(l.broken, "retry without a next attempt")
		}
		r.outcome, r.due, r.lease = o, o.NextAttempt, time.Time{}
	}
	return nil
}

// outcomes returns the last outcome of each message.
func (l *fakeLedger) outcomes() []notify.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	outcomes := make([]notify.Outcome, len(l.rows))
	for i, r := range l.rows {
		outcomes[i] = r.outcome
	}
	return outcomes
}

// fakeSender answers as its function says and remembers what it accepted.
type fakeSender struct {
	answer func(ctx context.Context, m notify.Message) (string, error) // nil accepts

	mu       sync.Mutex
	calls    int
	busy     int
	peak     int // most calls at once
	accepted []notify.Message
}

func (s *fakeSender) Send(ctx context.Context, m notify.Message) (string, error) {
	s.enter()
	defer s.leave()
	id := "gw"
	if s.answer != nil {
		var err error
		if id, err = s.answer(ctx, m); err != nil {
			return "", err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accepted = append(s.accepted, m)
	return id, nil
}

func (s *fakeSender) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	s.busy++
	s.peak = max(s.peak, s.busy)
}

func (s *fakeSender) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
}

// ids returns the ids of what was accepted, ascending.
func (s *fakeSender) ids() []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids := make([]int64, len(s.accepted))
	for i, m := range s.accepted {
		ids[i] = m.ID
	}
	slices.Sort(ids)
	return ids
}

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2026, time.November, 15, 6, 0, 0, 0, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
