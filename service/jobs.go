package service

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"
)

// Every job is safe to run twice at once, so each replica runs all jobs and there
// is no leader (docs/adr/0004). The parts of the service bring their jobs; this
// file times and runs them.
type job struct {
	name  string
	spec  string          // when it runs, as a cron expression
	wake  <-chan struct{} // a value runs the job at once; nil for never
	limit time.Duration   // longest run; 0 for jobLimit, or ownLimit
	run   func(context.Context) error
}

const (
	// jobLimit ends a run that is stuck; the next run starts anew.
	jobLimit = time.Minute
	// longJobLimit is for jobs that run as long as there is work.
	longJobLimit = 15 * time.Minute
	// ownLimit is for a job that bounds its own runs, because what a run starts
	// may outlive it.
	ownLimit = -1
	// wakePause is the least time between two runs of a job that is woken; one
	// run does the work of all wake-ups in between.
	wakePause = 100 * time.Millisecond
	// batch is how many rows a job takes at once; it continues while batches are
	// full.
	batch = 500
)

// JobMode says which jobs run without being called by a test.
type JobMode int

// The modes. Tests that move the clock run the jobs themselves.
const (
	JobsRun   JobMode = iota // all: by the clock, and at once when woken
	JobsWoken                // those that are woken, when woken
	JobsStill                // none
)

// runner runs jobs.
type runner struct {
	jobs     []job
	log      *slog.Logger
	duration *prometheus.HistogramVec
	failures *prometheus.CounterVec
}

func newRunner(registry prometheus.Registerer, log *slog.Logger, jobs []job) *runner {
	r := &runner{
		jobs: jobs, log: log,
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "ziyara_job_duration_seconds", Help: "How long runs of a periodic job took.",
			Buckets: []float64{.005, .025, .1, .5, 1, 5, 30, 60, 300, 900},
		}, []string{"job"}),
		failures: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ziyara_job_failures_total", Help: "Runs of a periodic job that failed.",
		}, []string{"job"}),
	}
	registry.MustRegister(r.duration, r.failures)
	return r
}

// start runs the jobs by themselves until ctx is done. The function that it
// returns stops them and waits for those in progress.
func (r *runner) start(ctx context.Context, mode JobMode) func(context.Context) {
	log := cronLog{r.log}
	clock := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		// Recover comes last: a panic must not keep SkipIfStillRunning's lock.
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	waiting, stop := context.WithCancel(ctx)
	var woken sync.WaitGroup
	for _, j := range r.jobs {
		if mode == JobsRun {
			if _, err := clock.AddFunc(j.spec, func() { r.runLogged(ctx, j) }); err != nil {
				panic(fmt.Sprintf("service: schedule of %s: %v", j.name, err)) // a constant is wrong
			}
		}
		if mode != JobsStill && j.wake != nil {
			once := cron.NewChain(cron.Recover(log)).Then(cron.FuncJob(func() { r.runLogged(waiting, j) }))
			woken.Go(func() { whenWoken(waiting, j.wake, once.Run) })
		}
	}
	clock.Start()
	return func(stopping context.Context) {
		stop()
		select {
		case <-clock.Stop().Done():
		case <-stopping.Done():
		}
		woken.Wait()
	}
}

// whenWoken calls run for the values in wake until ctx is done.
func whenWoken(ctx context.Context, wake <-chan struct{}, run func()) {
	pause := time.NewTicker(wakePause)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
			run()
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
	}
}

func (r *runner) runLogged(ctx context.Context, j job) {
	if ctx.Err() != nil {
		return
	}
	if err := r.run(ctx, j); err != nil && ctx.Err() == nil {
		r.log.ErrorContext(ctx, "job failed", "job", j.name, "error", err)
	}
}

// run runs a job once and measures it. A panic counts as a failure.
func (r *runner) run(ctx context.Context, j job) error {
	limited := ctx
	if j.limit != ownLimit {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, cmp.Or(j.limit, jobLimit))
		defer cancel()
	}
	began, ok := time.Now(), false
	defer func() {
		r.duration.WithLabelValues(j.name).Observe(time.Since(began).Seconds())
		if !ok {
			r.failures.WithLabelValues(j.name).Inc()
		}
	}()
	err := j.run(limited)
	ok = err == nil || ctx.Err() != nil // stopping is no failure
	return err
}

// RunJobs runs once, in order, the jobs that run throughout the day, for tests
// that move the clock.
func (s *Service) RunJobs(ctx context.Context) error {
	for _, j := range s.jobs.jobs {
		if !strings.HasPrefix(j.spec, "@every ") {
			continue
		}
		if err := s.jobs.run(ctx, j); err != nil {
			return fmt.Errorf("%s: %w", j.name, err)
		}
	}
	return nil
}

// RunJob runs the job with this name once.
func (s *Service) RunJob(ctx context.Context, name string) error {
	for _, j := range s.jobs.jobs {
		if j.name == name {
			return s.jobs.run(ctx, j)
		}
	}
	return fmt.Errorf("service: no job %q", name)
}

// inBatches calls do until a batch is not full.
func inBatches(ctx context.Context, do func() (int, error)) error {
	for ctx.Err() == nil {
		n, err := do()
		if err != nil || n < batch {
			return err
		}
	}
	return nil
}

// cronLog passes on the errors of cron and drops its other messages.
type cronLog struct{ log *slog.Logger }

// Info implements cron.Logger; it drops the message.
func (cronLog) Info(string, ...any) {}

// Error logs a panic of a job.
func (l cronLog) Error(err error, message string, _ ...any) {
	l.log.Error("periodic job", "what", message, "error", err)
}
