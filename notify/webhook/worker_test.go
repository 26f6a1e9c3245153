package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify/webhook"
)

// ledger keeps deliveries to receivers in memory. What it claims is due at
// once; the order is that of the slices.
type ledger struct {
	mu        sync.Mutex
	receivers []webhook.Receiver
	waiting   map[string][]webhook.Claimed
	limits    []int // of the claims
	outcomes  []webhook.Outcome
	verdicts  []webhook.Verdict
	fails     error
}

func (l *ledger) Due(_ context.Context, _ time.Time, busy []string, _ int) ([]webhook.Receiver, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var due []webhook.Receiver
	for _, r := range l.receivers {
		if len(l.waiting[r.Webhook]) > 0 && !slices.Contains(busy, r.Webhook) {
			due = append(due, r)
		}
	}
	return due, nil
}

func (l *ledger) Claim(_ context.Context, id string, _ time.Time, limit int, _ time.Duration) ([]webhook.Claimed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.limits = append(l.limits, limit)
	n := min(limit, len(l.waiting[id]))
	claimed := l.waiting[id][:n]
	l.waiting[id] = l.waiting[id][n:]
	return claimed, nil
}

func (l *ledger) Finish(_ context.Context, _ string, _ time.Time, outcomes []webhook.Outcome, v webhook.Verdict) (webhook.Why, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.outcomes = append(l.outcomes, outcomes...)
	l.verdicts = append(l.verdicts, v)
	return v.Disable, l.fails
}

func (l *ledger) verdict(t *testing.T) webhook.Verdict {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.verdicts) != 1 {
		t.Fatalf("%d verdicts, want one", len(l.verdicts))
	}
	return l.verdicts[0]
}

// queue returns n new deliveries.
func queue(n int) []webhook.Claimed {
	list := make([]webhook.Claimed, n)
	for i := range list {
		list[i] = webhook.Claimed{ID: int64(i + 1), Message: "m", Attempt: 1,
			Created: happened, Event: webhook.Event{Type: webhook.TestType, At: happened}}
	}
	return list
}

// sender answers what a test wants.
type sender func(url string) webhook.Result

func (s sender) config() webhook.WorkerConfig {
	return webhook.WorkerConfig{
		Send: func(_ context.Context, url string, _ http.Header, _ []byte, _ time.Time) webhook.Result {
			return s(url)
		},
		Open:   func(_ string, sealed []byte) ([]byte, error) { return sealed, nil },
		Jitter: func() float64 { return 0 }, Told: func(string, webhook.Why) {},
		Patience: time.Minute,
	}
}

func deliver(t *testing.T, l *ledger, c webhook.WorkerConfig, at time.Time) (int, error) {
	t.Helper()
	w, err := webhook.NewWorker(l, c)
	if err != nil {
		t.Fatal(err)
	}
	return w.Deliver(t.Context(), func() time.Time { return at })
}

func receiver(failures int, since time.Duration) webhook.Receiver {
	r := webhook.Receiver{Webhook: "w", URL: "https://w", Secrets: [][]byte{make([]byte, 32)}, Failures: failures}
	if failures > 0 {
		r.FailingSince = happened.Add(-since)
	}
	return r
}

// What one attempt makes of a delivery and of its receiver.
func TestWorkerJudges(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for _, c := range []struct {
		name     string
		receiver webhook.Receiver
		result   webhook.Result
		age      time.Duration
		state    webhook.DeliveryState
		next     time.Duration
		verdict  webhook.Verdict
	}{
		{name: "delivered", receiver: receiver(5, day), result: webhook.Result{Status: 200}, state: webhook.Delivered,
			verdict: webhook.Verdict{Delivered: true}},
		{name: "the first failure", receiver: receiver(0, 0), result: webhook.Result{Status: 500, Detail: webhook.BadStatus},
			state: webhook.Waiting, next: 5 * time.Second, verdict: webhook.Verdict{Failures: 1}},
		{name: "the third in a row pauses", receiver: receiver(2, day), result: webhook.Result{Detail: webhook.Timeout},
			state: webhook.Waiting, next: 5 * time.Second, verdict: webhook.Verdict{Failures: 1, PausedUntil: happened.Add(5 * time.Second)}},
		{name: "asked to wait", receiver: receiver(0, 0), result: webhook.Result{Status: 429, Detail: webhook.BadStatus, RetryAfter: time.Hour},
			state: webhook.Waiting, next: time.Hour, verdict: webhook.Verdict{Failures: 1, PausedUntil: happened.Add(time.Hour)}},
		{name: "gone", receiver: receiver(0, 0), result: webhook.Result{Status: 410, Detail: webhook.BadStatus},
			state: webhook.Waiting, next: 5 * time.Second, verdict: webhook.Verdict{Failures: 1, Disable: webhook.Gone}},
		{name: "failing for days", receiver: receiver(9, 5*day), result: webhook.Result{Detail: webhook.NoConnection},
			state: webhook.Waiting, next: 5 * time.Second,
			verdict: webhook.Verdict{Failures: 1, PausedUntil: happened.Add(640 * time.Second), Disable: webhook.Failing}},
		{name: "failing for almost so long", receiver: receiver(9, 5*day-1), result: webhook.Result{Detail: webhook.NoConnection},
			state: webhook.Waiting, next: 5 * time.Second, verdict: webhook.Verdict{Failures: 1, PausedUntil: happened.Add(640 * time.Second)}},
		{name: "too old is not sent, and nobody's fault", receiver: receiver(9, 5*day), age: 5 * day,
			result: webhook.Result{Detail: webhook.TooOld}, state: webhook.Failed},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			sent := 0
			waiting := queue(1)
			waiting[0].Created = happened.Add(-c.age)
			l := &ledger{receivers: []webhook.Receiver{c.receiver}, waiting: map[string][]webhook.Claimed{"w": waiting}}
			if _, err := deliver(t, l, sender(func(string) webhook.Result { sent++; return c.result }).config(), happened); err != nil {
				t.Fatal(err)
			}
			want := webhook.Outcome{ID: 1, Attempt: 1, State: c.state, Result: c.result}
			if c.next > 0 {
				want.Next = happened.Add(c.next)
			}
			if diff := cmp.Diff([]webhook.Outcome{want}, l.outcomes); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			if diff := cmp.Diff(c.verdict, l.verdict(t)); diff != "" {
				t.Errorf("verdict: -want +got:\n%s", diff)
			}
			if (sent == 0) != (c.age > 0) {
				t.Errorf("sent %d times", sent)
			}
		})
	}
}

// A receiver that has failed is tried with one message, and served on with many
// once that was taken.
func TestWorkerProbes(t *testing.T) {
	t.Parallel()
	l := &ledger{receivers: []webhook.Receiver{receiver(3, time.Hour)}, waiting: map[string][]webhook.Claimed{"w": queue(10)}}
	n, err := deliver(t, l, sender(func(string) webhook.Result { return webhook.Result{Status: 200} }).config(), happened)
	if err != nil || n != 10 {
		t.Fatalf("%d outcomes, %v", n, err)
	}
	if diff := cmp.Diff([]int{1, 8, 8, 8}, l.limits); diff != "" {
		t.Errorf("claims: -want +got:\n%s", diff)
	}
	l = &ledger{receivers: []webhook.Receiver{receiver(3, time.Hour)}, waiting: map[string][]webhook.Claimed{"w": queue(10)}}
	broken := sender(func(string) webhook.Result { return webhook.Result{Status: 500, Detail: webhook.BadStatus} })
	if n, err = deliver(t, l, broken.config(), happened); err != nil || n != 1 {
		t.Errorf("%d outcomes, %v, want one and then a pause", n, err)
	}
}

// One receiver that is slow, or whose code panics, or whose secret can't be
// opened, keeps nobody else waiting: Deliver returns, it is served on, and is
// not served twice at once.
func TestWorkerIsolates(t *testing.T) {
	t.Parallel()
	slow := make(chan struct{})
	reached := make(chan struct{}, 1)
	l := &ledger{waiting: map[string][]webhook.Claimed{}}
	for _, id := range []string{"slow", "quick", "broken", "sealed"} {
		l.receivers = append(l.receivers, webhook.Receiver{Webhook: id, URL: "https://" + id, Secrets: [][]byte{[]byte(id)}})
		l.waiting[id] = queue(1)
	}
	c := sender(func(url string) webhook.Result {
		switch url {
		case "https://slow":
			reached <- struct{}{}
			<-slow
		case "https://sealed":
			t.Error("sent without a signature")
		}
		return webhook.Result{Status: 200}
	}).config()
	errSecret := errors.New("wrong secret")
	c.Open = func(id string, sealed []byte) ([]byte, error) {
		switch id {
		case "sealed":
			return nil, errSecret
		case "broken":
			panic("broken")
		}
		return sealed, nil
	}
	c.Patience = time.Millisecond
	w, err := webhook.NewWorker(l, c)
	if err != nil {
		t.Fatal(err)
	}
	now := func() time.Time { return happened }
	begun, all := w.Deliver(t.Context(), now)
	<-reached
	l.mu.Lock()
	l.waiting["slow"], l.waiting["quick"] = queue(1), append(l.waiting["quick"], queue(1)...)
	l.mu.Unlock()
	for recorded := begun; recorded < 3; { // quick twice, sealed once; slow is still on its way
		n, err := w.Deliver(t.Context(), now)
		recorded, all = recorded+n, errors.Join(all, err)
	}
	select {
	case <-reached:
		t.Error("the slow receiver is served twice at once")
	default:
	}
	close(slow)
	w.Wait(t.Context())
	_, err = w.Deliver(t.Context(), now)
	w.Wait(t.Context())
	_, last := w.Deliver(t.Context(), now)
	if all = errors.Join(all, err, last); !errors.Is(all, errSecret) {
		t.Errorf("nobody is told that a secret can't be opened: %v", all)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range l.outcomes {
		if o.State != webhook.Delivered && o.Result.Detail != webhook.NoSecret {
			t.Errorf("outcome %+v", o)
		}
	}
}

// Once the program has another secret of its own, a webhook is given a new one
// and works again; the former one can't be opened any more.
func TestWorkerWithoutTheFormerSecret(t *testing.T) {
	t.Parallel()
	r := receiver(0, 0)
	r.Secrets = [][]byte{[]byte("present"), []byte("former")}
	l := &ledger{receivers: []webhook.Receiver{r}, waiting: map[string][]webhook.Claimed{"w": queue(1)}}
	c := sender(nil).config()
	c.Send = func(_ context.Context, _ string, h http.Header, _ []byte, _ time.Time) webhook.Result {
		if signatures := strings.Fields(h.Get("webhook-signature")); len(signatures) != 1 {
			t.Errorf("signatures %v, want one", signatures)
		}
		return webhook.Result{Status: 200}
	}
	c.Open = func(_ string, sealed []byte) ([]byte, error) {
		if string(sealed) == "former" {
			return nil, errors.New("wrong secret")
		}
		return sealed, nil
	}
	if n, err := deliver(t, l, c, happened); n != 1 || err != nil || l.outcomes[0].State != webhook.Delivered {
		t.Errorf("%d outcomes %+v, %v", n, l.outcomes, err)
	}
}

// When the process is told to stop, what is on its way is finished and
// recorded, and nothing else is begun.
func TestWorkerStops(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	l := &ledger{receivers: []webhook.Receiver{receiver(0, 0)}, waiting: map[string][]webhook.Claimed{"w": queue(20)}}
	w, err := webhook.NewWorker(l, sender(func(string) webhook.Result { stop(); return webhook.Result{Status: 200} }).config())
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.Deliver(ctx, func() time.Time { return happened }); err != nil || n != 8 {
		t.Errorf("%d outcomes, %v, want those of one batch", n, err)
	}
}

func TestWorkerReportsItsLedger(t *testing.T) {
	t.Parallel()
	down := errors.New("down")
	l := &ledger{receivers: []webhook.Receiver{receiver(0, 0)}, waiting: map[string][]webhook.Claimed{"w": queue(1)}, fails: down}
	works := sender(func(string) webhook.Result { return webhook.Result{Status: 200} })
	if _, err := deliver(t, l, works.config(), happened); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
}

func TestNewWorkerRefuses(t *testing.T) {
	t.Parallel()
	good := sender(func(string) webhook.Result { return webhook.Result{} }).config()
	short := good
	short.Lease = 2 * webhook.SendTimeout
	for name, c := range map[string]webhook.WorkerConfig{"nothing": {}, "a lease that ends while it sends": short} {
		if _, err := webhook.NewWorker(&ledger{}, c); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
