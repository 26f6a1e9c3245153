package notify

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// WorkerConfig bounds what a Worker does at once. A zero field takes the
// default in parentheses.
type WorkerConfig struct {
	Batch       int           // messages claimed at once (100)
	Rounds      int           // batches in one Deliver (50)
	Concurrency int           // sends at once (8)
	SendTimeout time.Duration // of one send (10 s)
	Lease       time.Duration // of a batch, at least twice SendTimeout (2 min)
}

// Worker delivers what is due. Any number of workers share a ledger.
//
// A message is sent at least once: when the process dies after the gateway took
// a message and before that was recorded, or its answer is lost (ErrUncertain),
// it is sent again. Message.ID lets a gateway recognise it.
type Worker struct {
	ledger Ledger
	sender Sender
	texts  *Texts
	config WorkerConfig

	mu         sync.Mutex // held by Deliver
	unrecorded []Outcome  // of the last batch, when the ledger refused them
}

// NewWorker returns a worker that claims from ledger and sends by sender.
func NewWorker(ledger Ledger, sender Sender, texts *Texts, c WorkerConfig) (*Worker, error) {
	if ledger == nil || sender == nil || texts == nil {
		return nil, errors.New("notify: a worker needs a ledger, a sender and texts")
	}
	c = c.withDefaults()
	if c.Batch < 0 || c.Rounds < 0 || c.Concurrency < 0 || c.SendTimeout < 0 {
		return nil, fmt.Errorf("notify: negative field in worker configuration %+v", c)
	}
	if c.Lease < 2*c.SendTimeout {
		return nil, fmt.Errorf("notify: lease is %v: want at least twice the send timeout of %v", c.Lease, c.SendTimeout)
	}
	return &Worker{ledger: ledger, sender: sender, texts: texts, config: c}, nil
}

func (c WorkerConfig) withDefaults() WorkerConfig {
	if c.Batch == 0 {
		c.Batch = 100
	}
	if c.Rounds == 0 {
		c.Rounds = 50
	}
	if c.Concurrency == 0 {
		c.Concurrency = 8
	}
	if c.SendTimeout == 0 {
		c.SendTimeout = 10 * time.Second
	}
	if c.Lease == 0 {
		c.Lease = 2 * time.Minute
	}
	return c
}

// Deliver claims batches until nothing is due, the rounds are used up or ctx
// is done, which lets sends under way finish, and returns how many outcomes it recorded. What goes wrong with one
// message is part of its outcome; an error says that the ledger failed, or
// that the code for a message panicked, which keeps no other message back.
// Outcomes that the ledger did not take are offered again first thing at the
// next Deliver. Concurrent calls run one after the other.
func (w *Worker) Deliver(ctx context.Context, now func() time.Time) (n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()

	if n, err = w.record(ctx, now, w.unrecorded); err != nil {
		return 0, err
	}
	var panics []error
	for range w.config.Rounds {
		if ctx.Err() != nil {
			break
		}
		claimedAt := now()
		batch, err := w.ledger.Claim(ctx, claimedAt, w.config.Batch, w.config.Lease)
		if err != nil {
			return n, errors.Join(append(panics, fmt.Errorf("notify: claim messages: %w", err))...)
		}
		outcomes, err := w.handle(ctx, now, claimedAt.Add(w.config.Lease), batch)
		if err != nil {
			panics = append(panics, err)
		}
		recorded, err := w.record(ctx, now, outcomes)
		n += recorded
		if err != nil {
			return n, errors.Join(append(panics, err)...)
		}
		if len(batch) < w.config.Batch {
			break
		}
	}
	return n, errors.Join(panics...)
}

// record writes outcomes to the ledger and keeps them when that fails. It
// also does so after ctx is done, so that a stopping process forgets nothing
// that was sent.
func (w *Worker) record(ctx context.Context, now func() time.Time, outcomes []Outcome) (int, error) {
	if len(outcomes) == 0 {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.config.SendTimeout)
	defer cancel()
	if err := w.ledger.Finish(ctx, now(), outcomes); err != nil {
		w.unrecorded = outcomes
		return 0, fmt.Errorf("notify: record outcomes: %w", err)
	}
	w.unrecorded = nil
	return len(outcomes), nil
}

// handle deals with a batch, several messages at once, and returns one
// outcome for each. The error joins the panics.
func (w *Worker) handle(ctx context.Context, now func() time.Time, leaseEnd time.Time, batch []Claimed) ([]Outcome, error) {
	outcomes := make([]Outcome, len(batch))
	panics := make([]error, len(batch))
	var next atomic.Int64
	var senders sync.WaitGroup
	for range min(w.config.Concurrency, len(batch)) {
		senders.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(batch)); i = next.Add(1) - 1 {
				outcomes[i], panics[i] = w.attempt(ctx, now, leaseEnd, batch[i])
			}
		})
	}
	senders.Wait()
	return outcomes, errors.Join(panics...)
}

// attempt makes one attempt at one message. The error is a panic.
func (w *Worker) attempt(ctx context.Context, now func() time.Time, leaseEnd time.Time, c Claimed) (o Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			o, err = c.again(now(), 0, "panic"), panicError(c.ID, p)
		}
	}()
	at := now()
	switch d := Decide(c, at); d {
	case Superseded, Expired, OverBudget:
		return c.outcome(Dropped, string(d)), nil
	case Send:
	}
	if ctx.Err() != nil {
		return c.release(at, "worker stopped"), nil
	}
	if at.Add(w.config.SendTimeout).After(leaseEnd) {
		return c.release(at, "lease ran short"), nil
	}
	return w.send(ctx, now, c), nil
}

// send renders the message and hands it to the gateway.
func (w *Worker) send(ctx context.Context, now func() time.Time, c Claimed) Outcome {
	if c.Mobile == "" {
		return c.outcome(Failed, "no mobile")
	}
	text, err := w.texts.Render(c.Facts)
	if err != nil {
		return c.outcome(Failed, reason(err, c, text))
	}
	size := Measure(text)
	// What is on its way may finish while the process stops: given up, it would
	// be uncertain, and be sent again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.config.SendTimeout)
	defer cancel()
	id, err := w.sender.Send(ctx, Message{ID: c.ID, Mobile: c.Mobile, Text: text, Size: size, Expires: c.Expires})
	switch {
	case errors.Is(err, ErrPermanent):
		return c.outcome(Failed, reason(err, c, text))
	case err != nil:
		pause, _ := BusyFor(err)
		return c.again(now(), pause, reason(err, c, text))
	}
	o := c.outcome(Accepted, "")
	o.Segments, o.GatewayID = size.Segments, id
	if c.Facts.Kind != VerificationCode {
		o.Text = text
	}
	return o
}
