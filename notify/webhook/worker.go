package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// recordTimeout bounds how long outcomes are recorded.
const recordTimeout = 5 * time.Second

// WorkerConfig is what a Worker works with. A zero field takes the default in
// parentheses.
type WorkerConfig struct {
	// Send posts a body, as Client.Send.
	Send func(ctx context.Context, url string, header http.Header, body []byte, now time.Time) Result
	// Open opens a sealed secret of a webhook.
	Open func(webhook string, sealed []byte) ([]byte, error)
	// Jitter returns a random number from 0 to 1.
	Jitter func() float64
	// Told is called when a webhook is disabled.
	Told func(webhook string, why Why)

	Batch     int           // deliveries to one webhook at once (8)
	Receivers int           // webhooks that are served at once (64)
	Rounds    int           // batches for one webhook in one Deliver (200)
	Lease     time.Duration // of a batch, more than twice SendTimeout (1 min)
	// Patience is how long Deliver waits for receivers that are slow; they are
	// served on while it returns (1 s).
	Patience time.Duration
}

// Worker delivers what is due, to each webhook by itself: one that is slow
// keeps none of the others waiting. Any number of workers share a ledger.
//
// A message is sent at least once: when the process dies after the receiver
// took it and before that was recorded, it is sent again, with the same id.
type Worker struct {
	ledger Ledger
	config WorkerConfig

	mu      sync.Mutex
	busy    map[string]bool // webhooks that are being served
	serving sync.WaitGroup
	errs    []error // of those that went on after Deliver returned
	done    int     // what they recorded
}

// NewWorker returns a worker that claims from ledger.
func NewWorker(ledger Ledger, c WorkerConfig) (*Worker, error) {
	if ledger == nil || c.Send == nil || c.Open == nil || c.Jitter == nil || c.Told == nil {
		return nil, errors.New("webhook: a worker needs a ledger and its functions")
	}
	setDefault(&c.Batch, 8)
	setDefault(&c.Receivers, 64)
	setDefault(&c.Rounds, 200)
	setDefault(&c.Lease, time.Minute)
	setDefault(&c.Patience, time.Second)
	if c.Lease <= 2*SendTimeout {
		return nil, fmt.Errorf("webhook: lease is %v: want more than twice %v", c.Lease, SendTimeout)
	}
	return &Worker{ledger: ledger, config: c, busy: make(map[string]bool)}, nil
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Deliver serves the webhooks for which something is due, and returns how many
// outcomes were recorded since the last call. What goes wrong with a receiver
// is part of the outcome; an error says that the ledger failed.
func (w *Worker) Deliver(ctx context.Context, now func() time.Time) (int, error) {
	due, err := w.ledger.Due(ctx, now(), w.served(), w.config.Receivers)
	if err != nil {
		return w.collect(err)
	}
	started := w.start(ctx, due, now)
	patience := time.NewTimer(w.config.Patience)
	defer patience.Stop()
	for _, done := range started {
		select {
		case <-done:
		case <-patience.C:
			return w.collect(nil)
		}
	}
	return w.collect(nil)
}

// Wait waits until nothing is on its way, or ctx is done.
func (w *Worker) Wait(ctx context.Context) {
	done := make(chan struct{})
	go func() { defer close(done); w.serving.Wait() }()
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// served returns the webhooks that are being served.
func (w *Worker) served() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := make([]string, 0, len(w.busy))
	for id := range w.busy {
		ids = append(ids, id)
	}
	return ids
}

// start serves receivers, each by itself, as far as there is room.
func (w *Worker) start(ctx context.Context, due []Receiver, now func() time.Time) []chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	var started []chan struct{}
	for _, r := range due {
		if w.busy[r.Webhook] || len(w.busy) >= w.config.Receivers {
			continue
		}
		w.busy[r.Webhook] = true
		done := make(chan struct{})
		started = append(started, done)
		w.serving.Go(func() {
			defer close(done)
			n, err := w.serve(ctx, r, now)
			w.mu.Lock()
			defer w.mu.Unlock()
			delete(w.busy, r.Webhook)
			w.done += n
			if err != nil {
				w.errs = append(w.errs, fmt.Errorf("webhook %s: %w", r.Webhook, err))
			}
		})
	}
	return started
}

func (w *Worker) collect(err error) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n, err := w.done, errors.Join(append([]error{err}, w.errs...)...)
	w.done, w.errs = 0, nil
	return n, err
}

// serve delivers to one receiver until nothing is due, it is to be left alone,
// or ctx is done, which lets what is on its way finish.
func (w *Worker) serve(ctx context.Context, r Receiver, now func() time.Time) (n int, err error) {
	defer func() {
		if caught := recover(); caught != nil {
			err = fmt.Errorf("panic: %v", caught)
		}
	}()
	secrets, secretErr := w.open(r)
	for range w.config.Rounds {
		if ctx.Err() != nil {
			break
		}
		recorded, more, err := w.round(ctx, &r, secrets, now)
		n += recorded
		if err != nil {
			return n, errors.Join(secretErr, err)
		}
		if !more {
			break
		}
	}
	return n, secretErr
}

// round claims a batch, sends it and records what came of it, in r too. more
// says that there can be another one now.
func (w *Worker) round(ctx context.Context, r *Receiver, secrets [][]byte, now func() time.Time) (n int, more bool, err error) {
	limit := w.config.Batch
	if r.Failures >= probing {
		limit = 1 // one tells whether it works again
	}
	batch, err := w.ledger.Claim(ctx, r.Webhook, now(), limit, w.config.Lease)
	if err != nil || len(batch) == 0 {
		return 0, false, err
	}
	outcomes := w.attempt(ctx, r.URL, secrets, batch, now)
	at := now()
	v := judge(*r, outcomes, at)
	// What was sent is recorded, also when the process is told to stop.
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	why, err := w.ledger.Finish(recording, r.Webhook, at, outcomes, v)
	if err != nil {
		return 0, false, err
	}
	if why != "" {
		w.config.Told(r.Webhook, why)
	}
	r.after(v, at)
	return len(outcomes), why == "" && !v.PausedUntil.After(at), nil
}

// open returns the secrets that sign: none if the present one can't be opened.
// A former one that can't be is left out, as after a change of the program's
// own secret.
func (w *Worker) open(r Receiver) ([][]byte, error) {
	var secrets [][]byte
	for i, sealed := range r.Secrets {
		secret, err := w.config.Open(r.Webhook, sealed)
		switch {
		case err == nil:
			secrets = append(secrets, secret)
		case i == 0:
			return nil, err
		}
	}
	return secrets, nil
}

// attempt makes one attempt at each of a batch, all at once.
func (w *Worker) attempt(ctx context.Context, url string, secrets [][]byte, batch []Claimed, now func() time.Time) []Outcome {
	outcomes := make([]Outcome, len(batch))
	var sending sync.WaitGroup
	for i, c := range batch {
		sending.Go(func() { outcomes[i] = w.deliver(context.WithoutCancel(ctx), url, secrets, c, now) })
	}
	sending.Wait()
	return outcomes
}

// deliver makes one attempt at one delivery.
func (w *Worker) deliver(ctx context.Context, url string, secrets [][]byte, c Claimed, now func() time.Time) Outcome {
	at := now()
	o := Outcome{ID: c.ID, Attempt: c.Attempt}
	if at.Sub(c.Created) >= MaxAge {
		o.State, o.Result.Detail = Failed, TooOld
		return o
	}
	body, err := c.Event.Body()
	switch {
	case err != nil || len(secrets) == 0:
		o.Result.Detail = NoSecret
	default:
		o.Result = w.config.Send(ctx, url, Sign(MessageID(c.Message), at, body, secrets...), body, at)
	}
	if o.Result.Detail == Fine {
		o.State = Delivered
		return o
	}
	at = now()
	next, ok := Next(c.Attempt, c.Created, at, o.Result.RetryAfter, w.config.Jitter())
	if o.State, o.Next = Waiting, next; !ok {
		o.State = Failed
	}
	return o
}
