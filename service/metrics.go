package service

import (
	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify/gateways"
	"ziyara/service/postgres"
)

// measureStore registers the metrics of the database.
func measureStore(registry prometheus.Registerer, store *postgres.Store) {
	gauge := func(name, help string, value func() int) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(value()) })
	}
	registry.MustRegister(
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "ziyara_uncertain_total", Help: "Changes of which it is not known whether they were made; visitors were told so.",
		}, func() float64 { return float64(store.Uncertain()) }),
		gauge("ziyara_database_committing", "Connections that make changes, or wait for their commits.", store.Committing),
		gauge("ziyara_database_connections_in_use", "Connections in use.", func() int { return store.Stats().InUse }),
		gauge("ziyara_holds_waiting", "Holds that wait for the database.", func() int { holds, _ := store.Waiting(); return holds }),
		gauge("ziyara_bookings_waiting", "Bookings that wait for the database.", func() int { _, bookings := store.Waiting(); return bookings }),
		gauge("ziyara_database_connections_open", "Connections open.", func() int { return store.Stats().OpenConnections }))
}

// gatewayMetrics collects the metrics of the SMS gateways when it is scraped.
type gatewayMetrics struct{ set *gateways.Set }

// Describe implements prometheus.Collector.
func (m gatewayMetrics) Describe(to chan<- *prometheus.Desc) { prometheus.DescribeByCollect(m, to) }

// Collect implements prometheus.Collector.
func (m gatewayMetrics) Collect(to chan<- prometheus.Metric) {
	state := prometheus.NewDesc("ziyara_gateway_state",
		"1 for the state that the SMS gateway is in: works, rests (it failed too often) or recover.", []string{"gateway", "state"}, nil)
	messages := prometheus.NewDesc("ziyara_gateway_messages_total",
		"Messages handed to the SMS gateway, by what came of them.", []string{"gateway", "outcome"}, nil)
	for _, s := range m.set.Status() {
		for _, health := range gateways.Healths() {
			value := 0.0
			if health == s.Health {
				value = 1
			}
			to <- prometheus.MustNewConstMetric(state, prometheus.GaugeValue, value, s.Name, string(health))
		}
		for outcome, n := range map[string]uint64{
			"accepted": s.Counts.Accepted, "busy": s.Counts.Busy, "temporary": s.Counts.Temporary,
			"permanent": s.Counts.Permanent, "uncertain": s.Counts.Uncertain,
		} {
			to <- prometheus.MustNewConstMetric(messages, prometheus.CounterValue, float64(n), s.Name, outcome)
		}
	}
}
