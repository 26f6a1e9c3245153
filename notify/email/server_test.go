package email_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"ziyara/notify/sendertest"
)

// part is one part of a mail.
type part struct{ Type, Body string }

// server is a mail server that answers as it is told. It uses go-smtp.
type server struct {
	port int

	mu       sync.Mutex
	answer   sendertest.Answer
	change   chan struct{} // closed when answer changes
	texts    []string      // the accepted mails
	raw      []string      // the accepted mails as received
	conns    map[string]net.Conn
	loggedIn []string
}

type security int

const (
	plain security = iota
	startTLS
	implicit
)

func newServer(t *testing.T, s security) *server {
	t.Helper()
	srv := &server{answer: sendertest.Accept, change: make(chan struct{}), conns: map[string]net.Conn{}}
	smtpd := smtp.NewServer(srv)
	smtpd.Domain, smtpd.AllowInsecureAuth = "mail.example.sa", s == plain
	smtpd.ErrorLog = quiet{}
	config := &tls.Config{Certificates: []tls.Certificate{certificate(t).TLS.Certificates[0]}, MinVersion: tls.VersionTLS12}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv.port = listener.Addr().(*net.TCPAddr).Port
	switch s {
	case plain:
	case startTLS:
		smtpd.TLSConfig = config
	case implicit:
		listener = tls.NewListener(listener, config)
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = smtpd.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // Close alone misses a Serve that has not started yet
		_ = smtpd.Close()
		<-done
	})
	return srv
}

// certificate returns a server with a certificate for 127.0.0.1.
func certificate(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// quiet discards what the server logs about clients that hang up.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

// NewSession starts a session.
func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	return &session{server: s, conn: c.Conn()}, nil
}

func (s *server) current() (sendertest.Answer, chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.answer, s.change
}

func (s *server) obey(a sendertest.Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = a
	close(s.change)
	s.change = make(chan struct{})
}

func (s *server) taken() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.texts)
}

type session struct {
	server *server
	conn   net.Conn
}

// AuthMechanisms returns the ways to log in.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth logs in.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "ziyara" || password != "p@ss word" {
			return errors.New("wrong password")
		}
		s.server.mu.Lock()
		defer s.server.mu.Unlock()
		s.server.loggedIn = append(s.server.loggedIn, user)
		return nil
	}), nil
}

// Reset discards the mail.
func (s *session) Reset() {}

// Logout ends the session.
func (s *session) Logout() error { return nil }

// Mail accepts a sender.
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt accepts a recipient, or answers as the suite demands.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch answer, _ := s.server.current(); answer {
	case sendertest.Throttle:
		return &smtp.SMTPError{Code: 450, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "slow down " + to}
	case sendertest.Fail:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "out of order"}
	case sendertest.Unknown:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user " + to}
	default: // Data handles the others
		return nil
	}
}

// Data accepts a mail, or answers as the suite demands.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	answer, change := s.server.current()
	if answer == sendertest.Refuse {
		return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 6, 0}, Message: "not this"}
	}
	parts, err := parse(string(raw))
	if err != nil {
		return &smtp.SMTPError{Code: 554, Message: err.Error()}
	}
	s.server.mu.Lock()
	s.server.raw = append(s.server.raw, string(raw))
	s.server.texts = append(s.server.texts, parts[0].Body)
	s.server.mu.Unlock()
	switch answer {
	case sendertest.Hold:
		<-change
	case sendertest.Garble:
		fmt.Fprint(s.conn, "?!\r\n") //nolint:errcheck // the client sees it
	default: // accepted; the others are handled above
	}
	return nil
}

// parse returns the parts of a mail, using the standard library.
func parse(raw string) ([]part, error) {
	m, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return nil, err
	}
	kind, parameters, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		return nil, fmt.Errorf("content type %q: %w", kind, err)
	}
	var parts []part
	reader := multipart.NewReader(m.Body, parameters["boundary"])
	for {
		p, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		body, err := decode(p)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{Type: p.Header.Get("Content-Type"), Body: body})
	}
}
