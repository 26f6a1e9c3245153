package servicetest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/notify/sandbox"
	"ziyara/notify/verify"
	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest/contract"
)

// Opening is the instant at which the clock of a test starts: Sunday 22 November
// 2026, 09:00 in Riyadh.
func Opening() time.Time { return time.Date(2026, time.November, 22, 6, 0, 0, 0, time.UTC) }

// Secret is the secret of every replica in a test.
const Secret = "a secret for tests, of at least 32 bytes"

// Centre is the demo centre, open for a test: one or more replicas over one
// database, one phone for all messages, and a clock.
type Centre struct {
	DatabaseURL string
	Clock       *Clock
	Phone       *sandbox.Phone
	Mailbox     *sandbox.Mailbox
	Replicas    []*service.Service

	t       testing.TB
	client  *http.Client
	stops   []func() error // each stops a replica, and may be called again
	options []Option

	problemsOnce sync.Once
	problems     string // the page that documents the problems
}

// Option changes the configuration of each replica.
type Option func(*service.Config)

// Running lets all jobs run by themselves, by the real clock, as in production.
func Running(c *service.Config) { c.Jobs = service.JobsRun }

// Woken lets only those jobs run by themselves that are woken, such as the one
// that offers freed places at once. Without an option, jobs run only when the test
// runs them.
func Woken(c *service.Config) { c.Jobs = service.JobsWoken }

// Open opens the demo centre with this number of replicas.
func Open(t testing.TB, replicas int, options ...Option) *Centre {
	t.Helper()
	if replicas == 1 { // there is no other replica to listen to
		options = slices.Concat([]Option{func(c *service.Config) { c.Alone = true }}, options)
	}
	return OpenOn(t, HandedOn(t), replicas, options...)
}

// OpenOn opens the centre on an existing database.
func OpenOn(t testing.TB, databaseURL string, replicas int, options ...Option) *Centre {
	t.Helper()
	c := &Centre{DatabaseURL: databaseURL, Clock: NewClock(Opening()), t: t, options: options}
	c.Phone, c.Mailbox = sandbox.New(c.Clock.Now), sandbox.NewMailbox(c.Clock.Now)
	c.client = &http.Client{
		Timeout:       patience,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 600},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(c.client.CloseIdleConnections)
	for range replicas {
		replica, stop := c.open()
		c.Replicas, c.stops = append(c.Replicas, replica), append(c.stops, stop)
	}
	return c
}

func (c *Centre) open() (*service.Service, func() error) {
	c.t.Helper()
	config := service.Config{
		DatabaseURL: shared.servingURL(c.DatabaseURL), Secret: []byte(Secret), Listen: "127.0.0.1:0", Operations: "127.0.0.1:0",
		Now: c.Clock.Now, Log: slog.New(slog.DiscardHandler), Sender: c.Phone, Postman: c.Mailbox, MaxConnections: 20,
		UnprovedShare: 100, // tests hold any number of places before they book them
		SignIn:        signIn, WebhookPatience: patience, Jobs: service.JobsStill, LazyStatements: true, Connect: Connect, Patience: patience,
		Limits: service.NoLimits(), Codes: verify.DefaultPolicy(),
	}
	for _, o := range c.options {
		o(&config)
	}
	ctx, stop := context.WithCancel(context.Background())
	replica, err := service.New(ctx, config)
	if err != nil {
		stop()
		c.t.Fatalf("open replica: %v", err)
	}
	ran := make(chan error, 1)
	go func() { ran <- replica.Run(ctx) }()
	ended := sync.OnceValue(func() error {
		stop()
		return <-ran
	})
	c.t.Cleanup(func() {
		c.client.CloseIdleConnections()
		if err := ended(); err != nil {
			c.t.Errorf("replica: %v", err)
		}
	})
	return replica, ended
}

// Metrics returns what the first replica measures.
func (c *Centre) Metrics() string {
	c.t.Helper()
	status, body := c.Operations("/metrics")
	if status != http.StatusOK {
		c.t.Fatalf("metrics: %d %s", status, body)
	}
	return body
}

// Operations asks the first replica's listener for operators.
func (c *Centre) Operations(path string) (status int, body string) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.Replicas[0].OperationsURL()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	response, err := c.client.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end
	text, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// Stop stops a replica as a signal does, and returns what its Run returned.
func (c *Centre) Stop(replica int) error { return c.stops[replica]() }

// Restart stops a replica as a signal does and opens another in its place. The
// replica must not be used meanwhile.
func (c *Centre) Restart(replica int) {
	c.t.Helper()
	if err := c.Stop(replica); err != nil {
		c.t.Errorf("stop replica %d: %v", replica, err)
	}
	c.Replicas[replica], c.stops[replica] = c.open()
}

// Pass moves the clock on and runs the periodic jobs of every replica.
func (c *Centre) Pass(d time.Duration) {
	c.t.Helper()
	c.Clock.Add(d)
	c.Jobs()
}

// Jobs runs the jobs that run throughout the day, at every replica. AuditClean does
// the work of the nightly audit.
func (c *Centre) Jobs() {
	c.t.Helper()
	for _, r := range c.Replicas {
		if err := r.RunJobs(context.Background()); err != nil {
			c.t.Fatalf("jobs: %v", err)
		}
	}
}

// Job runs the jobs with these names at every replica.
func (c *Centre) Job(names ...string) {
	c.t.Helper()
	for _, r := range c.Replicas {
		for _, name := range names {
			if err := r.RunJob(context.Background(), name); err != nil {
				c.t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// patience is how long Eventually waits: much longer than anything takes even on a
// busy machine.
const patience = 2 * time.Minute

// Eventually waits until the condition holds, and fails the test if it never
// does.
func (c *Centre) Eventually(what string, holds func() bool) {
	c.t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			c.t.Fatalf("never: %s", what)
		}
	}
}

// CutListeners ends the connections on which replicas listen for each other's
// changes, and returns how many there were. The replicas connect again by
// themselves.
func (c *Centre) CutListeners() int {
	c.t.Helper()
	return Query[int](c.t, c.DatabaseURL, `
		SELECT count(*) FILTER (WHERE pg_terminate_backend(pid))
		FROM pg_stat_activity
		WHERE datname = current_database() AND query ILIKE 'LISTEN %'`)
}

// auditing is the configuration of an audit.
func (c *Centre) auditing() service.Config {
	return service.Config{DatabaseURL: shared.servingURL(c.DatabaseURL), Connect: Connect, Patience: patience}
}

// AuditClean fails the test unless the ledger agrees with the appointments.
func (c *Centre) AuditClean() {
	c.t.Helper()
	var out strings.Builder
	n, err := service.Audit(context.Background(), c.auditing(), &out)
	if err != nil {
		c.t.Fatalf("audit: %v", err)
	}
	if n > 0 {
		c.t.Errorf("the ledger differs from the appointments:\n%s", out.String())
	}
	out.Reset()
	if n, err = service.AuditLog(context.Background(), c.auditing(), "", &out); err != nil || n > 0 {
		c.t.Errorf("the log of staff: %v\n%s", err, out.String())
	}
}

// Request is a request of a test. A string Body is sent as it is, any other as
// JSON; nil is no body. A Header with an empty value removes a default header.
type Request struct {
	Method, Path string
	Body         any
	Header       map[string]string
	Replica      int
}

// Answer is the answer to a request.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// JSON decodes the answer into dest.
func (a Answer) JSON(t testing.TB, dest any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, dest); err != nil {
		t.Fatalf("decode %q: %v", a.Body, err)
	}
}

// Problem decodes the answer as a problem.
func (a Answer) Problem(t testing.TB) api.Problem {
	t.Helper()
	var p api.Problem
	a.JSON(t, &p)
	return p
}

// Send sends a request and checks the answer against the contract. It may be
// called from any goroutine of the test.
func (c *Centre) Send(r Request) Answer {
	c.t.Helper()
	answer, err := c.send(r)
	if err != nil {
		c.t.Errorf("%s %s: %v", r.Method, r.Path, err)
		return Answer{}
	}
	if strings.HasPrefix(r.Path, "/v1") || r.Path == "/healthz" || r.Path == "/readyz" {
		if err := contract.Check(r.Method, r.Path, answer.Status, answer.Header, answer.Body); err != nil {
			c.t.Errorf("%s %s: %d %s\nbreaks the contract: %v", r.Method, r.Path, answer.Status, answer.Body, err)
		}
	}
	return answer
}

func (c *Centre) send(r Request) (_ Answer, err error) {
	var body io.Reader
	switch b := r.Body.(type) {
	case nil:
	case string:
		body = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return Answer{}, err
		}
		body = bytes.NewReader(data)
	}
	request, err := http.NewRequestWithContext(context.Background(), r.Method, c.Replicas[r.Replica].URL()+r.Path, body)
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Accept-Language", "en")
	if r.Body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range r.Header {
		if request.Header.Set(name, value); value == "" {
			request.Header.Del(name)
		}
	}
	if host := request.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := c.client.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer func() { err = errors.Join(err, response.Body.Close()) }()
	data, err := io.ReadAll(response.Body)
	return Answer{Status: response.StatusCode, Header: response.Header, Body: data}, err
}

// Get sends a GET request to the first replica.
func (c *Centre) Get(path string) Answer {
	c.t.Helper()
	return c.Send(Request{Method: http.MethodGet, Path: path})
}

// Post sends a POST request to the first replica.
func (c *Centre) Post(path string, body any) Answer {
	c.t.Helper()
	return c.Send(Request{Method: http.MethodPost, Path: path, Body: body})
}
