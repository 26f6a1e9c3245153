package bench

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"ziyara/service"
)

// rounds is how often the sides of a comparison take turns.
const rounds = 3

// search compares a search of 60 days over HTTP with a bare fiber handler that
// returns the same bytes.
func search(ctx context.Context, c Config, replica *service.Service, r *report) error {
	url := searchOf(replica, benchBranch, benchService)
	body, err := searchURL(ctx, replica, benchBranch, benchService)
	if err != nil {
		return err
	}
	bare, stop, err := bareServer(body)
	if err != nil {
		return err
	}
	defer stop()
	var ours, theirs load
	for range rounds {
		if err := theirs.run(ctx, bare, c); err != nil {
			return err
		}
		if err := ours.run(ctx, url, c); err != nil {
			return err
		}
	}
	r.line("| bare fiber handler, the same %d bytes, %d connections | %.0f requests/s, p99 %.2f ms | 1 |",
		len(body), c.Connections, theirs.perSecond(), theirs.p99())
	r.line("| slot search, %d days | %.0f requests/s, p99 %.2f ms | %.2f of the requests, p99 × %.2f |",
		benchDays, ours.perSecond(), ours.p99(), ours.perSecond()/theirs.perSecond(), ours.p99()/theirs.p99())
	return nil
}

// searchOf returns the URL that searches the measured days for a service at a
// branch.
func searchOf(replica *service.Service, branch, slug string) string {
	from := time.Now().AddDate(0, 0, 1)
	return fmt.Sprintf("%s/v1/services/%s/slots?branch=%s&from=%s&to=%s", replica.URL(), slug, branch,
		from.Format(time.DateOnly), from.AddDate(0, 0, benchDays-1).Format(time.DateOnly))
}

// bareServer answers every request with body.
func bareServer(body []byte) (url string, stop func(), err error) {
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	app.Get("/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
		return c.Send(body)
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go app.Listener(listener) //nolint:errcheck // ends with Shutdown
	return "http://" + listener.Addr().String() + "/", func() { _ = app.Shutdown() }, nil
}

// load is what a number of connections measured.
type load struct {
	packed  bool            // the client takes compressed answers
	header  string          // name of one more header; "" for none
	value   string          // of that header
	took    []time.Duration // of each request
	elapsed time.Duration
}

// run sends requests over all connections for the time of one measurement.
func (l *load) run(ctx context.Context, url string, c Config) error {
	client := &fasthttp.Client{MaxConnsPerHost: c.Connections}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, c.Each)
	defer cancel()
	var wg sync.WaitGroup
	parts := make([][]time.Duration, c.Connections)
	errs := make([]error, c.Connections)
	began := time.Now()
	for i := range c.Connections {
		wg.Go(func() {
			request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			request.SetRequestURI(url)
			if l.packed {
				request.Header.Set(fiber.HeaderAcceptEncoding, "gzip, deflate, br, zstd") // as browsers do
			}
			if l.header != "" {
				request.Header.Set(l.header, l.value)
			}
			for ctx.Err() == nil {
				at := time.Now()
				if err := client.Do(request, response); err != nil {
					errs[i] = err
					return
				}
				if response.StatusCode() != fiber.StatusOK {
					errs[i] = fmt.Errorf("status %d: %s", response.StatusCode(), bytes.Clone(response.Body()))
					return
				}
				parts[i] = append(parts[i], time.Since(at))
			}
		})
	}
	wg.Wait()
	l.elapsed += time.Since(began)
	l.took = append(l.took, slices.Concat(parts...)...)
	return summary(errs)
}

func (l *load) perSecond() float64 { return float64(len(l.took)) / l.elapsed.Seconds() }

// p99 returns the 99th percentile in milliseconds.
func (l *load) p99() float64 {
	slices.Sort(l.took)
	return float64(l.took[len(l.took)*99/100].Microseconds()) / 1000
}
