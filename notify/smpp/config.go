// Package smpp is the way out to an operator's SMS centre by SMPP 3.4.
//
// A Client keeps one connection bound as a transceiver: messages go out on it,
// several at once up to the window, and delivery receipts come in. When the
// connection is lost it is made anew, after a wait that doubles. The wire
// format is gosmpp's; sessions are our own, since whether a message may have
// been taken (notify.ErrUncertain) hangs on what was written when.
package smpp

import (
	"errors"
	"fmt"
	"net"
	"time"

	"ziyara/notify"
)

// Config says where and how to bind. A zero field takes the default in
// parentheses.
type Config struct {
	Address    string // host:port
	TLS        bool   // with the certificate of the host's name
	SystemID   string
	Password   string
	SystemType string
	From       string // the sender id: a name, a short code or a number with +

	Window  int           // messages sent and not answered yet, at most (10)
	Timeout time.Duration // for connecting, and for each answer (10 s)
	Enquire time.Duration // how often the link is checked (30 s)
	Pause   time.Duration // what a centre is given that says it is busy (1 s)
	Backoff time.Duration // longest wait between two attempts to bind (30 s)

	// DecimalReceipts says that the centre answers a message with its id in
	// hexadecimal notation but writes it in decimal in receipts, as some do.
	DecimalReceipts bool

	Now      func() time.Time
	Receipts notify.Receipts // nil: none are asked for
}

func (c Config) withDefaults() (Config, error) {
	if c.Window == 0 {
		c.Window = 10
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Enquire == 0 {
		c.Enquire = 30 * time.Second
	}
	if c.Pause == 0 {
		c.Pause = time.Second
	}
	if c.Backoff == 0 {
		c.Backoff = 30 * time.Second
	}
	_, _, err := net.SplitHostPort(c.Address)
	switch {
	case err != nil:
		return c, fmt.Errorf("smpp: address: %w", err)
	case c.Now == nil:
		return c, errors.New("smpp: a clock is needed")
	case c.Window < 0 || c.Timeout < 0 || c.Enquire < 0 || c.Pause < 0 || c.Backoff < 0:
		return c, errors.New("smpp: window, timeout, enquire, pause and backoff can't be negative")
	}
	_, err = sourceAddress(c.From)
	return c, err
}
