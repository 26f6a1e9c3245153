package service

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// operations is a listener of its own for operators: what it answers is for nobody
// else. It is empty without an address.
type operations struct {
	listener net.Listener
	server   *http.Server
}

// operationsTime is how long a request of operators may take to come, and to be
// answered.
const operationsTime = 10 * time.Second

// newOperations binds address (host:port; "" for none). ready returns why requests
// can't be served, notice what to do although they can.
func newOperations(address string, metrics prometheus.Gatherer, ready func(context.Context) error, notice func() string,
) (o operations, err error) {
	if address == "" {
		return o, nil
	}
	if o.listener, err = net.Listen("tcp", address); err != nil {
		return o, fmt.Errorf("service: ZIYARA_OPERATIONS: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(metrics, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {}) // it answers
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := ready(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		if text := notice(); text != "" {
			fmt.Fprintln(w, text) //nolint:errcheck // who asked is gone
		}
	})
	o.server = &http.Server{Handler: mux, ReadTimeout: operationsTime, WriteTimeout: operationsTime, IdleTimeout: time.Minute}
	return o, nil
}

// serve answers until shutdown.
func (o operations) serve() error {
	if o.server == nil {
		return nil
	}
	if err := o.server.Serve(o.listener); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("service: operations: %w", err)
	}
	return nil
}

// shutdown waits for requests in progress, at most until ctx is done.
func (o operations) shutdown(ctx context.Context) error {
	if o.server == nil {
		return nil
	}
	return errors.Join(o.server.Shutdown(ctx), o.close())
}

// close closes the listener, if it is open.
func (o operations) close() error {
	if o.listener == nil {
		return nil
	}
	if err := o.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
