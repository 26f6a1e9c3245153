package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/robfig/cron/v3"

	"ziyara/service/postgres"
	"ziyara/slots"
)

// A job is a claim that is safe to run twice at once, so every replica runs
// all of them and there is no leader (docs/adr/0004).

// batch is how many rows a job takes at once; it goes on while batches are
// full.
const batch = 500

// keepDrafts is how long drafts of changes can be looked at when they are over.
const keepDrafts = 24 * time.Hour

const (
	// planBatch is how many visits are looked at in one statement.
	planBatch = 1000
	// bulkBatch and bulkRounds make one delivery of up to 200,000 reminders.
	bulkBatch  = 500
	bulkRounds = 400
)

// schedule is a job with the times at which it runs, in cron's notation.
type schedule struct {
	name string
	spec string
	run  job
}

func (s *Service) schedules() []schedule {
	return []schedule{
		{"plan reminders", "@every 10s", s.planReminders},
		{"match receipts", "@every 10s", s.matchReceipts},
		{"expire holds", "@every 5s", s.expireHolds},
		{"answer by default", "@every 15s", s.lapseRequests},
		{"carry out changes", "@every 1s", s.carryOutChanges},
		{"offer delayed places", "@every 5s", s.offerDelayed},
		{"close waitlist entries", "@every 1m", s.closeEntries},
		{"offer freed places", "@every 5s", s.offerFreed},
		{"offer all places", "@every 1m", s.offerAll},
		{"deliver messages", "@every 1s", s.deliver},
		{"deliver reminders", "@every 1s", s.deliverBulk},
		{"deliver e-mails", "@every 1s", s.deliverMails},
		{"plan webhooks", "@every 1s", s.planWebhooks},
		{"serve webhooks", "@every 1s", s.serveWebhooks},
		{"reload centre", "@every 5s", s.reload},
		{"close visits", "@every 1m", s.closeVisits},
		{"tell delays", "@every 30s", s.tellDelays},
		{"close halls", "@every 10m", s.closeHalls},
		{"watch budgets", "@every 1m", s.watchBudgets},
		{"purge", "@every 10m", s.purge},
		{"count demand", "@every 30s", s.countDemand},
		{"remember what was open", "@every 1h", s.rememberOpen},
		{"purge counts", "@every 1h", s.purgeCounts},
		{"audit", "15 2 * * *", s.audit},
	}
}

// startJobs starts the clock of the jobs. The function that it returns stops
// it and waits for jobs in progress.
func (s *Service) startJobs(ctx context.Context) func(context.Context) {
	log := cronLog{s.config.Log}
	clock := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		// Recover comes last: a panic must not keep SkipIfStillRunning's lock.
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	for _, entry := range s.schedules() {
		if _, err := clock.AddFunc(entry.spec, func() { s.runJob(ctx, entry) }); err != nil {
			panic(fmt.Sprintf("service: schedule of %s: %v", entry.name, err)) // a constant is wrong
		}
	}
	clock.Start()
	return func(stopping context.Context) {
		select {
		case <-clock.Stop().Done():
		case <-stopping.Done():
		}
	}
}

func (s *Service) runJob(ctx context.Context, entry schedule) {
	if ctx.Err() != nil {
		return
	}
	if err := entry.run(ctx); err != nil && ctx.Err() == nil {
		s.gauges.failures.WithLabelValues(entry.name).Inc()
		s.config.Log.ErrorContext(ctx, "job failed", "job", entry.name, "error", err)
	}
}

// RunJobs runs every job once, in order, for whoever moves the clock.
func (s *Service) RunJobs(ctx context.Context) error {
	for _, entry := range s.schedules() {
		if err := entry.run(ctx); err != nil {
			return fmt.Errorf("%s: %w", entry.name, err)
		}
	}
	return nil
}

// RunJob runs one job, by its name.
func (s *Service) RunJob(ctx context.Context, name string) error {
	for _, entry := range s.schedules() {
		if entry.name == name {
			return entry.run(ctx)
		}
	}
	return fmt.Errorf("service: no job %q", name)
}

func (s *Service) deliver(ctx context.Context) error {
	n, err := s.worker.Deliver(ctx, s.config.Now)
	s.gauges.handled.Add(float64(n))
	if err != nil {
		return err
	}
	waiting, oldest, err := s.store.QueueDepth(ctx, s.config.Now())
	if err != nil {
		return err
	}
	s.gauges.waiting.Set(float64(waiting))
	s.gauges.oldest.Set(oldest.Seconds())
	return nil
}

// deliverBulk delivers what nobody waits for, beside deliver.
func (s *Service) deliverBulk(ctx context.Context) error {
	n, err := s.bulk.Deliver(ctx, s.config.Now)
	s.gauges.handled.Add(float64(n))
	return err
}

// deliverMails delivers what goes by e-mail, beside both.
func (s *Service) deliverMails(ctx context.Context) error {
	if s.mails == nil {
		return nil
	}
	n, err := s.mails.Deliver(ctx, s.config.Now)
	s.gauges.handled.Add(float64(n))
	return err
}

func (s *Service) planReminders(ctx context.Context) error {
	n, err := s.store.PlanReminders(ctx, s.config.Now(), planBatch)
	s.gauges.planned.Add(float64(n))
	return err
}

func (s *Service) expireHolds(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.store.ExpireHolds(ctx, s.config.Now(), nil, batch) })
}

func (s *Service) lapseRequests(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.booker.LapseRequests(ctx, s.config.Now(), batch) })
}

// carryOutChanges tells visitors what changes have decided for them, in
// portions, until nothing is left to do.
func (s *Service) carryOutChanges(ctx context.Context) error {
	for ctx.Err() == nil {
		if _, err := s.changes.Restore(ctx, s.config.Now()); err != nil {
			return err
		}
		n, err := s.changes.Continue(ctx, s.config.Now())
		if errors.Is(err, slots.ErrStale) { // the next snapshot will do
			return s.reload(ctx)
		}
		if err != nil || n == 0 {
			return err
		}
	}
	return nil
}

func (s *Service) offerDelayed(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.store.OfferDelayed(ctx, s.config.Now(), batch) })
}

func (s *Service) closeVisits(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.store.CloseVisits(ctx, s.config.Now(), "", batch) })
}

// inBatches runs do until a batch is not full.
func inBatches(ctx context.Context, do func() (int, error)) error {
	for ctx.Err() == nil {
		n, err := do()
		if err != nil || n < batch {
			return err
		}
	}
	return nil
}

func (s *Service) purge(ctx context.Context) error {
	now := s.config.Now()
	return errors.Join(
		s.store.Purge(ctx, now, batch),
		inBatches(ctx, func() (int, error) { return s.changes.PurgeDrafts(ctx, now.Add(-keepDrafts), batch) }),
		s.store.PurgeMessages(ctx, now.Add(-s.config.KeepTexts), now, batch),
		s.store.PurgeWebhooks(ctx, now.Add(-keepDeliveries), batch))
}

// matchReceipts gives receipts to messages that were recorded after them.
func (s *Service) matchReceipts(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return s.store.MatchReceipts(ctx, s.config.Now(), batch) })
}

// reloadAtOnce takes a new snapshot as soon as the centre is changed, here or
// through another replica, until ctx is done. The periodic job does the same
// should that not be heard.
func (s *Service) reloadAtOnce(ctx context.Context) {
	entry := schedule{name: "reload centre", run: s.reload}
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.store.Renewed():
			s.runJob(ctx, entry)
		}
	}
}

// reload takes a new snapshot of the centre when there is one.
func (s *Service) reload(ctx context.Context) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	version, err := s.store.CentreVersion(ctx)
	if err != nil {
		return err
	}
	if current := s.centre.Load(); current != nil && current.Version == version {
		return nil
	}
	centre, err := s.store.LoadCentre(ctx)
	if err != nil {
		return err
	}
	if err = s.reloadTexts(ctx); err != nil {
		return err
	}
	s.centre.Store(centre)
	return nil
}

// audit compares the ledger with the appointments, every night.
func (s *Service) audit(ctx context.Context) error {
	differences, err := s.store.Audit(ctx)
	if err != nil {
		return err
	}
	s.gauges.differences.Set(float64(len(differences)))
	if len(differences) > 0 {
		s.config.Log.ErrorContext(ctx, "the ledger differs from the appointments", "differences", len(differences))
	}
	return nil
}

// gauges are what the jobs measure.
type gauges struct {
	waiting, oldest, differences prometheus.Gauge
	handled, offers, planned     prometheus.Counter
	failures                     *prometheus.CounterVec
	budgets                      *prometheus.GaugeVec
	hooks                        hookGauges
}

func newGauges(registry *prometheus.Registry, store *postgres.Store) gauges {
	g := gauges{
		waiting:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_messages_waiting", Help: "Messages not finished."}),
		oldest:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_messages_oldest_due_seconds", Help: "How long the oldest due message has been due."}),
		differences: prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_audit_differences", Help: "Ticks at which ledger and appointments differed in the last audit."}),
		handled:     prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_messages_handled_total", Help: "Messages claimed and finished or put back."}),
		planned:     prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_reminders_planned_total", Help: "Reminders that became due."}),
		offers:      prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_offers_total", Help: "Places offered to people who wait."}),
		failures:    prometheus.NewCounterVec(prometheus.CounterOpts{Name: "ziyara_job_failures_total", Help: "Runs of a periodic job that failed."}, []string{"job"}),
		budgets:     prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "ziyara_message_budget_used_ratio", Help: "How much of a department's monthly budget for messages is used; 1 is all."}, []string{"department"}),
	}
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	g.hooks = newHookGauges(registry)
	registry.MustRegister(g.waiting, g.oldest, g.differences, g.handled, g.offers, g.planned, g.failures, g.budgets,
		gauge("ziyara_database_connections_in_use", "Connections in use.", func() int { return store.Stats().InUse }),
		gauge("ziyara_holds_waiting", "Holds that wait for the database.", func() int { holds, _ := store.Waiting(); return holds }),
		gauge("ziyara_bookings_waiting", "Bookings that wait for the database.", func() int { _, bookings := store.Waiting(); return bookings }),
		gauge("ziyara_database_connections_open", "Connections open.", func() int { return store.Stats().OpenConnections }))
	return g
}

// cronLog passes on what cron has to say of errors; its chatter stays out.
type cronLog struct{ log *slog.Logger }

// Info ignores that an entry was woken.
func (cronLog) Info(string, ...any) {}

// Error logs a panic of a job.
func (l cronLog) Error(err error, message string, _ ...any) {
	l.log.Error("periodic job", "what", message, "error", err)
}
