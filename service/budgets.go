package service

import (
	"context"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify"
	"ziyara/service/postgres"
)

// budgets watches the budgets of departments for messages, and that of the day.
type budgets struct {
	store *postgres.Budgets
	now   func() time.Time
	log   *slog.Logger
	used  *prometheus.GaugeVec
	day   notify.Day
	today *prometheus.GaugeVec
}

func newBudgets(c Config, store *postgres.Budgets, registry prometheus.Registerer) *budgets {
	b := &budgets{store: store, now: c.Now, log: c.Log, used: prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "ziyara_message_budget_used_ratio",
		Help: "How much of a department's monthly budget for messages is used; 1 is all.",
	}, []string{"department"})}
	b.day = c.Codes.Messages.Day
	b.today = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "ziyara_messages_day_used_ratio",
		Help: "How much of the day's segments is used, by codes to strangers and by all messages; from 1 on messages are stopped.",
	}, []string{"of"})
	registry.MustRegister(b.used, b.today)
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
	if err != nil {
		return err
	}
	return b.watchDay(ctx, now)
}

// watchDay measures how much of the day's segments is used, and tells operators once when
// messages are stopped.
func (b *budgets) watchDay(ctx context.Context, now time.Time) error {
	u, err := b.store.Day(ctx, now)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		of        string
		strangers bool
		budget    notify.Budget
		segments  int64
	}{
		{"strangers", true, b.day.Strangers, u.Strangers},
		{"all", false, b.day.All, u.All},
	} {
		used := notify.Usage{Segments: part.segments}
		b.today.WithLabelValues(part.of).Set(part.budget.Share(used))
		if part.budget.Level(used) != notify.Spent {
			continue
		}
		isNew, err := b.store.FlagDay(ctx, now, part.strangers)
		if err != nil {
			return err
		}
		if isNew {
			b.log.WarnContext(ctx, "the day's text messages are used up: codes to new numbers are stopped", "of", part.of, "segments", part.segments)
		}
	}
	return nil
}
