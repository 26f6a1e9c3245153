package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// WorkerConfig bounds what a Worker does at once. A zero field takes the
// default in parentheses.
type WorkerConfig struct {
	Batch       int           // most messages claimed at once (100)
	Rounds      int           // batches in one Deliver (50)
	Concurrency int           // sends at once (32)
	InFlight    int           // most messages handed to a gateway and not recorded yet (256)
	SendTimeout time.Duration // of one send (10 s)
	Lease       time.Duration // of a batch, at least twice SendTimeout (2 min)
	Fresh       time.Duration // how old the facts of a message may be (5 s)
	Mail        bool          // messages are also sent by e-mail (false)
	Limits      Limits        // of text messages (none)
	Countries   Countries     // whose mobiles are sent text messages (all)
}

// carrier puts messages on their way.
type carrier interface {
	// write returns the message ready to be handed on, or an error for one
	// that can't be.
	write(c Claimed) (written, error)
}

// written is a message in words.
type written struct {
	text     string
	kept     string // the text without links that open a visit
	segments int
	hand     func(context.Context) (id string, err error) // fails as Sender.Send does
}

// Worker delivers what is due. Any number of workers share a ledger.
//
// A message is sent at least once: when the process dies after the gateway took
// a message and before that was recorded, or its answer is lost (ErrUncertain),
// it is sent again. The former are at most InFlight messages. Message.ID lets a
// gateway recognise them.
type Worker struct {
	ledger  Ledger
	carrier carrier
	config  WorkerConfig

	mu         sync.Mutex // held by Deliver
	batch      int        // how many to claim next
	unrecorded []Outcome  // when the ledger refused them
}

// NewWorker returns a worker that claims from ledger and sends by sender.
func NewWorker(ledger Ledger, sender Sender, texts *Texts, c WorkerConfig) (*Worker, error) {
	if ledger == nil || sender == nil || texts == nil {
		return nil, errors.New("notify: a worker needs a ledger, a sender and texts")
	}
	return newWorker(ledger, smsCarrier{sender, texts, c.served(), c.reach()}, c)
}

// NewMailWorker returns a worker that claims e-mails from ledger and posts them.
func NewMailWorker(ledger Ledger, postman Postman, texts *Texts, c WorkerConfig) (*Worker, error) {
	if ledger == nil || postman == nil || texts == nil {
		return nil, errors.New("notify: a worker needs a ledger, a postman and texts")
	}
	return newWorker(ledger, mailCarrier{postman, texts}, c)
}

func newWorker(ledger Ledger, carrier carrier, c WorkerConfig) (*Worker, error) {
	c = c.withDefaults()
	if c.Batch < 0 || c.Rounds < 0 || c.Concurrency < 0 || c.InFlight < 0 || c.SendTimeout < 0 || c.Fresh < 0 {
		return nil, fmt.Errorf("notify: negative field in worker configuration %+v", c)
	}
	if c.Lease < 2*c.SendTimeout {
		return nil, fmt.Errorf("notify: lease is %v: want at least twice the send timeout of %v", c.Lease, c.SendTimeout)
	}
	return &Worker{ledger: ledger, carrier: carrier, config: c, batch: c.Batch}, nil
}

// served returns the media by which visitors are told.
func (c WorkerConfig) served() []Medium {
	if c.Mail {
		return []Medium{SMS, Email}
	}
	return []Medium{SMS}
}

// reach returns what reports whether a mobile is sent text messages.
func (c WorkerConfig) reach() func(Mobile) bool {
	if c.Countries == nil {
		return func(Mobile) bool { return true }
	}
	return c.Countries.Reach
}

func (c WorkerConfig) withDefaults() WorkerConfig {
	setDefault(&c.Batch, 100)
	setDefault(&c.Rounds, 50)
	setDefault(&c.Concurrency, 32)
	setDefault(&c.InFlight, 256)
	setDefault(&c.SendTimeout, 10*time.Second)
	setDefault(&c.Lease, 2*time.Minute)
	setDefault(&c.Fresh, 5*time.Second)
	return c
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Deliver claims batches until nothing is due, the rounds are used up or ctx
// is done, which lets sends under way finish, and returns how many outcomes it
// recorded. What goes wrong with one message is part of its outcome; an error
// says that the ledger failed, or that the code for a message panicked, which
// keeps no other message back.
// Outcomes that the ledger did not take are offered again first thing at the
// next Deliver. Concurrent calls run one after the other.
func (w *Worker) Deliver(ctx context.Context, now func() time.Time) (n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()

	d := newDelivery(w, now)
	if n, err := d.recordAll(ctx, w.unrecorded); err != nil {
		return n, err
	}
	w.unrecorded = nil
	go d.keepRecording(ctx)
	err = w.claimAndSend(ctx, d)
	d.finish()
	w.unrecorded = d.waiting
	return d.recorded, errors.Join(append(d.panics, err, d.err)...)
}

// claimAndSend claims batches and hands them on. It does not wait for a batch
// to be sent before it claims the next one, only until fewer than InFlight messages
// are in flight.
func (w *Worker) claimAndSend(ctx context.Context, d *delivery) error {
	for range w.config.Rounds {
		if d.ends(ctx) {
			break
		}
		at, limit := d.now(), w.batch
		batch, err := w.ledger.Claim(ctx, at, limit, w.config.Lease)
		if err != nil {
			return fmt.Errorf("notify: claim messages: %w", err)
		}
		for _, c := range w.inTurn(batch, at) {
			d.begin(ctx, at, c)
		}
		if len(batch) < limit {
			break
		}
		w.adapt(d.now().Sub(at))
	}
	return nil
}

// inTurn lets each message of a batch know of those to the same number that come
// before it. Messages of other batches that are on their way are not known.
func (w *Worker) inTurn(batch []Claimed, now time.Time) []Claimed {
	before := make(map[Mobile][]time.Time)
	for i, c := range batch {
		c.Sent = slices.Concat(c.Sent, before[c.Mobile])
		if d, _ := w.config.Limits.Decide(c, now); d == Send && c.Medium != Email {
			before[c.Mobile] = append(before[c.Mobile], now)
		}
		batch[i] = c
	}
	return batch
}

// adapt claims less at once when a batch took long to hand on: what waits too
// long after it was claimed has to be claimed again, with fresh facts.
func (w *Worker) adapt(took time.Duration) {
	if took > w.config.Fresh/2 {
		w.batch = max(w.batch/2, min(w.config.Concurrency, w.config.Batch))
	} else {
		w.batch = min(w.batch*2, w.config.Batch)
	}
}

// attempt makes one attempt at one message that was claimed at claimedAt.
func (w *Worker) attempt(ctx context.Context, now func() time.Time, claimedAt time.Time, c Claimed) Outcome {
	at := now()
	switch d, until := w.config.Limits.Decide(c, at); d {
	case Superseded, Expired, OverBudget, OverCap, Stopped:
		return c.outcome(Dropped, string(d))
	case Wait, Crowded:
		return c.requeue(until, string(d))
	case Send:
	}
	switch {
	case ctx.Err() != nil:
		return c.requeue(at, "worker stopped")
	case at.Add(w.config.SendTimeout).After(claimedAt.Add(w.config.Lease)):
		return c.requeue(at, "lease ran short")
	case at.Sub(claimedAt) > w.config.Fresh:
		return c.requeue(at, "facts grew old")
	}
	return w.send(ctx, now, c)
}

// send writes the message and hands it to the gateway.
func (w *Worker) send(ctx context.Context, now func() time.Time, c Claimed) Outcome {
	m, err := w.carrier.write(c)
	switch {
	case unwanted(err):
		return c.outcome(Dropped, reason(err, c, ""))
	case err != nil:
		return c.outcome(Failed, reason(err, c, ""))
	}
	// What is on its way may finish while the process stops: given up, it would
	// be uncertain, and be sent again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.config.SendTimeout)
	defer cancel()
	id, err := m.hand(ctx)
	switch {
	case errors.Is(err, ErrPermanent):
		return c.outcome(Failed, reason(err, c, m.text))
	case err != nil:
		pause, _ := BusyFor(err)
		o := c.again(now(), pause, reason(err, c, m.text))
		o.Unsure = errors.Is(err, ErrUncertain)
		return o
	}
	o := c.outcome(Accepted, "")
	o.Segments, o.GatewayID = m.segments, id
	if c.Facts.Kind != VerificationCode {
		o.Text = m.kept
	}
	return o
}
