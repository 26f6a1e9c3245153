package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify"
	"ziyara/service/postgres"
)

// budgets watches the budgets of departments for messages.
type budgets struct {
	store *postgres.Budgets
	now   func() time.Time
	log   *slog.Logger
	used  *prometheus.GaugeVec
}

func newBudgets(c Config, store *postgres.Budgets, registry prometheus.Registerer) *budgets {
	b := &budgets{store: store, now: c.Now, log: c.Log, used: prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "ziyara_message_budget_used_ratio",
		Help: "How much of a department's monthly budget for messages is used; 1 is all.",
	}, []string{"department"})}
	registry.MustRegister(b.used)
	return b
}

func (b *budgets) jobs() []job {
	return []job{{name: "watch budgets", spec: "@every 1m", run: b.watch}}
}

// watch measures how much of their budgets departments have used, and warns staff
// once for each level.
func (b *budgets) watch(ctx context.Context) error {
	now := b.now()
	list, err := b.store.Usage(ctx, now)
	if err != nil {
		return err
	}
	levels := make(map[string]notify.Level)
	for _, d := range list {
		b.used.WithLabelValues(d.Department).Set(d.Budget.Share(d.Usage))
		levels[d.Department] = d.Budget.Level(d.Usage)
	}
	flagged, err := b.store.Flag(ctx, now, levels)
	for department, level := range flagged {
		b.log.WarnContext(ctx, "message budget", "department", department, "level", string(level))
	}
	return err
}
