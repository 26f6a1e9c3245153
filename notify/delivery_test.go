package notify_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
)

// reminder is one of a visit that is ahead, in a zone where newClock shows
// 09:00, the end of the quiet hours.
func reminder() notify.Claimed {
	m := message(notify.Reminder)
	m.Quiet = night
	m.Expires = newClock().Now().AddDate(0, 0, 1)
	return m
}

// A reminder goes out while its visit is ahead, as it says, and in no quiet
// hours.
func TestDecideReminder(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { return local(t, s, zone(t, "Asia/Riyadh")) }
	approved := func(c *notify.Claimed, start string) {
		c.Facts.Kind, c.Facts.Start, c.Expires = notify.Approved, at(start), at("2026-12-01T12:00")
	}
	tests := []struct {
		name   string
		change func(*notify.Claimed)
		now    string
		want   notify.Decision
	}{
		{"ahead", func(*notify.Claimed) {}, "2026-11-15T12:00", notify.Send},
		{"moved since", func(c *notify.Claimed) { c.VisitStart = 2 }, "2026-11-15T12:00", notify.Superseded},
		{"cancelled, or the visitor has come",
			func(c *notify.Claimed) { c.Visit.Hall = notify.HallWaiting }, "2026-11-15T12:00", notify.Superseded},
		{"of no use any more", func(*notify.Claimed) {}, "2026-11-16T09:00", notify.Expired},
		{"the last minute before the quiet hours", func(*notify.Claimed) {}, "2026-11-15T20:59", notify.Send},
		{"as they begin", func(c *notify.Claimed) { c.Expires = at("2026-11-16T09:01") }, "2026-11-15T21:00", notify.Wait},
		{"the last minute of them", func(c *notify.Claimed) { c.Expires = at("2026-11-16T09:01") }, "2026-11-16T08:59", notify.Wait},
		{"as they end", func(c *notify.Claimed) { c.Expires = at("2026-11-16T09:01") }, "2026-11-16T09:00", notify.Send},
		{"of no use when they end", func(*notify.Claimed) {}, "2026-11-15T21:00", notify.Expired},
		{"an approval waits", func(c *notify.Claimed) { approved(c, "2026-11-25T09:30") }, "2026-11-15T23:00", notify.Wait},
		{"that of a visit on the next day can't", func(c *notify.Claimed) { approved(c, "2026-11-16T12:00") }, "2026-11-15T23:00", notify.Send},
		{"a closure of the same day can't", func(c *notify.Claimed) {
			approved(c, "2026-11-15T22:00")
			c.Facts.Kind = notify.Closed
		}, "2026-11-15T21:30", notify.Send},
		{"nor what would be dropped in the morning", func(c *notify.Claimed) {
			approved(c, "2026-11-25T09:30")
			c.Expires = at("2026-11-16T09:00")
		}, "2026-11-15T23:00", notify.Send},
		{"an answer to a request with a number waits", func(c *notify.Claimed) {
			approved(c, "2026-11-25T09:30")
			c.Facts.Kind, c.Facts.Start = notify.CaseUpdated, time.Time{}
		}, "2026-11-15T23:00", notify.Wait},
		{"a confirmation waits for nothing", func(c *notify.Claimed) { c.Facts.Kind = notify.Booked }, "2026-11-15T23:00", notify.Send},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := reminder()
			tt.change(&c)
			if got := notify.Decide(c, at(tt.now)); got != tt.want {
				t.Errorf("Decide = %s, want %s", got, tt.want)
			}
		})
	}
}

// What comes up in the quiet hours goes back to the queue until they end.
func TestDeliverInTheQuietHours(t *testing.T) {
	t.Parallel()
	m := reminder()
	m.Expires = newClock().Now().AddDate(0, 0, 2)
	clock, ledger, sender := newClock(), newLedger(m), &fakeSender{}
	clock.Advance(14 * time.Hour) // 23:00
	w := newWorker(t, ledger, sender, notify.WorkerConfig{})
	if _, err := w.Deliver(t.Context(), clock.Now); err != nil {
		t.Fatal(err)
	}
	want := notify.Outcome{ID: 1, Attempt: 1, State: notify.Retry, Reason: "quiet hours", NextAttempt: newClock().Now().AddDate(0, 0, 1)}
	if diff := cmp.Diff(want, ledger.outcomes()[0]); diff != "" || sender.calls > 0 {
		t.Fatalf("%d sends, outcome (-want +got):\n%s", sender.calls, diff)
	}
	clock.Advance(10 * time.Hour)
	if _, err := w.Deliver(t.Context(), clock.Now); err != nil || ledger.outcomes()[0].State != notify.Accepted {
		t.Fatalf("in the morning: %+v, %v", ledger.outcomes()[0], err)
	}
}

// What was handed to the gateway and is not recorded yet is never more than
// the window: so much a process can have sent twice when it is killed.
func TestDeliverWindow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const n, window = 50, 7
		clock, ledger, sender := newClock(), newLedger(messages(n)...), &fakeSender{}
		held := &slowLedger{fakeLedger: ledger, pass: make(chan struct{})}
		w := newWorker(t, held, sender, notify.WorkerConfig{Batch: 20, InFlight: window, Concurrency: 3})
		done := make(chan error, 1)
		go func() {
			_, err := w.Deliver(t.Context(), clock.Now)
			done <- err
		}()
		recorded := func() int {
			count := 0
			for _, o := range ledger.outcomes() {
				if o.State == notify.Accepted {
					count++
				}
			}
			return count
		}
		for recorded() < n {
			synctest.Wait()
			if sent := len(sender.ids()); sent-recorded() > window {
				t.Fatalf("%d are sent, %d recorded: want a window of %d", sent, recorded(), window)
			}
			held.pass <- struct{}{}
			synctest.Wait()
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if sender.peak > 3 {
			t.Errorf("%d sends at once, want 3", sender.peak)
		}
	})
}

// slowLedger waits to be let pass before it records.
type slowLedger struct {
	*fakeLedger
	pass chan struct{}
}

func (l *slowLedger) Finish(ctx context.Context, now time.Time, outcomes []notify.Outcome) error {
	<-l.pass
	return l.fakeLedger.Finish(ctx, now, outcomes)
}

// With a gateway that is slow, nothing is told of which the facts are old:
// what had to wait is claimed again, and less is claimed at once.
func TestDeliverFreshFacts(t *testing.T) {
	t.Parallel()
	clock, ledger, sender := newClock(), newLedger(messages(40)...), &fakeSender{}
	claims := &claimTimes{fakeLedger: ledger, at: map[int64]time.Time{}}
	sender.answer = func(_ context.Context, m notify.Message) (string, error) {
		if age := clock.Now().Sub(claims.claimedAt(m.ID)); age > 5*time.Second {
			t.Errorf("message %d tells facts of %v ago", m.ID, age)
		}
		clock.Advance(time.Second)
		return "gw", nil
	}
	w := newWorker(t, claims, sender, notify.WorkerConfig{Batch: 16, Rounds: 1000, Concurrency: 1, InFlight: 1})
	if _, err := w.Deliver(t.Context(), clock.Now); err != nil {
		t.Fatal(err)
	}
	if got := sender.ids(); len(got) != 40 {
		t.Errorf("sent %d messages, want 40", len(got))
	}
	if last := claims.limits[len(claims.limits)-1]; last >= 16 {
		t.Errorf("the last claim was for %d at once, want less than the first", last)
	}
}

// claimTimes remembers when each message was claimed.
type claimTimes struct {
	*fakeLedger
	at     map[int64]time.Time
	limits []int
}

func (l *claimTimes) Claim(ctx context.Context, now time.Time, limit int, lease time.Duration) ([]notify.Claimed, error) {
	claimed, err := l.fakeLedger.Claim(ctx, now, limit, lease)
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range claimed {
		l.at[c.ID] = now
	}
	l.limits = append(l.limits, limit)
	return claimed, err
}

func (l *claimTimes) claimedAt(id int64) time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at[id]
}

// How a send failed decides when it is tried again, and what is said of it.
func TestDeliverFailures(t *testing.T) {
	t.Parallel()
	start := newClock().Now()
	for _, tt := range []struct {
		name string
		err  error
		want notify.Outcome
	}{
		{
			"the answer was lost", fmt.Errorf("%w: reset", notify.ErrUncertain),
			notify.Outcome{State: notify.Retry, Reason: notify.ErrUncertain.Error() + ": reset",
				NextAttempt: start.Add(5 * time.Second), Unsure: true},
		}, {
			"the gateway asks for time", &notify.BusyError{After: time.Minute, Err: context.DeadlineExceeded},
			notify.Outcome{State: notify.Retry, NextAttempt: start.Add(time.Minute)},
		}, {
			"no such number", fmt.Errorf("%w: 1011", notify.ErrRecipient),
			notify.Outcome{State: notify.Failed, Reason: notify.ErrRecipient.Error() + ": 1011"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ledger := newLedger(message(notify.Booked))
			sender := &fakeSender{answer: func(context.Context, notify.Message) (string, error) { return "", tt.err }}
			if _, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), newClock().Now); err != nil {
				t.Fatal(err)
			}
			got := ledger.outcomes()[0]
			tt.want.ID, tt.want.Attempt = 1, 1
			if tt.want.Reason == "" {
				tt.want.Reason = got.Reason
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

// However many panic, the error stays one that can be read.
func TestDeliverManyPanics(t *testing.T) {
	t.Parallel()
	ledger := newLedger(messages(60)...)
	sender := &fakeSender{answer: func(context.Context, notify.Message) (string, error) { panic("gateway") }}
	n, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), newClock().Now)
	if n != 60 || err == nil || strings.Count(err.Error(), "panic with") != 10 {
		t.Errorf("Deliver = %d, with %d panics told; want 60 and 10", n, strings.Count(fmt.Sprint(err), "panic with"))
	}
}
