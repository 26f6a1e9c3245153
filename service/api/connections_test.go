package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"time"
)

// connect opens a connection that is in: the server has answered a request on it.
func connect(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err = c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// healthy asks on a connection, and returns the status and whether the connection stays
// open.
func healthy(t *testing.T, c net.Conn) (status int, open bool) {
	t.Helper()
	if _, err := io.WriteString(c, "GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close() //nolint:errcheck // it is read
	if r.StatusCode == http.StatusOK {
		return r.StatusCode, !r.Close
	}
	var p Problem
	if err = json.NewDecoder(r.Body).Decode(&p); err != nil {
		t.Fatal(err)
	}
	if p.Title == "" || r.Header.Get("Retry-After") == "" || !r.Close {
		t.Errorf("refused with %+v %v, want a problem, a time to try again and the end", p, r.Header)
	}
	return r.StatusCode, !r.Close
}

// Idle connections leave room for others: there is a bound for each address and for all.
// A refused client is told so, and a connection that ends makes room for the next.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*door)
		reason string
	}{
		"of one address": {func(d *door) { d.perAddress = 3 }, "connections of one address"},
		"of all":         {func(d *door) { d.all = 3 }, "connections"},
		"of all, by a proxy": {func(d *door) {
			d.all, d.perAddress, d.trusted = 3, 1, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
		}, "connections"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := broken(t, func(*Config) {})
			c.change(s.door)
			address := listening(t, s)
			var held []net.Conn
			for range 3 {
				in := connect(t, address)
				if status, open := healthy(t, in); status != http.StatusOK || !open {
					t.Fatalf("got %d, want 200", status)
				}
				held = append(held, in)
			}
			for range 10 { // more often than refusals wait
				if status, _ := healthy(t, connect(t, address)); status != http.StatusServiceUnavailable {
					t.Fatalf("one too many: got %d, want 503", status)
				}
			}
			if got := refusedFor(t, s, c.reason); got != 10 {
				t.Errorf("%v refused because of %s, want 10", got, c.reason)
			}
			if err := held[0].Close(); err != nil {
				t.Fatal(err)
			}
			for deadline := time.Now().Add(patience); s.door.connections() != 2; time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("a connection that was closed still counts")
				}
			}
			if status, _ := healthy(t, connect(t, address)); status != http.StatusOK {
				t.Errorf("after one left: got %d, want 200", status)
			}
		})
	}
}

// refusedFor returns how many connections the metrics say were refused for a reason.
func refusedFor(t *testing.T, s *Server, reason string) (n float64) {
	t.Helper()
	families, err := s.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range families {
		for _, m := range family.GetMetric() {
			if family.GetName() == "ziyara_http_connections_refused_total" && m.GetLabel()[0].GetValue() == reason {
				n += m.GetCounter().GetValue()
			}
		}
	}
	return n
}

// A site has a whole /64, and a proxy brings everybody.
func TestConnectionsCountForTheirSite(t *testing.T) {
	t.Parallel()
	d := &door{
		bounds: bounds{all: 100, perAddress: 1}, from: map[netip.Addr]int{}, trusted: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}
	for _, c := range []struct {
		peer string
		in   bool
	}{
		{"192.0.2.1", true},
		{"192.0.2.1", false},
		{"::ffff:192.0.2.1", false},
		{"192.0.2.2", true},
		{"2001:db8::1", true},
		{"2001:db8::2:3:4:5", false},
		{"2001:db8:0:1::1", true},
		{"10.0.0.1", true},
		{"10.0.0.1", true},
	} {
		address := peerOf(conn{peer: c.peer})
		if in := d.enter(address) == ""; in != c.in {
			t.Errorf("%s: got in: %t, want %t", c.peer, in, c.in)
		}
	}
}

// conn is a connection from an address.
type conn struct {
	net.Conn

	peer string
}

func (f conn) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(f.peer), 1))
}

// A client that sends nothing, or too slowly to be done in time, is dropped: whatever it
// sends meanwhile does not give it more time.
func TestSlowSendersAreDropped(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	server := s.app.Server()
	if server.ReadTimeout != readTimeout || server.IdleTimeout != idleTimeout {
		t.Errorf("a request may take %s and a pause %s, want %s and %s", server.ReadTimeout, server.IdleTimeout, readTimeout, idleTimeout)
	}
	server.ReadTimeout, server.IdleTimeout = 300*time.Millisecond, 300*time.Millisecond
	address := listening(t, s)
	const request = "POST /v1/holds HTTP/1.1\r\nHost: a.example\r\nContent-Length: 60000\r\n\r\n"
	for name, begin := range map[string]string{
		"silent": "", "half a line": "GET /heal", "headers": "GET /healthz HTTP/1.1\r\nHost: a.example\r\n", "a body": request,
		"after a request": "GET /healthz HTTP/1.1\r\nHost: a.example\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, address)
			if _, err := io.WriteString(c, begin); err != nil {
				t.Fatal(err)
			}
			if begin != "" && name != "after a request" {
				go func() {
					for drop := []byte("x"); ; time.Sleep(20 * time.Millisecond) {
						if _, err := c.Write(drop); err != nil {
							return
						}
					}
				}()
			}
			answer, err := io.ReadAll(c)
			if timeout := net.Error(nil); errors.As(err, &timeout) && timeout.Timeout() {
				t.Fatalf("the connection is held, after %q", answer)
			}
			if bytes.Contains(answer, []byte(" 500 ")) {
				t.Errorf("got %s: a slow client is no fault of ours", answer)
			}
		})
	}
}

// A client that asks and does not read is dropped, and one that reads slowly is not.
func TestClientsThatDoNotReadAreDropped(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	s.door.write, s.door.kernel = 200*time.Millisecond, 4<<10
	address := listening(t, s)
	c := connect(t, address)
	if err := c.(*net.TCPConn).SetReadBuffer(4 << 10); err != nil {
		t.Fatal(err)
	}
	ask := strings.Repeat("GET /openapi.yaml HTTP/1.1\r\nHost: a.example\r\n\r\n", 20)
	if _, err := io.WriteString(c, ask); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(patience); s.door.connections() != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the connection does not come in")
		}
	}
	for deadline := time.Now().Add(patience); s.door.connections() != 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the client does not read, and is held")
		}
	}
}

// A client that sends far too much gets its answer, not a broken connection.
func TestTooLargeIsAnswered(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	address := listening(t, s)
	const size = 1 << 20
	for range 5 {
		c := connect(t, address)
		head := fmt.Sprintf("POST /v1/holds HTTP/1.1\r\nHost: a.example\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", size)
		if _, err := io.WriteString(c, head+strings.Repeat(" ", size)); err != nil {
			t.Errorf("the request is not taken: %v", err)
		}
		answer, err := io.ReadAll(c)
		if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 413 ") {
			t.Errorf("got %.60q, %v", answer, err)
		}
	}
}

// Each step of a long answer has its own time, so that a slow client gets it all.
func TestLongAnswersGoOnWhileTheyAreRead(t *testing.T) {
	t.Parallel()
	var deadlines int
	c := &visitorConn{Conn: slow{deadlines: &deadlines}, bounds: bounds{write: time.Second, step: 10}, leave: func() {}}
	for n, steps := range map[int]int{0: 1, 1: 1, 10: 1, 11: 2, 95: 10} {
		deadlines = 0
		if sent, err := c.Write(make([]byte, n)); sent != n || err != nil || deadlines != steps {
			t.Errorf("%d bytes: sent %d in %d steps, %v; want %d steps", n, sent, deadlines, err, steps)
		}
	}
}

// slow counts the deadlines it gets.
type slow struct {
	net.Conn

	deadlines *int
}

func (s slow) SetWriteDeadline(time.Time) error { *s.deadlines++; return nil }

func (s slow) Write(p []byte) (int, error) { return len(p), nil }

// When files run out for a while, no connection comes in, and the service goes on.
func TestAcceptingGoesOn(t *testing.T) {
	t.Parallel()
	s, _ := broken(t, func(*Config) {})
	l := &scarce{errs: []error{
		&net.OpError{Op: "accept", Net: "tcp", Err: syscall.EMFILE}, &net.OpError{Op: "accept", Net: "tcp", Err: syscall.ECONNABORTED},
	}}
	s.door.Listener = l
	c, err := s.door.Accept()
	if err != nil {
		t.Fatalf("got %v, want the next connection", err)
	}
	if err = c.Close(); err != nil {
		t.Error(err)
	}
	if _, err = s.door.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want the end", err)
	}
}

// scarce is a listener with errors, one connection and its end.
type scarce struct {
	net.Listener

	errs []error
	done bool
}

func (l *scarce) Accept() (net.Conn, error) {
	if len(l.errs) > 0 {
		err := l.errs[0]
		l.errs = l.errs[1:]
		return nil, err
	}
	if l.done {
		return nil, &net.OpError{Op: "accept", Net: "tcp", Err: net.ErrClosed}
	}
	l.done = true
	server, client := net.Pipe()
	return server, client.Close()
}
