package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"
	"time"
)

// Detail says what was wrong with an attempt, in one word. Nothing that a
// receiver answers is kept but its status: the rest could reveal what is in
// networks that staff can't see.
type Detail string

// The details.
const (
	Fine         Detail = ""
	BadStatus    Detail = "status"   // not 2xx
	Redirect     Detail = "redirect" // which is not followed
	Timeout      Detail = "timeout"
	WrongAddress Detail = "address" // not public, and not allowed
	NoName       Detail = "dns"
	BadTLS       Detail = "tls"
	NoConnection Detail = "connection"
	TooOld       Detail = "age"    // and not sent any more
	NoSecret     Detail = "secret" // it can't be opened: the program's secret is another
)

// Result is what came of one attempt.
type Result struct {
	Status     int // of the answer; 0 for none
	Detail     Detail
	RetryAfter time.Duration // that the receiver asks for; 0 for nothing
}

const (
	// SendTimeout bounds one attempt, from the look-up of the name to the end of
	// the answer.
	SendTimeout = 20 * time.Second
	// maxAnswer is how much of an answer is read, to use the connection again.
	maxAnswer       = 4 << 10
	maxAnswerHeader = 16 << 10
	connections     = 16 // of one receiver
)

// Client sends messages. It reaches what its network allows and nothing else,
// wherever a name leads, and follows no redirect. It is safe for concurrent
// use.
type Client struct{ secure, plain *http.Client }

// Dialing says how a Client finds and trusts receivers; the zero value is as
// the system does.
type Dialing struct {
	Resolver *net.Resolver
	Roots    *x509.CertPool
}

// NewClient returns a client for the network.
func NewClient(n Network, d Dialing) *Client {
	return &Client{secure: newHTTP(n, d, true), plain: newHTTP(n, d, false)}
}

func newHTTP(n Network, d Dialing, secure bool) *http.Client {
	dialer := &net.Dialer{
		Timeout: 10 * time.Second, Resolver: d.Resolver,
		// After the name was looked up, for each address that is tried: a name
		// that leads elsewhere the next time is no way in.
		ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil {
				return ErrAddress
			}
			return n.Check(at.Addr(), secure)
		},
	}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil, // of the environment: it would decide where connections go
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: d.Roots},
			TLSHandshakeTimeout:    10 * time.Second,
			MaxConnsPerHost:        connections,
			MaxIdleConnsPerHost:    connections,
			MaxIdleConns:           256,
			IdleConnTimeout:        time.Minute,
			MaxResponseHeaderBytes: maxAnswerHeader,
			DisableCompression:     true,
		},
	}
}

// Close ends the connections that are idle.
func (c *Client) Close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

// Send posts a signed body to an address. now is for a Retry-After that names
// an instant.
func (c *Client) Send(ctx context.Context, url string, header http.Header, body []byte, now time.Time) Result {
	ctx, cancel := context.WithTimeout(ctx, SendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Result{Detail: NoConnection}
	}
	request.GetBody = nil // net/http does not repeat it by itself
	maps.Copy(request.Header, header)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Ziyara-Webhooks/1")
	client := c.secure
	if request.URL.Scheme != "https" {
		client = c.plain
	}
	response, err := client.Do(request)
	if err != nil {
		return Result{Detail: detailOf(err)}
	}
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer) // what it says does not matter
	_ = response.Body.Close()
	r := Result{Status: response.StatusCode, RetryAfter: retryAfter(response.Header.Get("Retry-After"), now)}
	switch {
	case r.Status >= 200 && r.Status < 300:
		return Result{Status: r.Status}
	case r.Status >= 300 && r.Status < 400:
		r.Detail = Redirect
	default:
		r.Detail = BadStatus
	}
	return r
}

func detailOf(err error) Detail {
	var name *net.DNSError
	var network net.Error
	switch {
	case errors.Is(err, ErrAddress):
		return WrongAddress
	case errors.As(err, &network) && network.Timeout(), errors.Is(err, context.DeadlineExceeded):
		return Timeout
	case errors.As(err, &name):
		return NoName
	case isTLS(err):
		return BadTLS
	}
	return NoConnection
}

func isTLS(err error) bool {
	var record tls.RecordHeaderError
	var certificate *tls.CertificateVerificationError
	var alert tls.AlertError
	return errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &record) || errors.As(err, &certificate) || errors.As(err, &alert)
}

// retryAfter reads the header of RFC 9110, section 10.2.3: seconds, or an
// instant; 0 for what is neither, or past.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), int(MaxRetryAfter/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), MaxRetryAfter)
	}
	return 0
}
