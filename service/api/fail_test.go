package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"ziyara"
	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/fault"
)

// broken is an API whose dependencies do what the test wants.
func broken(t *testing.T, change func(*Config)) (*Server, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	c := Config{
		Spec: ziyara.OpenAPI, Now: func() time.Time { return time.Unix(0, 0) }, NewID: func() string { return "a-new-request-id" },
		Ready: func(context.Context) error { return nil }, Metrics: prometheus.NewRegistry(),
		Log: slog.New(slog.NewTextHandler(&log, nil)), Counts: uncounted{},
	}
	change(&c)
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s, &log
}

// uncounted counts nothing.
type uncounted struct{}

func (uncounted) FoundNothing(*centre.Snapshot, string, string, catalog.Channel, time.Time) {}

func (uncounted) Held(*centre.Snapshot, string, string, catalog.Channel, error, time.Time) {}

func (uncounted) Booked() {}

func ask(t *testing.T, s *Server, path string) (status int, header http.Header, p Problem) {
	t.Helper()
	r, err := s.app.Test(httptest.NewRequest(http.MethodGet, path, nil), 5000)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close() //nolint:errcheck // read to its end
	data, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &p); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return r.StatusCode, r.Header, p
}

// A handler that panics is a fault of the system: a problem with an id to
// quote, nothing of the stack or the cause, and the service goes on. The log
// says where it happened, and what only if it can't be personal.
func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	s, log := broken(t, func(c *Config) {
		c.Centre = func() *centre.Snapshot { panic("the cause: +966500000000") }
	})
	for range 2 {
		status, header, p := ask(t, s, "/v1/branches")
		if status != http.StatusInternalServerError || header.Get(fiber.HeaderContentType) != "application/problem+json" {
			t.Fatalf("got %d %s, want a problem with 500", status, header.Get(fiber.HeaderContentType))
		}
		if p.Type != "/problems#internal" || p.RequestID != "a-new-request-id" || header.Get(headerRequestID) != p.RequestID {
			t.Errorf("got %+v", p)
		}
		said := p.Title + p.Detail + p.Instance + p.Type
		for _, inside := range []string{"cause", "goroutine", ".go:", "panic"} {
			if strings.Contains(said, inside) {
				t.Errorf("the answer tells of %q: %s", inside, said)
			}
		}
	}
	if got := strings.Count(log.String(), "(*Server).ListBranches:"); got != 2 {
		t.Errorf("the place is logged %d times, want 2:\n%s", got, log)
	}
	if strings.Contains(log.String(), "+966") {
		t.Errorf("the value is logged:\n%s", log)
	}
	got := newPanicError(fmt.Errorf("wrapped: %w", newRuntimeError())).cause
	if !strings.Contains(got, "index out of range") || strings.Contains(got, "wrapped") {
		t.Errorf("got %q, want the runtime's error", got)
	}
}

func newRuntimeError() (err error) {
	defer func() { err, _ = recover().(error) }()
	return []error{}[len("none")]
}

// An error that nobody knows is a fault of the system, one of the store that
// it can't be reached asks to come back.
func TestErrorsOfDependencies(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		err    error
		status int
		retry  string
	}{
		{"not ready", errors.New("no answer"), http.StatusServiceUnavailable, "2"},
		{"out of time", context.DeadlineExceeded, http.StatusServiceUnavailable, "2"},
	} {
		s, _ := broken(t, func(c *Config) { c.Ready = func(context.Context) error { return test.err } })
		status, header, p := ask(t, s, "/readyz")
		if status != test.status || p.Status != test.status || header.Get(fiber.HeaderRetryAfter) != test.retry {
			t.Errorf("%s: got %d %+v, Retry-After %q", test.name, status, p, header.Get(fiber.HeaderRetryAfter))
		}
	}
}

// Every handler has a deadline.
func TestHandlersHaveADeadline(t *testing.T) {
	t.Parallel()
	var left time.Duration
	s, _ := broken(t, func(c *Config) {
		c.Ready = func(ctx context.Context) error {
			if deadline, ok := ctx.Deadline(); ok {
				left = time.Until(deadline)
			}
			return fault.ErrUnavailable
		}
	})
	ask(t, s, "/readyz")
	if left <= 0 || left > requestTimeout {
		t.Errorf("got %v until the deadline, want up to %v", left, requestTimeout)
	}
}
