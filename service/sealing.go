package service

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/audit"
	"ziyara/service/postgres"
)

// sealing seals the log of what staff do, and notices when it is another one than before.
type sealing struct {
	store *postgres.AuditLog
	log   *slog.Logger
	seen  audit.Head // the last one that this replica has seen

	sealed, faults prometheus.Gauge
}

func newSealing(store *postgres.AuditLog, log *slog.Logger, registry prometheus.Registerer) *sealing {
	s := &sealing{
		store: store, log: log,
		sealed: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ziyara_log_sealed", Help: "Number of the last sealed entry of the log of staff; it never falls.",
		}),
		faults: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "ziyara_log_faults",
			Help: "Entries of the log of staff that were changed, removed or added later, as far as this replica knows.",
		}),
	}
	registry.MustRegister(s.sealed, s.faults)
	return s
}

func (s *sealing) jobs() []job {
	return []job{
		{name: "seal-log", spec: "@every 5s", run: s.seal},
		{name: "audit-log", spec: "45 2 * * *", limit: longJobLimit, run: s.audit},
	}
}

// seal seals new entries. The log of the program has the head of each time, so that a cut or
// another log can be told from it (ziyara audit --head).
func (s *sealing) seal(ctx context.Context) error {
	missing, err := s.store.Missing(ctx, s.seen)
	if err != nil {
		return err
	}
	if missing != nil {
		s.faults.Inc()
		s.log.ErrorContext(ctx, "the log of staff was rewritten", "fault", missing.String())
		s.seen = audit.Head{} // it is said once
	}
	if err = inBatches(ctx, func() (int, error) { return s.store.Seal(ctx, batch) }); err != nil {
		return err
	}
	last, err := s.store.Head(ctx)
	if err != nil || last.Head() == s.seen {
		return err
	}
	s.seen = last.Head()
	s.sealed.Set(float64(last.Number))
	s.log.InfoContext(ctx, "log of staff sealed", "head", s.seen.String())
	return nil
}

// audit checks all seals, every night.
func (s *sealing) audit(ctx context.Context) error {
	_, faults, err := s.store.Check(ctx)
	if err != nil {
		return err
	}
	s.faults.Set(float64(len(faults)))
	for _, f := range faults[:min(len(faults), 10)] {
		s.log.ErrorContext(ctx, "the log of staff was rewritten", "fault", f.String())
	}
	return nil
}
