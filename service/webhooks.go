package service

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify/webhook"
	"ziyara/service/secret"
)

// keepDeliveries is how long staff see what was sent to webhooks.
const keepDeliveries = 30 * 24 * time.Hour

// hook sets up what tells other systems.
func (s *Service) hook(keys *secret.Keys) (err error) {
	if s.network, err = webhook.ParseNetwork(s.config.WebhookAllow); err != nil {
		return fmt.Errorf("service: ZIYARA_WEBHOOK_ALLOW: %w", err)
	}
	s.posting = webhook.NewClient(s.network, webhook.Dialing{})
	s.hooks, err = webhook.NewWorker(s.store.Hooks(), webhook.WorkerConfig{
		Send:   s.posting.Send,
		Open:   func(id string, sealed []byte) ([]byte, error) { return keys.OpenSealed(sealed, webhook.Bind(id)) },
		Jitter: rand.Float64,
		Told: func(id string, why webhook.Why) {
			s.config.Log.Warn("webhook disabled", "webhook", id, "why", string(why))
		},
		Patience: s.config.WebhookPatience,
	})
	return err
}

func (s *Service) planWebhooks(ctx context.Context) error {
	_, err := s.store.PlanWebhooks(ctx, s.config.Now())
	return err
}

func (s *Service) serveWebhooks(ctx context.Context) error {
	n, err := s.hooks.Deliver(ctx, s.config.Now)
	s.gauges.hooks.attempts.Add(float64(n))
	if err != nil {
		return err
	}
	waiting, disabled, err := s.store.WebhookDepth(ctx)
	s.gauges.hooks.waiting.Set(float64(waiting))
	s.gauges.hooks.disabled.Set(float64(disabled))
	return err
}

// hookGauges are what the jobs measure of webhooks.
type hookGauges struct {
	attempts          prometheus.Counter
	waiting, disabled prometheus.Gauge
}

func newHookGauges(registry *prometheus.Registry) hookGauges {
	g := hookGauges{
		attempts: prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_webhook_attempts_total", Help: "Attempts to deliver to webhooks."}),
		waiting:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_webhook_deliveries_waiting", Help: "Deliveries to webhooks that are not finished."}),
		disabled: prometheus.NewGauge(prometheus.GaugeOpts{Name: "ziyara_webhooks_disabled", Help: "Webhooks that were disabled because of their receivers."}),
	}
	registry.MustRegister(g.attempts, g.waiting, g.disabled)
	return g
}
