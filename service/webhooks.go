package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify/webhook"
	"ziyara/privacy"
	"ziyara/service/postgres"
	"ziyara/service/secret"
)

// hooks has the jobs that deliver to webhooks.
type hooks struct {
	store   *postgres.Webhooks
	now     func() time.Time
	network webhook.Network
	client  *webhook.Client
	worker  *webhook.Worker

	attempts          prometheus.Counter
	waiting, disabled prometheus.Gauge
}

func newHooks(c Config, store *postgres.Webhooks, keys *secret.Keys, registry prometheus.Registerer) (*hooks, error) {
	h := &hooks{store: store, now: c.Now}
	h.measure(registry)
	var err error
	if h.network, err = webhook.ParseNetwork(c.WebhookAllow); err != nil {
		return nil, fmt.Errorf("service: ZIYARA_WEBHOOK_ALLOW: %w", err)
	}
	client := webhook.NewClient(h.network, webhook.Dialing{})
	if h.worker, err = webhook.NewWorker(store, webhook.WorkerConfig{
		Send:   client.Send,
		Open:   func(id string, sealed []byte) ([]byte, error) { return keys.OpenSealed(sealed, webhook.Bind(id)) },
		Jitter: rand.Float64,
		Told: func(id string, why webhook.Why) {
			c.Log.Warn("webhook disabled", "webhook", id, "why", string(why))
		},
		Patience: c.WebhookPatience,
	}); err != nil {
		client.Close()
		return nil, err
	}
	h.client = client
	return h, nil
}

func (h *hooks) measure(registry prometheus.Registerer) {
	h.attempts = prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_webhook_attempts_total", Help: "Attempts to deliver to webhooks."})
	h.waiting = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ziyara_webhook_deliveries_waiting", Help: "Deliveries to webhooks that are not finished.",
	})
	h.disabled = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "ziyara_webhooks_disabled", Help: "Webhooks that were disabled because of their receivers.",
	})
	registry.MustRegister(h.attempts, h.waiting, h.disabled)
}

func (h *hooks) jobs() []job {
	return []job{
		{name: "plan webhooks", spec: "@every 1s", run: h.plan},
		{name: "serve webhooks", spec: "@every 1s", limit: ownLimit, run: h.serve},
		{name: "purge webhooks", spec: "@every 10m", run: h.purge},
	}
}

func (h *hooks) plan(ctx context.Context) error {
	_, err := h.store.Plan(ctx, h.now())
	return err
}

func (h *hooks) serve(ctx context.Context) error {
	n, err := h.worker.Deliver(ctx, h.now)
	h.attempts.Add(float64(n))
	if err != nil {
		return err
	}
	waiting, disabled, err := h.store.Depth(ctx)
	h.waiting.Set(float64(waiting))
	h.disabled.Set(float64(disabled))
	return err
}

func (h *hooks) purge(ctx context.Context) error {
	return h.store.Purge(ctx, h.now().Add(-privacy.KeepDeliveries), batch)
}
