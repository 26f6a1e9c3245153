package servicetest

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// Line is a connection between a service and its database that a test can cut and
// heal.
type Line struct {
	URL string // of the database, over this line

	listener net.Listener
	calls    sync.WaitGroup

	mu     sync.Mutex
	server string // host:port of the real server
	cut    bool
	marker []byte // of the connection whose next commit is lost; nil for none
	lost   bool
	open   map[net.Conn]struct{}
}

// NewLine opens a line to the database. It is closed after the test.
func NewLine(t testing.TB, databaseURL string) *Line {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{server: u.Host, open: make(map[net.Conn]struct{})}
	if l.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	u.Host = l.listener.Addr().String()
	l.URL = u.String()
	l.calls.Go(l.accept)
	t.Cleanup(func() {
		if err := l.listener.Close(); err != nil {
			t.Error(err)
		}
		l.Cut()
		l.calls.Wait()
	})
	return l
}

// LeadTo makes the line lead to another server: the one at databaseURL.
func (l *Line) LeadTo(t testing.TB, databaseURL string) {
	t.Helper()
	u, err := url.Parse(databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.server = u.Host
}

// Cut ends every connection, and ends new ones at once, as if the server were
// down.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for c := range l.open {
		_ = c.Close() // it may be closed already
	}
}

// Heal lets connections through again.
func (l *Line) Heal() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut, l.marker = false, nil
}

// LoseCommit lets the next COMMIT on a connection that has sent the marker reach
// the server, and cuts the line before the reply, so that the client does not know
// whether it was committed.
func (l *Line) LoseCommit(marker string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.marker, l.lost = []byte(marker), false
}

// Lost reports whether a commit was lost.
func (l *Line) Lost() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lost
}

func (l *Line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		l.calls.Go(func() { l.carry(client) })
	}
}

// carry connects one client with the server until either hangs up.
func (l *Line) carry(client net.Conn) {
	defer client.Close() //nolint:errcheck // either side may have hung up
	l.mu.Lock()
	address := l.server
	l.mu.Unlock()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer server.Close() //nolint:errcheck // either side may have hung up
	if !l.register(client, server) {
		return
	}
	defer l.forget(client, server)
	var back sync.WaitGroup
	var losing sync.Mutex // held while a reply must not come back
	back.Go(func() {
		defer client.Close() //nolint:errcheck // the other side may have hung up
		reply := make([]byte, 32<<10)
		for {
			n, err := server.Read(reply)
			losing.Lock()
			if _, writeErr := client.Write(reply[:n]); err != nil || writeErr != nil {
				losing.Unlock()
				return
			}
			losing.Unlock()
		}
	})
	l.forward(client, server, &losing)
	_ = server.Close() // ends the way back
	back.Wait()
}

// forward carries data from the client to the server.
func (l *Line) forward(client, server net.Conn, losing *sync.Mutex) {
	marked := false
	said := make([]byte, 32<<10)
	for {
		n, err := client.Read(said)
		if err != nil {
			return
		}
		l.mu.Lock()
		marked = marked || l.marker != nil && bytes.Contains(said[:n], l.marker)
		lose := marked && l.marker != nil && bytes.Contains(said[:n], []byte("COMMIT"))
		l.mu.Unlock()
		if lose {
			losing.Lock()
			_ = client.Close() // whatever the server replies is lost
			losing.Unlock()
		}
		if _, err = server.Write(said[:n]); err != nil {
			return
		}
		if lose {
			l.lose(server)
			return
		}
	}
}

// lose waits until the server has executed the request, and cuts the line.
func (l *Line) lose(server net.Conn) {
	if half, ok := server.(*net.TCPConn); ok {
		_ = half.CloseWrite()              // it hangs up when it is through
		_, _ = io.Copy(io.Discard, server) // until then
	}
	l.Cut()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost, l.marker = true, nil
}

func (l *Line) register(conns ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut {
		return false
	}
	for _, c := range conns {
		l.open[c] = struct{}{}
	}
	return true
}

func (l *Line) forget(conns ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range conns {
		delete(l.open, c)
	}
}
