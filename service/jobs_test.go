package service

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
)

// A run that is stuck is ended at its deadline, and the next one is on time; a
// panic ends neither the jobs nor the program. Each is measured.
func TestJobsGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		registry := prometheus.NewRegistry()
		var stuck, panics, works, woken atomic.Int64
		wake := make(chan struct{}, 1)
		r := newRunner(registry, slog.New(slog.DiscardHandler), []job{
			{name: "stuck", spec: "@every 7s", run: func(ctx context.Context) error {
				stuck.Add(1)
				<-ctx.Done()
				return ctx.Err()
			}},
			{name: "panics", spec: "@every 10s", run: func(context.Context) error {
				panics.Add(1)
				panic("a fault in a job")
			}},
			{name: "works", spec: "@every 10s", run: func(context.Context) error { works.Add(1); return nil }},
			{name: "woken", spec: "@every 1h", wake: wake, run: func(context.Context) error {
				woken.Add(1)
				return errors.New("not yet")
			}},
		})
		stop := r.start(t.Context(), JobsRun)
		wake <- struct{}{}
		synctest.Wait()
		if n := woken.Load(); n != 1 {
			t.Errorf("the job that was woken ran %d times", n)
		}
		// Stuck from 7 to 67 seconds, and from 70 to 130.
		time.Sleep(131 * time.Second)
		stop(t.Context())
		if s, p, w := stuck.Load(), panics.Load(), works.Load(); s != 2 || p != 13 || w != 13 {
			t.Errorf("ran %d, %d and %d times, want 2, 13 and 13", s, p, w)
		}
		for name, want := range map[string]struct{ runs, failures int }{
			"stuck": {2, 2}, "panics": {13, 13}, "works": {13, 0}, "woken": {1, 1},
		} {
			runs, failures := measured(t, registry, name)
			if runs != want.runs || failures != want.failures {
				t.Errorf("%s: measured %d runs and %d failures, want %d and %d", name, runs, failures, want.runs, want.failures)
			}
		}
	})
}

// Where jobs stand still, nothing runs by itself; where they are only woken,
// nothing runs by the clock.
func TestJobsStandStill(t *testing.T) {
	t.Parallel()
	for mode, want := range map[JobMode]int64{JobsStill: 0, JobsWoken: 1} {
		synctest.Test(t, func(t *testing.T) {
			var ran atomic.Int64
			wake := make(chan struct{}, 1)
			wake <- struct{}{}
			r := newRunner(prometheus.NewRegistry(), slog.New(slog.DiscardHandler), []job{
				{name: "a", spec: "@every 1s", wake: wake, run: func(context.Context) error { ran.Add(1); return nil }},
			})
			stop := r.start(t.Context(), mode)
			time.Sleep(time.Minute)
			stop(t.Context())
			if got := ran.Load(); got != want {
				t.Errorf("mode %d: ran %d times, want %d", mode, got, want)
			}
		})
	}
}

// measured returns how many runs and failures of a job were counted.
func measured(t *testing.T, registry *prometheus.Registry, name string) (runs, failures int) {
	t.Helper()
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	of := func(m *dto.Metric) bool { return m.GetLabel()[0].GetValue() == name }
	for _, f := range families {
		for _, m := range f.GetMetric() {
			switch {
			case !of(m):
			case f.GetName() == "ziyara_job_duration_seconds":
				runs = int(m.GetHistogram().GetSampleCount())
			case f.GetName() == "ziyara_job_failures_total":
				failures = int(m.GetCounter().GetValue())
			}
		}
	}
	return runs, failures
}
