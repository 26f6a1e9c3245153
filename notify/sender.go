package notify

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How sending fails (docs/adr/0020). Any other error counts as temporary.
var (
	// ErrTemporary says that the gateway has not taken the message, and that
	// it or another one may take the same message later.
	ErrTemporary = errors.New("notify: temporary failure")
	// ErrPermanent says that the gateway has not taken the message and never
	// will. Another gateway may.
	ErrPermanent = errors.New("notify: permanent failure")
	// ErrRecipient is the permanent failure that no gateway can mend: the
	// number or address doesn't exist, or takes no messages.
	ErrRecipient = fmt.Errorf("%w: no such recipient", ErrPermanent)
	// ErrUncertain says that the gateway may have taken the message: its
	// answer was lost, or can't be read. Sent again, the message may arrive
	// twice.
	ErrUncertain = errors.New("notify: uncertain whether the gateway took the message")
)

// BusyError is a temporary failure of a gateway that asks for time. It wraps
// ErrTemporary.
type BusyError struct {
	After time.Duration // how long to wait before the next message; 0 where it doesn't say
	Err   error         // what it said
}

// Error returns what the gateway said and how long it asked for.
func (e *BusyError) Error() string {
	return fmt.Sprintf("%v: busy for %v: %v", ErrTemporary, e.After, e.Err)
}

// Unwrap returns ErrTemporary and what the gateway said.
func (e *BusyError) Unwrap() []error { return []error{ErrTemporary, e.Err} }

// BusyFor returns how long the gateway that answered err asks to wait, and false when
// it didn't ask.
func BusyFor(err error) (time.Duration, bool) {
	if busy, ok := errors.AsType[*BusyError](err); ok {
		return busy.After, true
	}
	return 0, false
}

// Message is a text on its way to a mobile.
type Message struct {
	ID      int64 // of the message; the same at every attempt
	Mobile  Mobile
	Text    string
	Size    Size
	Expires time.Time // from this instant on it is of no use; zero for never
}

// Check returns an error that wraps ErrPermanent when m is not worth handing
// to a gateway at now: it has no mobile or no text, or it has expired.
func (m Message) Check(now time.Time) error {
	switch {
	case m.Mobile == "":
		return fmt.Errorf("%w: no mobile", ErrPermanent)
	case m.Text == "":
		return fmt.Errorf("%w: no text", ErrPermanent)
	case !m.Expires.IsZero() && !now.Before(m.Expires):
		return fmt.Errorf("%w: expired", ErrPermanent)
	}
	return nil
}

// Sender hands messages to a gateway.
type Sender interface {
	// Send returns the gateway's own id of the message once it is accepted. It
	// returns soon after ctx is done. Its errors wrap ErrTemporary,
	// ErrPermanent or ErrUncertain. Concurrent calls are allowed.
	Send(ctx context.Context, m Message) (id string, err error)
}
