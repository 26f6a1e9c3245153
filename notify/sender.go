package notify

import (
	"context"
	"errors"
)

// The two ways in which sending fails. Any other error counts as temporary.
var (
	// ErrTemporary says that the same message may be accepted later.
	ErrTemporary = errors.New("notify: temporary failure")
	// ErrPermanent says that the message will never be accepted.
	ErrPermanent = errors.New("notify: permanent failure")
)

// Message is a text on its way to a mobile.
type Message struct {
	ID     int64 // of the message; the same at every attempt
	Mobile Mobile
	Text   string
	Size   Size
}

// Sender hands messages to a gateway.
type Sender interface {
	// Send returns the gateway's own id of the message once it is accepted. It
	// returns soon after ctx is done. Its errors wrap ErrTemporary or
	// ErrPermanent. Concurrent calls are allowed.
	Send(ctx context.Context, m Message) (id string, err error)
}
