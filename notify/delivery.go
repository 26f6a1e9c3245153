package notify

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// maxPanics is how many panics one Deliver reports.
const maxPanics = 10

// delivery is the work of one Deliver. A message is in flight from when it is handed
// on until its outcome is recorded. Bounding that bounds memory, and the messages
// that a dying process may have sent without a record.
type delivery struct {
	worker *Worker
	now    func() time.Time

	inFlight chan struct{}  // a token for each message in flight
	sends    chan struct{}  // a token for each send
	attempts sync.WaitGroup // that have no outcome yet
	outcomes chan Outcome   // to be recorded
	done     chan struct{}  // closed when nothing is recorded any more

	// Of the recorder, until done.
	recorded int
	waiting  []Outcome // what the ledger refused

	mu     sync.Mutex
	err    error // of the ledger; nothing is claimed after it
	panics []error
}

func newDelivery(w *Worker, now func() time.Time) *delivery {
	return &delivery{
		worker: w, now: now,
		inFlight: make(chan struct{}, w.config.InFlight),
		sends:    make(chan struct{}, w.config.Concurrency),
		outcomes: make(chan Outcome, w.config.InFlight),
		done:     make(chan struct{}),
	}
}

// begin makes one attempt at one message that was claimed at claimedAt, in the
// background, as soon as fewer than InFlight are in flight and a send is free.
func (d *delivery) begin(ctx context.Context, claimedAt time.Time, c Claimed) {
	d.inFlight <- struct{}{}
	d.sends <- struct{}{}
	d.attempts.Go(func() {
		o := d.attempt(ctx, claimedAt, c)
		<-d.sends
		d.outcomes <- o // never blocks: it has room for all in flight
	})
}

// attempt makes one attempt and turns a panic into an outcome.
func (d *delivery) attempt(ctx context.Context, claimedAt time.Time, c Claimed) (o Outcome) {
	defer func() {
		if p := recover(); p != nil {
			o = c.again(d.now(), 0, "panic")
			d.mu.Lock()
			defer d.mu.Unlock()
			if len(d.panics) < maxPanics {
				d.panics = append(d.panics, panicError(c.ID, p))
			}
		}
	}()
	if d.refused() {
		return c.requeue(d.now(), "ledger is away")
	}
	return d.worker.attempt(ctx, d.now, claimedAt, c)
}

// finish waits until every message in flight has an outcome that is recorded or
// refused.
func (d *delivery) finish() {
	d.attempts.Wait()
	close(d.outcomes)
	<-d.done
}

// ends reports whether nothing more is to be claimed.
func (d *delivery) ends(ctx context.Context) bool { return ctx.Err() != nil || d.refused() }

// refused reports whether the ledger has refused to record.
func (d *delivery) refused() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.err != nil
}

// keepRecording records outcomes as they come: while some are being written,
// the next ones gather. Once the ledger has refused some, it only keeps them.
func (d *delivery) keepRecording(ctx context.Context) {
	defer close(d.done)
	for first := range d.outcomes {
		batch := []Outcome{first}
		for len(d.outcomes) > 0 {
			batch = append(batch, <-d.outcomes)
		}
		if d.refused() {
			d.waiting = append(d.waiting, batch...)
		} else if _, err := d.recordAll(ctx, batch); err != nil {
			d.mu.Lock()
			d.err = err
			d.mu.Unlock()
			d.waiting = append(d.waiting, batch...)
		}
		for range batch {
			<-d.inFlight
		}
	}
}

// recordAll writes outcomes to the ledger. It also does so after ctx is done,
// so that a stopping process forgets nothing that was sent.
func (d *delivery) recordAll(ctx context.Context, outcomes []Outcome) (int, error) {
	if len(outcomes) == 0 {
		return 0, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.worker.config.SendTimeout)
	defer cancel()
	if err := d.worker.ledger.Finish(ctx, d.now(), outcomes); err != nil {
		return 0, fmt.Errorf("notify: record outcomes: %w", err)
	}
	d.recorded += len(outcomes)
	return len(outcomes), nil
}
