package sandbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"ziyara/notify"
)

// Mail is an e-mail that arrived.
type Mail struct {
	ID      string             `json:"id"`
	To      string             `json:"to"`
	Lang    string             `json:"lang"`
	Subject string             `json:"subject"`
	Text    string             `json:"text"`
	Entry   *notify.EntryOfDay `json:"entry,omitempty"` // for the calendar
	At      time.Time          `json:"at"`              // UTC
}

// Mailbox receives the e-mails for all addresses. It keeps the last 1000 and is
// safe for concurrent use.
type Mailbox struct {
	now func() time.Time

	mu       sync.Mutex
	failure  error // returned by Post; nil while it works
	received int   // e-mails so far
	ring     [capacity]Mail
}

// NewMailbox returns an empty mailbox. now gives the time of arrival.
func NewMailbox(now func() time.Time) *Mailbox { return &Mailbox{now: now} }

// Fail makes Post return err from now on, or work again if err is nil. If err
// wraps notify.ErrUncertain, e-mails still arrive.
func (b *Mailbox) Fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failure = err
}

// Post receives l and returns its id. It returns an error that wraps
// notify.ErrTemporary if ctx is done, one that wraps notify.ErrPermanent if l
// has no address or has expired, and the error given to Fail.
func (b *Mailbox) Post(ctx context.Context, l notify.Letter) (id string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	at := b.now().UTC()
	switch {
	case !strings.Contains(l.To, "@"):
		return "", fmt.Errorf("%w: not an address", notify.ErrRecipient)
	case !at.Before(l.Expires):
		return "", fmt.Errorf("%w: expired", notify.ErrPermanent)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failure != nil && !errors.Is(b.failure, notify.ErrUncertain) {
		return "", b.failure
	}
	b.received++
	id = fmt.Sprintf("sandbox-mail-%d", b.received)
	b.ring[b.received%capacity] = Mail{ID: id, To: l.To, Lang: l.Lang, Subject: l.Subject, Text: l.Text, Entry: l.Entry, At: at}
	return id, b.failure
}

// Mails returns the e-mails that an address received, newest first; those of
// all addresses if it is empty. The result is never nil.
func (b *Mailbox) Mails(to string) []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	mails := []Mail{}
	for i := range min(b.received, capacity) {
		m := b.ring[(b.received-i)%capacity]
		if to == "" || strings.EqualFold(m.To, to) {
			mails = append(mails, m)
		}
	}
	return mails
}
