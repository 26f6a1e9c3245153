package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"

	"ziyara/notify"
)

var errClosed = errors.New("email: closed")

// Sender sends mail through one server, with one connection for each message.
// It is safe for concurrent use.
type Sender struct {
	config Config

	mu      sync.Mutex
	closing bool
	sending sync.WaitGroup
}

// New returns a sender. It does not connect yet.
func New(c Config) (*Sender, error) {
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	if c.Now == nil {
		return nil, errors.New("email: a clock is required")
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &Sender{config: c}, nil
}

// Send sends m to the server and returns its Message-ID. Errors wrap
// notify.ErrTemporary, notify.ErrPermanent or notify.ErrUncertain.
func (s *Sender) Send(ctx context.Context, m Mail) (id string, err error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	now := s.config.Now()
	if err := m.check(now); err != nil {
		return "", err
	}
	msg, err := m.compose(s.config.From, now)
	if err != nil {
		return "", fmt.Errorf("%w: email: compose", notify.ErrPermanent)
	}
	if err := s.begin(); err != nil {
		return "", err
	}
	defer s.sending.Done()
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if err := s.deliver(ctx, msg); err != nil {
		if ctx.Err() != nil { // that has closed the connection
			err = fmt.Errorf("%w: %w", kindOf(err), ctx.Err())
		}
		return "", err
	}
	return m.messageID(s.config.From), nil
}

// begin registers a Send for which Close has to wait.
func (s *Sender) begin() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return fmt.Errorf("%w: %w", notify.ErrTemporary, errClosed)
	}
	s.sending.Add(1)
	return nil
}

// Close rejects new messages and waits for those being sent, up to one timeout.
// It returns nil.
func (s *Sender) Close() error {
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	s.sending.Wait()
	return nil
}

// deliver connects, sends msg and quits.
func (s *Sender) deliver(ctx context.Context, msg *gomail.Msg) error {
	line := &line{}
	defer line.close() // go-mail leaks connections whose start fails
	client, err := s.client(line)
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	stop := context.AfterFunc(ctx, line.close)
	defer stop()
	// An error before the mail is offered says nothing about the mail.
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return fmt.Errorf("%w: email: %w", notify.ErrTemporary, err)
	}
	if err := client.SendWithSMTPClient(session, msg); err != nil && !msg.IsDelivered() {
		return judge(err)
	}
	_ = session.Quit() // the server has the mail already
	return nil
}

// client returns a go-mail client for one use, because connecting changes it.
func (s *Sender) client(l *line) (*gomail.Client, error) {
	c := s.config
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithoutNoop(),
		gomail.WithHELO(domain(c.From)), // reveals nothing about our machines
	}
	protection := &tls.Config{ServerName: c.Host, RootCAs: c.RootCAs, MinVersion: tls.VersionTLS12}
	dialer := &net.Dialer{Timeout: c.Timeout / 2}
	dial := dialer.DialContext
	switch c.Security {
	case Implicit:
		dial = (&tls.Dialer{NetDialer: dialer, Config: protection}).DialContext
		options = append(options, gomail.WithSSL())
	case StartTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(protection))
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	options = append(options, gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return conn, errors.Join(err, l.open(conn))
	}))
	if c.User != "" {
		options = append(options, gomail.WithUsername(c.User), gomail.WithPassword(c.Password),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(c.Host, options...)
}

// judge returns the meaning of a failed delivery. The server takes the mail
// when it has seen the end of the data, and its answer to that may be lost. Its
// text is not passed on, because it quotes the address.
func judge(err error) error {
	failure, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return fmt.Errorf("%w: email: %w", notify.ErrTemporary, err)
	}
	code := failure.ErrorCode()
	said := fmt.Errorf("email: %s: code %d", failure.Reason, code)
	ended := failure.Reason == gomail.ErrSMTPDataClose
	switch {
	case code >= 500 && failure.Reason == gomail.ErrSMTPRcptTo && badAddress(code):
		return fmt.Errorf("%w: %w", notify.ErrRecipient, said)
	case code >= 500 && (ended || failure.Reason == gomail.ErrSMTPRcptTo):
		return fmt.Errorf("%w: %w", notify.ErrPermanent, said)
	case code == 421 || code == 450 || code == 452: // closing, busy or full (RFC 5321, 4.2.3)
		return &notify.BusyError{After: busyPause, Err: said}
	case code == 0 && ended:
		return fmt.Errorf("%w: %w", notify.ErrUncertain, said)
	default: // also a rejected sender: that is our configuration, not the mail
		return fmt.Errorf("%w: %w", notify.ErrTemporary, said)
	}
}

// busyPause is how long to wait for a server that reports that it is busy.
const busyPause = 30 * time.Second

// badAddress reports whether code means that there is no such mailbox (RFC
// 5321, 4.2.3): not found, not local, not allowed.
func badAddress(code int) bool { return code == 550 || code == 551 || code == 553 }

// kindOf returns the one of the three kinds that err wraps.
func kindOf(err error) error {
	for _, kind := range []error{notify.ErrUncertain, notify.ErrPermanent} {
		if errors.Is(err, kind) {
			return kind
		}
	}
	return notify.ErrTemporary
}

// line is the connection of one delivery.
type line struct {
	mu     sync.Mutex
	conn   net.Conn
	closed bool
}

// open keeps conn, or closes it if the line is already closed.
func (l *line) open(conn net.Conn) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed && conn != nil {
		return errors.Join(net.ErrClosed, conn.Close())
	}
	l.conn = conn
	return nil
}

func (l *line) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.conn != nil {
		_ = l.conn.Close() // at worst a second time
	}
}
