// Package sandbox is a gateway that sends nothing: it keeps the messages for
// people who try the service and for tests.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ziyara/notify"
)

// capacity is how many messages a phone remembers.
const capacity = 1000

// Message is an SMS that arrived.
type Message struct {
	ID     string        `json:"id"`
	Mobile notify.Mobile `json:"mobile"`
	Text   string        `json:"text"`
	At     time.Time     `json:"at"` // UTC
	notify.Size
}

// Phone receives what is sent to any mobile. It remembers the last 1000
// messages and is safe for concurrent use.
type Phone struct {
	now func() time.Time

	mu       sync.Mutex
	failure  error // what Send returns; nil when it works
	received int   // messages ever
	ring     [capacity]Message
}

// New returns a phone without messages that stamps arrivals with now.
func New(now func() time.Time) *Phone { return &Phone{now: now} }

// Fail makes every further Send return err, or work again when err is nil. A
// message that fails with notify.ErrUncertain arrives all the same.
func (p *Phone) Fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failure = err
}

// Send receives m and returns its id. It returns an error that wraps
// notify.ErrTemporary when ctx is done, notify.ErrPermanent when m has no
// mobile, no text or no use any more, and what Fail was told.
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

// Messages returns what mobile received, the newest first; an empty mobile
// means all. The result is never nil.
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
