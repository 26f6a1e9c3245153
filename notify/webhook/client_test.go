package webhook_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/notify/webhook"
)

// here is the network that allows this machine.
func here(t *testing.T) webhook.Network {
	t.Helper()
	n, err := webhook.ParseNetwork([]string{"127.0.0.0/8", "::1/128"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func newClient(t *testing.T, n webhook.Network, d webhook.Dialing) *webhook.Client {
	t.Helper()
	c := webhook.NewClient(n, d)
	t.Cleanup(c.Close)
	return c
}

// What is posted is what was signed, as JSON, over TLS that is checked.
func TestSend(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	payload := []byte(`{"type":"webhook.test"}`)
	header := webhook.Sign("msg_1", happened, payload, make([]byte, 32))
	client := newClient(t, here(t), webhook.Dialing{Roots: roots})
	if r := client.Send(t.Context(), server.URL+"/hooks?key=1", header, payload, happened); r != (webhook.Result{Status: 204}) {
		t.Fatalf("result %+v", r)
	}
	if got.Method != http.MethodPost || got.URL.String() != "/hooks?key=1" || !bytes.Equal(body, payload) ||
		got.Header.Get("Content-Type") != "application/json" || got.Header.Get("webhook-signature") != header.Get("webhook-signature") {
		t.Errorf("%s %s %v %s", got.Method, got.URL, got.Header, body)
	}
	// A certificate of nobody that is trusted.
	if r := newClient(t, here(t), webhook.Dialing{}).Send(t.Context(), server.URL, header, payload, happened); r.Detail != webhook.BadTLS {
		t.Errorf("untrusted certificate: %+v", r)
	}
}

// What a receiver answers, and what it means.
func TestSendResults(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	released := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			w.WriteHeader(299)
		case "/redirect":
			http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/busy":
			w.Header().Set("Retry-After", "120")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/later":
			w.Header().Set("Retry-After", happened.Add(time.Hour).Format(http.TimeFormat))
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/earlier":
			w.Header().Set("Retry-After", "-5")
			w.WriteHeader(http.StatusServiceUnavailable)
		case "/endless":
			w.WriteHeader(http.StatusOK)
			for chunk := make([]byte, 64<<10); ; {
				if _, err := w.Write(chunk); err != nil {
					return
				}
			}
		case "/headers":
			w.Header().Set("X-Long", strings.Repeat("x", 64<<10))
		case "/cut":
			panic(http.ErrAbortHandler)
		case "/silent":
			<-released
		}
	}))
	defer server.Close()
	defer close(released)
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	client := newClient(t, here(t), webhook.Dialing{})
	for _, c := range []struct {
		name, url string
		want      webhook.Result
	}{
		{"any 2xx", server.URL + "/ok", webhook.Result{Status: 299}},
		{"a redirect is not followed", server.URL + "/redirect", webhook.Result{Status: 307, Detail: webhook.Redirect}},
		{"gone", server.URL + "/gone", webhook.Result{Status: 410, Detail: webhook.BadStatus}},
		{"busy, by seconds", server.URL + "/busy", webhook.Result{Status: 429, Detail: webhook.BadStatus, RetryAfter: 2 * time.Minute}},
		{"busy, by an instant", server.URL + "/later", webhook.Result{Status: 503, Detail: webhook.BadStatus, RetryAfter: time.Hour}},
		{"busy, until before", server.URL + "/earlier", webhook.Result{Status: 503, Detail: webhook.BadStatus}},
		{"an answer without end", server.URL + "/endless", webhook.Result{Status: 200}},
		{"headers without end", server.URL + "/headers", webhook.Result{Detail: webhook.NoConnection}},
		{"cut off", server.URL + "/cut", webhook.Result{Detail: webhook.NoConnection}},
		{"nobody listens", closed.URL, webhook.Result{Detail: webhook.NoConnection}},
		{"not TLS", strings.Replace(server.URL, "http:", "https:", 1), webhook.Result{Detail: webhook.BadTLS}},
		{"nonsense", "http://[", webhook.Result{Detail: webhook.NoConnection}},
	} {
		if got := client.Send(t.Context(), c.url, http.Header{}, []byte("{}"), happened); got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if got := client.Send(ctx, server.URL+"/silent", http.Header{}, []byte("{}"), happened); got != (webhook.Result{Detail: webhook.Timeout}) {
		t.Errorf("silent: %+v", got)
	}
	if n := elsewhere.Load(); n > 0 {
		t.Errorf("the redirect was followed %d times", n)
	}
}

// A name that leads to an address of the inside is refused when the connection
// is made: also one that led to a public address when it was looked up before,
// and one that leads to both (DNS rebinding). No proxy of the environment is
// asked.
func TestSendRefusesWhereNamesLead(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	names := newNames(t)
	client := newClient(t, webhook.Network{}, webhook.Dialing{Resolver: names.resolver()})
	for _, c := range []struct {
		name    string
		answers [][]string // of one look-up after the other; the last one stays
	}{
		{"inside", [][]string{{"127.0.0.1"}}},
		{"inside, as the network of clouds", [][]string{{"169.254.169.254"}}},
		{"inside, whatever the order", [][]string{{"10.0.0.1", "127.0.0.1"}}},
		{"public before", [][]string{{"192.0.2.1"}, {"127.0.0.1"}}},
	} {
		names.answer(c.answers...)
		for range len(c.answers) + 1 {
			got := client.Send(t.Context(), "https://hooks.example.org:"+port+"/", http.Header{}, []byte("{}"), happened)
			if got.Detail != webhook.WrongAddress {
				t.Errorf("%s: got %+v", c.name, got)
			}
		}
	}
	for _, url := range []string{server.URL, "https://[::ffff:127.0.0.1]:" + port, "https://127.1:" + port} {
		if got := client.Send(t.Context(), url, http.Header{}, []byte("{}"), happened); got.Detail == webhook.Fine || got.Status != 0 {
			t.Errorf("%s: %+v", url, got)
		}
	}
	names.answer([]string{})
	if got := client.Send(t.Context(), "https://hooks.example.org/", http.Header{}, []byte("{}"), happened); got.Detail != webhook.NoName {
		t.Errorf("no such name: %+v", got)
	}
	// The same name, where this machine is allowed.
	names.answer([]string{"127.0.0.1"})
	allowed := newClient(t, here(t), webhook.Dialing{Resolver: names.resolver()})
	got := allowed.Send(t.Context(), "http://hooks.example.org:"+port+"/", http.Header{}, []byte("{}"), happened)
	if got.Status != http.StatusOK {
		t.Errorf("allowed: %+v", got)
	}
	if n := reached.Load(); n != 1 {
		t.Errorf("this machine was reached %d times, want once, where it is allowed", n)
	}
}

// names is a name server that answers what a test wants.
type names struct {
	conn net.PacketConn
	mu   sync.Mutex
	next [][]string
}

func newNames(t *testing.T) *names {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &names{conn: conn}
	done := make(chan struct{})
	go func() { defer close(done); n.serve() }()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return n
}

// answer sets the addresses of each look-up that follows; the last ones stay.
func (n *names) answer(lookups ...[]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.next = lookups
}

func (n *names) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", n.conn.LocalAddr().String())
	}}
}

// serve answers questions for A records (RFC 1035 section 4); there are no
// others.
func (n *names) serve() {
	question := make([]byte, 512)
	for {
		size, from, err := n.conn.ReadFrom(question)
		if err != nil {
			return
		}
		end := 12
		for question[end] != 0 {
			end += int(question[end]) + 1
		}
		end += 5
		var addresses []string
		if binary.BigEndian.Uint16(question[end-4:]) == 1 {
			addresses = n.lookUp()
		}
		answer := bytes.Clone(question[:min(size, end)])
		binary.BigEndian.PutUint16(answer[2:], 0x8180) // an answer, recursion available
		binary.BigEndian.PutUint16(answer[6:], uint16(len(addresses)))
		clear(answer[8:12])
		for _, a := range addresses {
			answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
			answer = append(answer, net.ParseIP(a).To4()...)
		}
		_, _ = n.conn.WriteTo(answer, from)
	}
}

func (n *names) lookUp() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	addresses := n.next[0]
	if len(n.next) > 1 {
		n.next = n.next[1:]
	}
	return addresses
}
