// Package sandbox is a gateway that sends nothing. It keeps messages so that
// people who try the service, and tests, can read them.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ziyara/notify"
)

// capacity is how many messages a phone keeps.
const capacity = 1000

// Message is an SMS that arrived.
type Message struct {
	ID     string        `json:"id"`
	Mobile notify.Mobile `json:"mobile"`
	Text   string        `json:"text"`
	At     time.Time     `json:"at"` // UTC
	notify.Size
}

// Phone receives the messages for all mobiles. It keeps the last 1000 and is
// safe for concurrent use.
type Phone struct {
	now func() time.Time

	mu       sync.Mutex
	failure  error // returned by Send; nil while it works
	received int   // messages so far
	ring     [capacity]Message
}

// New returns a phone without messages. now gives the time of arrival.
func New(now func() time.Time) *Phone { return &Phone{now: now} }

// Fail makes Send return err from now on, or work again if err is nil. If err
// wraps notify.ErrUncertain, messages still arrive.
func (p *Phone) Fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
}

// Send receives m and returns its id. It returns an error that wraps
// notify.ErrTemporary if ctx is done, one that wraps notify.ErrPermanent if m
// has no mobile, no text or has expired, and the error given to Fail.
func (p *Phone) Send(ctx context.Context, m notify.Message) (id string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	at := p.now().UTC()
	if err := m.Check(at); err != nil {
		return "", err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failure != nil && !errors.Is(p.failure, notify.ErrUncertain) {
		return "", p.failure
	}
	p.received++
	id = fmt.Sprintf("sandbox-%d", p.received)
	p.ring[p.received%capacity] = Message{ID: id, Mobile: m.Mobile, Text: m.Text, At: at, Size: notify.Measure(m.Text)}
	return id, p.failure
}

// Messages returns the messages that mobile received, newest first; those of
// all mobiles if it is empty. The result is never nil.
func (p *Phone) Messages(mobile notify.Mobile) []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	messages := []Message{}
	for i := range min(p.received, capacity) {
		m := p.ring[(p.received-i)%capacity]
		if mobile == "" || m.Mobile == mobile {
			messages = append(messages, m)
		}
	}
	return messages
}
