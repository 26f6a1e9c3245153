// Package sandbox is a gateway that sends nothing: it keeps the messages for
// people who try the service and for tests.
package sandbox

import (
	"context"
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
	received int // messages ever
	ring     [capacity]Message
}

// New returns a phone without messages that stamps arrivals with now.
func New(now func() time.Time) *Phone { return &Phone{now: now} }

// Send receives m and returns its id. It returns an error that wraps
// notify.ErrTemporary when ctx is done, and notify.ErrPermanent when m has no
// mobile or no text.
func (p *Phone) Send(ctx context.Context, m notify.Message) (id string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	if m.Mobile == "" || m.Text == "" {
		return "", fmt.Errorf("%w: a mobile and a text are needed", notify.ErrPermanent)
	}
	at := p.now().UTC()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.received++
	id = fmt.Sprintf("sandbox-%d", p.received)
	p.ring[p.received%capacity] = Message{ID: id, Mobile: m.Mobile, Text: m.Text, At: at, Size: notify.Measure(m.Text)}
	return id, nil
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
