// Package smpp sends messages through an operator's SMS centre by SMPP 3.4.
//
// A Client keeps one connection bound as a transceiver. It sends messages on
// it, several at once up to the window, and receives delivery receipts. A lost
// connection is made again after a wait that doubles each time. gosmpp encodes
// the PDUs. Sessions are our own, because whether a message may have been taken
// (notify.ErrUncertain) depends on what was written when.
package smpp

import (
	"errors"
	"fmt"
	"net"
	"time"

	"ziyara/notify"
)

// Config defines where and how to bind. Zero fields have the default in
// parentheses.
type Config struct {
	Address    string // host:port
	TLS        bool   // with a certificate for the host name
	SystemID   string
	Password   string
	SystemType string
	From       string // the sender id: a name, a short code or a number with +

	Window  int           // maximum of messages sent and not yet answered (10)
	Timeout time.Duration // for connecting and for each answer (10 s)
	Enquire time.Duration // how often the link is checked (30 s)
	Pause   time.Duration // how long to wait for a busy centre (1 s)
	Backoff time.Duration // longest wait between attempts to bind (30 s)

	// DecimalReceipts means that the centre answers a message with its id in
	// hexadecimal notation but writes it in decimal in receipts, as some do.
	DecimalReceipts bool

	Now      func() time.Time
	Receipts notify.Receipts // nil if no receipts are wanted
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
		return c, errors.New("smpp: a clock is required")
	case c.Window < 0 || c.Timeout < 0 || c.Enquire < 0 || c.Pause < 0 || c.Backoff < 0:
		return c, errors.New("smpp: window, timeout, enquire, pause and backoff can't be negative")
	}
	_, err = sourceAddress(c.From)
	return c, err
}
