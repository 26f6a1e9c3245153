package smpp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"ziyara/notify"
)

const (
	firstBackoff = 500 * time.Millisecond

	// connectShare is the fraction of the timeout, as a divisor, for which Send
	// waits for a connection.
	connectShare = 3
)

var (
	errClosed     = errors.New("smpp: closed")
	errConnecting = errors.New("smpp: not connected yet")
)

// Client sends messages through one SMS centre. It is safe for concurrent use.
type Client struct {
	config Config
	from   pdu.Address
	stop   context.CancelFunc
	ended  chan struct{} // closed when the connection has ended for good

	mu      sync.Mutex
	link    link
	changed chan struct{} // closed and replaced when link changes
	closing bool
	sending sync.WaitGroup
}

// link is the state of the connection.
type link struct {
	session *session // nil if there is none
	err     error    // why there is none; nil while connecting
}

// New returns a client. It connects in the background and keeps trying until
// Close.
func New(c Config) (*Client, error) {
	c, err := c.withDefaults()
	if err != nil {
		return nil, err
	}
	from, err := sourceAddress(c.From)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	client := &Client{config: c, from: from, stop: stop, ended: make(chan struct{}), changed: make(chan struct{})}
	go client.connect(ctx)
	return client, nil
}

// Send sends the parts of m to the centre and returns the id of the last one,
// to which the receipt refers. Without a connection it fails at once, but it
// waits for a first attempt to connect. Errors wrap notify.ErrTemporary,
// notify.ErrPermanent or notify.ErrUncertain.
func (c *Client) Send(ctx context.Context, m notify.Message) (id string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	if err := m.Check(c.config.Now()); err != nil {
		return "", err
	}
	submits, err := c.submits(m)
	if err != nil {
		return "", err
	}
	if err := c.begin(); err != nil {
		return "", err
	}
	defer c.sending.Done()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	s, err := c.bound(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	for i, submit := range submits {
		if id, err = c.submit(ctx, s, submit, i > 0); err != nil {
			return "", partly(err, i)
		}
	}
	return id, nil
}

// begin registers a Send for which Close has to wait.
func (c *Client) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closing {
		return fmt.Errorf("%w: %w", notify.ErrTemporary, errClosed)
	}
	c.sending.Add(1)
	return nil
}

// submit sends one part. If the centre is busy in the middle of a message, the
// remaining parts are tried again while there is time, because a message should
// not stay half sent.
func (c *Client) submit(ctx context.Context, s *session, p *pdu.SubmitSM, insist bool) (string, error) {
	for {
		a, err := s.request(ctx, p)
		switch {
		case err != nil:
			return "", err
		case a.err != nil:
			return "", fmt.Errorf("%w: %w", notify.ErrUncertain, a.err)
		case a.status == data.ESME_ROK:
			return canonical(a.id, c.config.DecimalReceipts), nil
		}
		err = c.refusal(a.status)
		pause, busy := notify.BusyFor(err)
		if !busy || !insist || !wait(ctx, pause) {
			return "", err
		}
	}
}

// partly returns err for a message of which the centre has already taken some
// parts. After a temporary failure the message is sent again, and those parts
// arrive twice, so it becomes uncertain. After a permanent failure sending
// again would only repeat them, so it stays permanent.
func partly(err error, taken int) error {
	if taken == 0 || !errors.Is(err, notify.ErrTemporary) {
		return err
	}
	//nolint:errorlint // it no longer counts as the original kind
	return fmt.Errorf("%w: %d parts taken, then: %v", notify.ErrUncertain, taken, err)
}

// wait waits for d, and returns false if ctx ends earlier.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Close rejects new messages, waits for the answers to those sent, up to one
// timeout, and ends the connection. It returns nil.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closing = true
	session := c.link.session
	c.mu.Unlock()
	sent := make(chan struct{})
	go func() { c.sending.Wait(); close(sent) }()
	<-sent // each Send ends within the timeout
	if session != nil {
		session.unbind()
	}
	c.stop()
	<-c.ended
	return nil
}

// unbind unbinds from the centre and waits briefly for its answer.
func (s *session) unbind() {
	ctx, cancel := context.WithTimeout(context.Background(), min(s.config.Timeout, time.Second))
	defer cancel()
	_, _ = s.request(ctx, pdu.NewUnbind()) // it ends in any case
	s.end(errClosed)
}

// bound returns the session, or the reason why there is none. It waits for an
// attempt to connect, but leaves time for another gateway.
func (c *Client) bound(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout/connectShare)
	defer cancel()
	for {
		c.mu.Lock()
		link, changed := c.link, c.changed
		c.mu.Unlock()
		if link.session != nil || link.err != nil {
			return link.session, link.err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("%w: %w", errConnecting, ctx.Err())
		}
	}
}

func (c *Client) set(l link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = l
	close(c.changed)
	c.changed = make(chan struct{})
}

// connect keeps a session until ctx is done.
func (c *Client) connect(ctx context.Context) {
	defer close(c.ended)
	for failures := 0; ; {
		s, err := c.dial(ctx)
		if err == nil {
			failures = 0
			c.set(link{session: s})
			stop := context.AfterFunc(ctx, func() { s.end(errClosed) })
			err = s.run()
			stop()
		}
		c.set(link{err: err})
		if !wait(ctx, c.backoff(failures)) {
			c.set(link{err: errClosed})
			return
		}
		failures++
		if failures == 1 {
			c.set(link{}) // the first attempt after a loss is worth waiting for
		}
	}
}

// backoff returns the wait before the next attempt to connect. It grows with
// each failure and differs between replicas.
func (c *Client) backoff(failures int) time.Duration {
	longest := notify.Backoff{First: firstBackoff, Longest: c.config.Backoff}.After(failures + 1)
	return longest/2 + rand.N(longest/2+1)
}

// dial connects and binds.
func (c *Client) dial(ctx context.Context) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	dial := (&net.Dialer{}).DialContext
	if c.config.TLS {
		dial = (&tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12}}).DialContext
	}
	conn, err := dial(ctx, "tcp", c.config.Address)
	if err != nil {
		return nil, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) // makes bind fail
	s, err := bind(conn, c.config)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close() // it is not usable
		return nil, err
	}
	return s, nil
}
