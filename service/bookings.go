package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/service/postgres"
	"ziyara/slots"
)

// bookings has the jobs that clean up holds and visits and check the ledger.
type bookings struct {
	store       *postgres.Appointments
	booker      func() *slots.Booker // on the current snapshot
	now         func() time.Time
	log         *slog.Logger
	differences prometheus.Gauge
	// renewals is how often renewNameKeys has gone through all visits.
	renewals int
}

func newBookings(c Config, store *postgres.Appointments, booker func() *slots.Booker, registry prometheus.Registerer) *bookings {
	b := &bookings{store: store, booker: booker, now: c.Now, log: c.Log, differences: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ziyara_audit_differences", Help: "Ticks at which ledger and appointments differed in the last audit.",
	})}
	registry.MustRegister(b.differences)
	return b
}

func (b *bookings) jobs() []job {
	return []job{
		{name: "expire holds", spec: "@every 5s", run: b.expireHolds},
		{name: "answer by default", spec: "@every 15s", run: b.lapseRequests},
		{name: "close visits", spec: "@every 1m", run: b.closeVisits},
		{name: "purge", spec: "@every 10m", run: b.purge},
		{name: "renew name keys", spec: "@every 15m", limit: longJobLimit, run: b.renewNameKeys},
		{name: "audit", spec: "15 2 * * *", limit: longJobLimit, run: b.audit},
	}
}

func (b *bookings) expireHolds(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return b.store.ExpireHolds(ctx, b.now(), nil, batch) })
}

func (b *bookings) lapseRequests(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return b.booker().LapseRequests(ctx, b.now(), batch) })
}

func (b *bookings) closeVisits(ctx context.Context) error {
	return inBatches(ctx, func() (int, error) { return b.store.CloseVisits(ctx, b.now(), nil, batch) })
}

func (b *bookings) purge(ctx context.Context) error { return b.store.Purge(ctx, b.now(), batch) }

// renewNameKeys brings the keys of names up to date that a former version of the
// program has saved. It goes through all visits twice: during a deployment replicas
// of that version still book after the first time.
func (b *bookings) renewNameKeys(ctx context.Context) error {
	if b.renewals == 2 {
		return nil
	}
	last := ""
	err := inBatches(ctx, func() (read int, err error) {
		last, read, err = b.store.RenewNameKeys(ctx, last, batch)
		return read, err
	})
	if err == nil && ctx.Err() == nil {
		b.renewals++
	}
	return err
}

// audit compares the ledger with the appointments, every night.
func (b *bookings) audit(ctx context.Context) error {
	differences, err := b.store.Audit(ctx)
	if err != nil {
		return err
	}
	b.differences.Set(float64(len(differences)))
	if len(differences) > 0 {
		b.log.ErrorContext(ctx, "the ledger differs from the appointments", "differences", len(differences))
	}
	return nil
}
