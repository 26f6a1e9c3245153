package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// bounds bounds what connections take of the server, whatever their clients do.
type bounds struct {
	all        int           // connections at once
	perAddress int           // of one network address, unless it is a trusted proxy's
	refusals   int           // connections that wait for their refusal to arrive; more are closed at once
	write      time.Duration // in which a client takes one step of an answer
	step       int           // bytes
	kernel     int           // bytes that wait in the system, each way
}

// defaultBounds are generous for many people at one address. What they cost in memory
// is in docs/OPERATIONS.md.
func defaultBounds() bounds {
	return bounds{all: 8192, perAddress: 2048, refusals: 64, write: 20 * time.Second, step: 16 << 10, kernel: 64 << 10}
}

// door is a listener that lets only so many connections in. The server's own limits
// count neither IPv6 addresses nor proxies, and end the service when files run out.
type door struct {
	net.Listener
	bounds

	trusted []netip.Prefix // proxies, which bring the connections of many
	refusal []byte         // the answer to a connection too many
	refused *prometheus.CounterVec
	log     *slog.Logger

	mu       sync.Mutex
	open     int
	from     map[netip.Addr]int
	refusing int
}

// Accept waits for the next connection that may come in.
func (d *door) Accept() (net.Conn, error) {
	for {
		c, err := d.Listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil, err
			}
			// The system lacks files or memory for a while, or the client has left.
			d.log.Warn("no connection accepted", "error", err)
			time.Sleep(acceptPause)
			continue
		}
		address := peerOf(c)
		if reason := d.enter(address); reason != "" {
			d.refused.WithLabelValues(reason).Inc()
			d.refuse(c)
			continue
		}
		if tcp, ok := c.(*net.TCPConn); ok { // failing that, the system's own sizes do
			_, _ = tcp.SetReadBuffer(d.kernel), tcp.SetWriteBuffer(d.kernel)
		}
		return &visitorConn{Conn: c, bounds: d.bounds, leave: sync.OnceFunc(func() { d.leave(address) })}, nil
	}
}

const (
	acceptPause = 50 * time.Millisecond // before another try
	// refusalTime is how long a client has to read its refusal.
	refusalTime = 2 * time.Second
	// refusalWait is when a client may try again.
	refusalWait = 15 * time.Second
	// refusalRead is how much of a request is read before it is refused.
	refusalRead = 16 << 10
	// restRead is how much of a request is read that was answered before its end.
	restRead = 4 << 20
)

// peerOf returns the address that a connection counts for: an IPv4 address, or the
// first of the /64 of an IPv6 address. It is not valid for other networks.
func peerOf(c net.Conn) netip.Addr {
	peer, ok := c.RemoteAddr().(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	address := peer.AddrPort().Addr().Unmap().WithZone("")
	if address.Is6() {
		address = netip.PrefixFrom(address, 64).Masked().Addr()
	}
	return address
}

// enter counts a connection, or returns why it may not come in.
func (d *door) enter(address netip.Addr) (reason string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.open >= d.all:
		return "connections"
	case d.from[address] >= d.perAddress && !slices.ContainsFunc(d.trusted, func(p netip.Prefix) bool { return p.Contains(address) }):
		return "connections of one address"
	}
	d.open++
	d.from[address]++
	return ""
}

func (d *door) leave(address netip.Addr) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open--
	if d.from[address]--; d.from[address] == 0 {
		delete(d.from, address)
	}
}

// connections returns how many are open.
func (d *door) connections() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return float64(d.open)
}

// refuse answers a connection and closes it: after reading what has come, because a
// connection that is closed with bytes unread loses its answer.
func (d *door) refuse(c net.Conn) {
	d.mu.Lock()
	waits := d.refusing < d.refusals
	if waits {
		d.refusing++
	}
	d.mu.Unlock()
	if !waits {
		_ = c.Close()
		return
	}
	go func() {
		defer func() {
			_ = c.Close()
			d.mu.Lock()
			defer d.mu.Unlock()
			d.refusing--
		}()
		if c.SetDeadline(time.Now().Add(refusalTime)) != nil {
			return
		}
		if _, err := c.Write(d.refusal); err != nil {
			return
		}
		if half, ok := c.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			_, _ = io.CopyN(io.Discard, c, refusalRead)
		}
	}()
}

// visitorConn is a connection that came in.
type visitorConn struct {
	net.Conn
	bounds

	leave    func()
	answered atomic.Bool // since something was read
}

// Read reads what the client sends.
func (c *visitorConn) Read(p []byte) (n int, err error) {
	n, err = c.Conn.Read(p)
	c.answered.Store(false)
	return n, err
}

// Write sends p in steps, for each of which the client has some time: a client that
// reads slowly gets all, one that does not read is dropped.
func (c *visitorConn) Write(p []byte) (n int, err error) {
	for {
		if err = c.SetWriteDeadline(time.Now().Add(c.write)); err != nil {
			return n, err
		}
		sent, err := c.Conn.Write(p[n:min(n+c.step, len(p))])
		c.answered.Store(err == nil)
		if n += sent; err != nil || n == len(p) {
			return n, err
		}
	}
}

// Close closes the connection, which then no longer counts. After an answer, what still comes is read
// for a moment: the rest of a request that was too large would lose the answer.
func (c *visitorConn) Close() error {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok || !c.answered.Load() || half.CloseWrite() != nil || c.SetReadDeadline(time.Now().Add(refusalTime)) != nil {
		defer c.leave()
		return c.Conn.Close()
	}
	go func() {
		defer c.leave()
		_, _ = io.CopyN(io.Discard, c.Conn, restRead)
		_ = c.Conn.Close()
	}()
	return nil
}

// newDoor returns the door of the API, which opens when it has a listener.
func (s *Server) newDoor() (*door, error) {
	d := &door{bounds: defaultBounds(), log: s.Log, from: make(map[netip.Addr]int)}
	for _, network := range s.TrustedProxies {
		p, err := netip.ParsePrefix(network)
		if err != nil {
			var a netip.Addr
			if a, err = netip.ParseAddr(network); err != nil {
				continue // the framework does not trust it either
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		d.trusted = append(d.trusted, p)
	}
	d.refused = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ziyara_http_connections_refused_total", Help: "Connections refused, because all or one address have too many.",
	}, []string{"reason"})
	s.Metrics.MustRegister(d.refused, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "ziyara_http_connections", Help: "Open connections.",
	}, d.connections))
	var err error
	d.refusal, err = s.refusal()
	return d, err
}

// refusal returns the answer to a connection too many, which nothing was read of.
func (s *Server) refusal() ([]byte, error) {
	k, wait := kindUnavailable, seconds(refusalWait)
	p := Problem{Type: "/problems#" + k.name, Status: k.status, RequestID: s.NewID(), RetryAfter: wait}
	wording{ministry: s.Site.Ministry}.put(&p, k, "ar")
	body, err := json.Marshal(p)
	return fmt.Appendf(nil, "HTTP/1.1 %d %s\r\nContent-Type: application/problem+json\r\n"+
		"Content-Length: %d\r\nRetry-After: %d\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n%s",
		k.status, http.StatusText(k.status), len(body), wait, body), err
}
