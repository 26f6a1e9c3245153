package notify_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/notify"
)

const mobile = notify.Mobile("+966501234567")

// message is one that is true and expires an hour after the clock's start.
func message(k notify.Kind) notify.Claimed {
	c := notify.Claimed{
		Mobile: mobile, Facts: visit(k, "ar"), Expires: newClock().Now().Add(time.Hour),
		StartVersion: 1, VisitStart: 1, Visit: ahead(),
	}
	if k == notify.Cancelled {
		c.Visit.Status = notify.StatusCancelled
	}
	return c
}

func messages(n int) []notify.Claimed {
	all := make([]notify.Claimed, n)
	for i := range all {
		all[i] = message(notify.Booked)
	}
	return all
}

func newWorker(t *testing.T, l notify.Ledger, s notify.Sender, c notify.WorkerConfig) *notify.Worker {
	t.Helper()
	w, err := notify.NewWorker(l, s, notify.NewTexts(), c)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestNewWorkerRefuses(t *testing.T) {
	t.Parallel()
	l, s, texts := newLedger(), &fakeSender{}, notify.NewTexts()
	tests := []struct {
		name   string
		ledger notify.Ledger
		sender notify.Sender
		texts  *notify.Texts
		config notify.WorkerConfig
	}{
		{"no ledger", nil, s, texts, notify.WorkerConfig{}},
		{"no sender", l, nil, texts, notify.WorkerConfig{}},
		{"no texts", l, s, nil, notify.WorkerConfig{}},
		{"negative batch", l, s, texts, notify.WorkerConfig{Batch: -1}},
		{"negative rounds", l, s, texts, notify.WorkerConfig{Rounds: -1}},
		{"negative concurrency", l, s, texts, notify.WorkerConfig{Concurrency: -1}},
		{"negative window", l, s, texts, notify.WorkerConfig{InFlight: -1}},
		{"negative age of facts", l, s, texts, notify.WorkerConfig{Fresh: -1}},
		{"negative timeout", l, s, texts, notify.WorkerConfig{SendTimeout: -1}},
		{"lease shorter than two sends", l, s, texts, notify.WorkerConfig{SendTimeout: time.Minute, Lease: 119 * time.Second}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if w, err := notify.NewWorker(tt.ledger, tt.sender, tt.texts, tt.config); err == nil || w != nil {
				t.Fatalf("NewWorker = %v, %v; want an error", w, err)
			}
		})
	}
}

// Each outcome of one attempt.
func TestDeliverOutcomes(t *testing.T) {
	t.Parallel()
	booked, err := notify.NewTexts().Render(visit(notify.Booked, "ar"))
	if err != nil {
		t.Fatal(err)
	}
	start := newClock().Now()
	refuse := func(err error) func(context.Context, notify.Message) (string, error) {
		return func(context.Context, notify.Message) (string, error) { return "", err }
	}
	leak := &url.Error{Op: "Get", URL: "https://gw/?to=966501234567&code=042917", Err: errors.New("0501234567 " + reference + " busy")}
	edit := func(m notify.Claimed, change func(*notify.Claimed)) notify.Claimed {
		change(&m)
		return m
	}
	tests := []struct {
		name    string
		message notify.Claimed
		answer  func(context.Context, notify.Message) (string, error)
		want    notify.Outcome
		sends   int
	}{
		{
			name: "accepted, text recorded", message: message(notify.Booked), sends: 1,
			want: notify.Outcome{State: notify.Accepted, Text: booked, Segments: 1, GatewayID: "gw"},
		}, {
			name: "accepted, a code is not recorded", message: message(notify.VerificationCode), sends: 1,
			want: notify.Outcome{State: notify.Accepted, Segments: 1, GatewayID: "gw"},
		}, {
			name: "moved since", message: edit(message(notify.Booked), func(c *notify.Claimed) { c.VisitStart = 2 }),
			want: notify.Outcome{State: notify.Dropped, Reason: "superseded"},
		}, {
			name: "expired", message: edit(message(notify.Booked), func(c *notify.Claimed) { c.Expires = start }),
			want: notify.Outcome{State: notify.Dropped, Reason: "expired"},
		}, {
			name: "permanent failure", message: message(notify.Booked), sends: 1,
			answer: refuse(fmt.Errorf("%w: blocked", notify.ErrPermanent)),
			want:   notify.Outcome{State: notify.Failed, Reason: "notify: permanent failure: blocked"},
		}, {
			name: "temporary failure", message: message(notify.Booked), sends: 1,
			answer: refuse(fmt.Errorf("%w: busy", notify.ErrTemporary)),
			want:   notify.Outcome{State: notify.Retry, Reason: "notify: temporary failure: busy", NextAttempt: start.Add(5 * time.Second)},
		}, {
			name: "no such recipient, which no retry mends", message: message(notify.Booked), sends: 1,
			answer: refuse(notify.ErrRecipient),
			want:   notify.Outcome{State: notify.Failed, Reason: "notify: permanent failure: no such recipient"},
		}, {
			name: "a lost answer is asked for by sending again", message: message(notify.Booked), sends: 1,
			answer: refuse(fmt.Errorf("%w: no answer", notify.ErrUncertain)),
			want: notify.Outcome{State: notify.Retry, Reason: "notify: uncertain whether the gateway took the message: no answer",
				NextAttempt: start.Add(5 * time.Second), Unsure: true},
		}, {
			name: "a busy gateway is left alone for as long as it asks", message: message(notify.Booked), sends: 1,
			answer: refuse(&notify.BusyError{After: time.Minute, Err: errors.New("slow down")}),
			want: notify.Outcome{State: notify.Retry,
				Reason: "notify: temporary failure: busy for 1m0s: slow down", NextAttempt: start.Add(time.Minute)},
		}, {
			name: "a busy gateway asks for less than the backoff", message: message(notify.Booked), sends: 1,
			answer: refuse(&notify.BusyError{After: time.Second, Err: errors.New("slow down")}),
			want: notify.Outcome{State: notify.Retry,
				Reason: "notify: temporary failure: busy for 1s: slow down", NextAttempt: start.Add(5 * time.Second)},
		}, {
			name: "a busy gateway can't hold a message for longer than 10 minutes", message: message(notify.Booked), sends: 1,
			answer: refuse(&notify.BusyError{After: 24 * time.Hour, Err: errors.New("slow down")}),
			want: notify.Outcome{State: notify.Retry,
				Reason: "notify: temporary failure: busy for 24h0m0s: slow down", NextAttempt: start.Add(10 * time.Minute)},
		}, {
			name: "any other failure is temporary", message: message(notify.Booked), sends: 1,
			answer: refuse(errors.New("busy")),
			want:   notify.Outcome{State: notify.Retry, Reason: "busy", NextAttempt: start.Add(5 * time.Second)},
		}, {
			name: "later attempts wait longer", sends: 1,
			message: edit(message(notify.Booked), func(c *notify.Claimed) { c.Attempt = 3 }),
			answer:  refuse(errors.New("busy")),
			want:    notify.Outcome{State: notify.Retry, Reason: "busy", NextAttempt: start.Add(40 * time.Second)},
		}, {
			name: "no time left for another attempt", sends: 1,
			message: edit(message(notify.Booked), func(c *notify.Claimed) { c.Expires = start.Add(5 * time.Second) }),
			answer:  refuse(errors.New("busy")),
			want:    notify.Outcome{State: notify.Failed, Reason: "busy"},
		}, {
			name: "a reason has no personal data", message: message(notify.VerificationCode), sends: 1,
			answer: refuse(leak),
			want:   notify.Outcome{State: notify.Retry, Reason: `Get "https://gw/?to=•&code=•": • • busy`, NextAttempt: start.Add(5 * time.Second)},
		}, {
			name: "a reason quotes no text", message: message(notify.Booked), sends: 1,
			answer: refuse(fmt.Errorf("%w: can't send %s", notify.ErrPermanent, booked)),
			want:   notify.Outcome{State: notify.Failed, Reason: "notify: permanent failure: can't send •"},
		}, {
			name: "a reason is bounded and clean", message: message(notify.Booked), sends: 1,
			answer: refuse(fmt.Errorf("%w\x00\xff%s", notify.ErrPermanent, strings.Repeat("م", 200))),
			want:   notify.Outcome{State: notify.Failed, Reason: "notify: permanent failure" + strings.Repeat("م", 87)},
		}, {
			name: "no mobile", message: edit(message(notify.Booked), func(c *notify.Claimed) { c.Mobile = "" }),
			want: notify.Outcome{State: notify.Failed, Reason: "no mobile"},
		}, {
			name: "no text", message: edit(message(notify.Booked), func(c *notify.Claimed) { c.Facts.Zone = nil }),
			want: notify.Outcome{State: notify.Failed, Reason: "notify: incomplete facts: booked without zone"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ledger, sender := newLedger(tt.message), &fakeSender{answer: tt.answer}
			n, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), newClock().Now)
			if n != 1 || err != nil {
				t.Fatalf("Deliver = %d, %v; want 1", n, err)
			}
			tt.want.ID, tt.want.Attempt = 1, tt.message.Attempt+1
			if diff := cmp.Diff([]notify.Outcome{tt.want}, ledger.outcomes()); diff != "" {
				t.Fatalf("outcome (-want +got):\n%s", diff)
			}
			if sender.calls != tt.sends {
				t.Fatalf("sent %d times, want %d", sender.calls, tt.sends)
			}
		})
	}
}

// A message says who gets it and how long it is.
func TestDeliverMessage(t *testing.T) {
	t.Parallel()
	ledger, sender := newLedger(message(notify.Cancelled)), &fakeSender{}
	if _, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), newClock().Now); err != nil {
		t.Fatal(err)
	}
	text := "تم إلغاء موعدكم\n25 نوفمبر 9:30 ص\nتحديث الآيبان\nفرع الملز\n" + reference
	want := []notify.Message{{
		ID: 1, Mobile: mobile, Text: text, Size: notify.Measure(text), Expires: newClock().Now().Add(time.Hour),
	}}
	if diff := cmp.Diff(want, sender.accepted); diff != "" {
		t.Fatalf("sent (-want +got):\n%s", diff)
	}
}

// A temporary failure is tried again with growing waits until it succeeds.
func TestDeliverRetries(t *testing.T) {
	t.Parallel()
	clock, ledger := newClock(), newLedger(message(notify.Booked))
	var sentAt []time.Duration
	sender := &fakeSender{}
	sender.answer = func(context.Context, notify.Message) (string, error) {
		if sentAt = append(sentAt, clock.Now().Sub(newClock().Now())); len(sentAt) < 5 {
			return "", notify.ErrTemporary
		}
		return "gw", nil
	}
	w := newWorker(t, ledger, sender, notify.WorkerConfig{})
	for range 200 {
		if _, err := w.Deliver(t.Context(), clock.Now); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Second)
	}
	want := []time.Duration{0, 5 * time.Second, 15 * time.Second, 35 * time.Second, 75 * time.Second}
	if diff := cmp.Diff(want, sentAt); diff != "" {
		t.Fatalf("attempts (-want +got):\n%s", diff)
	}
	if got := ledger.outcomes()[0].State; got != notify.Accepted {
		t.Fatalf("state = %s, want accepted", got)
	}
}

// A panic over one message keeps no other back, and its value, which may be
// personal, isn't told.
func TestDeliverPanic(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		panic func()
		want  string
	}{
		{"any value", func() { panic("secret") }, "notify: message 2: panic with a string"},
		{"of the runtime", func() { var none any; _ = none.(int) }, //nolint:govet // it is meant to panic
			"notify: message 2: panic: interface conversion: interface {} is nil"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ledger, sender := newLedger(messages(3)...), &fakeSender{}
			sender.answer = func(_ context.Context, m notify.Message) (string, error) {
				if m.ID == 2 {
					tt.panic()
				}
				return "gw", nil
			}
			n, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), newClock().Now)
			if n != 3 || err == nil || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Fatalf("Deliver = %d, %v; want 3 and %q", n, err, tt.want)
			}
			if diff := cmp.Diff([]int64{1, 3}, sender.ids()); diff != "" {
				t.Fatalf("accepted (-want +got):\n%s", diff)
			}
			want := notify.Outcome{ID: 2, Attempt: 1, State: notify.Retry, Reason: "panic", NextAttempt: newClock().Now().Add(5 * time.Second)}
			if diff := cmp.Diff(want, ledger.outcomes()[1]); diff != "" {
				t.Fatalf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

// Batches follow each other until nothing is due, at most Rounds of them.
func TestDeliverBatches(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		due, batch   int
		rounds       int
		want, claims int
	}{
		{"nothing due", 0, 100, 50, 0, 1},
		{"less than a batch", 7, 100, 50, 7, 1},
		{"full batches", 20, 10, 50, 20, 3},
		{"a rest", 25, 10, 50, 25, 3},
		{"out of rounds", 25, 10, 2, 20, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ledger, sender := newLedger(messages(tt.due)...), &fakeSender{}
			w := newWorker(t, ledger, sender, notify.WorkerConfig{Batch: tt.batch, Rounds: tt.rounds})
			n, err := w.Deliver(t.Context(), newClock().Now)
			if n != tt.want || err != nil || len(sender.accepted) != tt.want || ledger.claims != tt.claims {
				t.Fatalf("Deliver = %d, %v with %d accepted, %d claims; want %d and %d claims",
					n, err, len(sender.accepted), ledger.claims, tt.want, tt.claims)
			}
		})
	}
}

// A slow gateway is waited for by a bounded number of sends, each for the
// send timeout at most.
func TestDeliverTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock, ledger := newClock(), newLedger(messages(10)...)
		sender := &fakeSender{answer: func(ctx context.Context, _ notify.Message) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		}}
		w := newWorker(t, ledger, sender, notify.WorkerConfig{Concurrency: 4, SendTimeout: time.Second})
		n, err := w.Deliver(t.Context(), clock.Now)
		if n != 10 || err != nil {
			t.Fatalf("Deliver = %d, %v; want 10", n, err)
		}
		if sender.peak != 4 || sender.calls != 10 {
			t.Fatalf("%d sends, %d at once; want 10, 4 at once", sender.calls, sender.peak)
		}
		for _, o := range ledger.outcomes() {
			if o.State != notify.Retry || !o.NextAttempt.Equal(clock.Now().Add(5*time.Second)) {
				t.Fatalf("outcome = %+v, want a retry in 5 s", o)
			}
		}
	})
}

// When the process stops, what is on its way is sent and recorded, and the rest
// is given back at once.
func TestDeliverStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	clock, ledger, sender := newClock(), newLedger(messages(5)...), &fakeSender{}
	sender.answer = func(ctx context.Context, m notify.Message) (string, error) {
		if m.ID == 2 {
			stop()
		}
		return "gw", ctx.Err()
	}
	w := newWorker(t, ledger, sender, notify.WorkerConfig{Concurrency: 1, Batch: 5})
	if n, err := w.Deliver(ctx, clock.Now); n != 5 || err != nil {
		t.Fatalf("Deliver = %d, %v; want 5", n, err)
	}
	want := []notify.State{notify.Accepted, notify.Accepted, notify.Retry, notify.Retry, notify.Retry}
	for i, o := range ledger.outcomes() {
		if o.State != want[i] || (o.State == notify.Retry && !o.NextAttempt.Equal(clock.Now())) {
			t.Errorf("message %d: %+v, want %s, due at once", i+1, o, want[i])
		}
	}
	if n, err := newWorker(t, ledger, sender, notify.WorkerConfig{}).Deliver(t.Context(), clock.Now); n != 3 || err != nil {
		t.Fatalf("another worker: Deliver = %d, %v; want 3", n, err)
	}
	if diff := cmp.Diff([]int64{1, 2, 3, 4, 5}, sender.ids()); diff != "" {
		t.Fatalf("accepted (-want +got):\n%s", diff)
	}
}

// Nothing is sent so late that the lease could end meanwhile.
func TestDeliverLease(t *testing.T) {
	t.Parallel()
	clock, ledger, sender := newClock(), newLedger(messages(4)...), &fakeSender{}
	sender.answer = func(context.Context, notify.Message) (string, error) {
		clock.Advance(8 * time.Second)
		return "gw", nil
	}
	w := newWorker(t, ledger, sender, notify.WorkerConfig{
		Concurrency: 1, Batch: 4, Rounds: 1, SendTimeout: 10 * time.Second, Lease: 20 * time.Second, Fresh: time.Minute,
	})
	if n, err := w.Deliver(t.Context(), clock.Now); n != 4 || err != nil {
		t.Fatalf("Deliver = %d, %v; want 4", n, err)
	}
	// Sends begin 0 and 8 s into the lease of 20 s; at 16 s a send could
	// outlast it.
	if diff := cmp.Diff([]int64{1, 2}, sender.ids()); diff != "" {
		t.Fatalf("accepted (-want +got):\n%s", diff)
	}
	for _, o := range ledger.outcomes()[2:] {
		if o.State != notify.Retry || o.Reason != "lease ran short" {
			t.Errorf("outcome = %+v, want a retry", o)
		}
	}
}

// A ledger that is away costs neither messages nor duplicates.
func TestDeliverLedgerAway(t *testing.T) {
	t.Parallel()
	clock, ledger, sender := newClock(), newLedger(messages(3)...), &fakeSender{}
	w := newWorker(t, ledger, sender, notify.WorkerConfig{})

	ledger.failClaims = 1
	if n, err := w.Deliver(t.Context(), clock.Now); n != 0 || !errors.Is(err, errLedger) {
		t.Fatalf("no claim: Deliver = %d, %v; want the ledger's error", n, err)
	}
	ledger.failFinish = 2
	for range 2 {
		if n, err := w.Deliver(t.Context(), clock.Now); n != 0 || !errors.Is(err, errLedger) {
			t.Fatalf("no record: Deliver = %d, %v; want the ledger's error", n, err)
		}
	}
	clock.Advance(10 * time.Minute) // the lease is long over
	if n, err := w.Deliver(t.Context(), clock.Now); n < 3 || err != nil {
		t.Fatalf("ledger is back: Deliver = %d, %v; want 3 or, with some that were put back, more", n, err)
	}
	if diff := cmp.Diff([]int64{1, 2, 3}, sender.ids()); diff != "" {
		t.Fatalf("accepted (-want +got):\n%s", diff)
	}
	for _, o := range ledger.outcomes() {
		if o.State != notify.Accepted {
			t.Errorf("outcome = %+v, want accepted", o)
		}
	}
}

// Workers of several replicas share the ledger without sending twice.
func TestDeliverShared(t *testing.T) {
	t.Parallel()
	const n = 300
	clock, ledger, sender := newClock(), newLedger(messages(n)...), &fakeSender{}
	var replicas sync.WaitGroup
	for range 4 {
		w := newWorker(t, ledger, sender, notify.WorkerConfig{Batch: 7})
		replicas.Go(func() {
			if _, err := w.Deliver(t.Context(), clock.Now); err != nil {
				t.Error(err)
			}
		})
	}
	replicas.Wait()
	want := make([]int64, n)
	for i := range want {
		want[i] = int64(i + 1)
	}
	if diff := cmp.Diff(want, sender.ids()); diff != "" {
		t.Fatalf("accepted (-want +got):\n%s", diff)
	}
}

// Messages to one number that come in the same batch count for each other: the cap lets
// as many through as if they had come one after the other.
func TestDeliverKeepsTheCapWithinABatch(t *testing.T) {
	t.Parallel()
	ledger, sender, clock := newLedger(messages(9)...), &fakeSender{}, newClock()
	w := newWorker(t, ledger, sender, notify.WorkerConfig{Limits: notify.Limits{Caps: notify.Caps{{Most: 4, Within: time.Minute}}}})
	if _, err := w.Deliver(t.Context(), clock.Now); err != nil {
		t.Fatal(err)
	}
	if got := len(sender.ids()); got != 4 {
		t.Errorf("%d messages to one number, want 4", got)
	}
}
