package httpsms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"ziyara/notify"
)

const (
	// maxAnswer is how many bytes of an answer are read. Answers have a few
	// hundred.
	maxAnswer = 64 << 10
	// maxID is the maximum length of a gateway's message id, in bytes.
	maxID = 128
	// idleConnections is how many connections to the gateway are kept open.
	idleConnections = 16
)

var (
	errClosed = errors.New("httpsms: closed")
	errAnswer = errors.New("httpsms: unreadable answer")
)

// Config defines how to use a provider. Zero fields have the default in
// parentheses.
type Config struct {
	Provider   Provider
	URL        string            // replaces that of the provider unless empty
	From       string            // the sender id
	Secrets    map[string]string // values of Provider.Secrets
	ReceiptURL string            // where the gateway sends receipts; may be empty

	Timeout time.Duration // for one request (10 s)
	Pause   time.Duration // how long to wait for a busy gateway that names no time (5 s)

	Now func() time.Time
}

// Client sends messages through one gateway. It is safe for concurrent use.
type Client struct {
	config Config
	url    *url.URL
	http   *http.Client

	mu      sync.Mutex
	closing bool
	sending sync.WaitGroup
}

// New returns a client. It does not connect yet.
func New(c Config) (*Client, error) {
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	if c.Pause == 0 {
		c.Pause = 5 * time.Second
	}
	if c.URL == "" {
		c.URL = c.Provider.URL
	}
	u, err := checkURL(c.URL)
	switch {
	case err != nil:
		return nil, fmt.Errorf("httpsms: %w", err)
	case len(c.Provider.Answer.Rules) == 0:
		return nil, errors.New("httpsms: no provider")
	case c.From == "" || c.Now == nil:
		return nil, errors.New("httpsms: a sender id and a clock are required")
	case c.Timeout < 0 || c.Pause < 0:
		return nil, errors.New("httpsms: timeout and pause can't be negative")
	}
	for _, name := range c.Provider.Secrets {
		if c.Secrets[name] == "" {
			return nil, fmt.Errorf("httpsms: the secret %s is required", name)
		}
	}
	transport := &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: c.Timeout / 3}).DialContext, // leaves time for another gateway
		TLSHandshakeTimeout: c.Timeout / 3,
		MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: time.Minute,
		MaxResponseHeaderBytes: maxAnswer,
		// net/http repeats a GET on its own if a connection that was already
		// open fails. That could send a message twice.
		DisableKeepAlives: c.Provider.Format == Query,
	}
	return &Client{config: c, url: u, http: &http.Client{
		Transport: transport,
		// Redirects are not followed: the text and the secrets are only for
		// this host, and a POST would become a GET.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

// Send sends m to the gateway and returns the gateway's id. Errors wrap
// notify.ErrTemporary, notify.ErrPermanent or notify.ErrUncertain.
func (c *Client) Send(ctx context.Context, m notify.Message) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrTemporary, err)
	}
	now := c.config.Now()
	if err := m.Check(now); err != nil {
		return "", err
	}
	if err := c.begin(); err != nil {
		return "", err
	}
	defer c.sending.Done()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	// From here on the gateway may receive the message.
	var connected atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	request, err := c.request(ctx, m, now)
	if err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrPermanent, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		kind := notify.ErrTemporary
		if connected.Load() {
			kind = notify.ErrUncertain
		}
		return "", fmt.Errorf("%w: %w", kind, withoutURL(err))
	}
	defer response.Body.Close() //nolint:errcheck // it was only read
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = errAnswer
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", notify.ErrUncertain, withoutURL(err))
	}
	return c.judge(m, response, body)
}

// withoutURL returns err without the URL of the request, which may contain the
// text, the number and the secrets.
func withoutURL(err error) error {
	if in, ok := errors.AsType[*url.Error](err); ok {
		return in.Err
	}
	return err
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

// Close rejects new messages and waits for the answers to those sent, up to one
// timeout. It returns nil.
func (c *Client) Close() error {
	c.mu.Lock()
	c.closing = true
	c.mu.Unlock()
	c.sending.Wait()
	c.http.CloseIdleConnections()
	return nil
}

// request returns the HTTP request that sends m.
func (c *Client) request(ctx context.Context, m notify.Message, now time.Time) (*http.Request, error) {
	p := c.config.Provider
	fill := c.filler(m, now)
	target := *c.url
	var body io.Reader
	contentType := ""
	switch p.Format {
	case JSON:
		content, err := json.Marshal(walk(p.Fields, fill))
		if err != nil {
			return nil, err
		}
		body, contentType = strings.NewReader(string(content)), "application/json"
	case Form:
		body, contentType = strings.NewReader(values(p.Fields, fill, url.Values{}).Encode()), "application/x-www-form-urlencoded"
	case Query:
		target.RawQuery = values(p.Fields, fill, target.Query()).Encode()
	default: // there are no other request formats
	}
	request, err := http.NewRequestWithContext(ctx, p.Method, target.String(), body)
	if err != nil {
		return nil, withoutURL(err)
	}
	for name, value := range p.Headers {
		request.Header.Set(name, fill(value))
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	return request, nil
}

// filler returns a function that replaces ${…} with the values of m. The values
// themselves are not expanded.
func (c *Client) filler(m notify.Message, now time.Time) func(string) string {
	encoding := string(m.Size.Encoding)
	if name, ok := c.config.Provider.Encodings[encoding]; ok {
		encoding = name
	}
	minutes := ""
	if !m.Expires.IsZero() {
		minutes = strconv.Itoa(max(int(m.Expires.Sub(now)/time.Minute), 1))
	}
	values := map[string]string{
		"text": m.Text, "id": strconv.FormatInt(m.ID, 10), "from": c.config.From,
		"mobile": string(m.Mobile), "digits": strings.TrimPrefix(string(m.Mobile), "+"),
		"encoding": encoding, "minutes": minutes, "receipt_url": c.config.ReceiptURL,
	}
	for _, name := range c.config.Provider.Secrets {
		values[name] = c.config.Secrets[name]
	}
	return func(s string) string {
		return placeholder.ReplaceAllStringFunc(s, func(found string) string {
			return values[placeholder.FindStringSubmatch(found)[1]]
		})
	}
}

// values adds the fields that are not empty to v.
func values(fields map[string]any, fill func(string) string, v url.Values) url.Values {
	for name, value := range fields {
		all, ok := value.([]any)
		if !ok {
			all = []any{value}
		}
		for _, value := range all {
			if s := fill(fmt.Sprint(value)); s != "" {
				v.Add(name, s)
			}
		}
	}
	return v
}
