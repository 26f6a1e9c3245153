package service

import (
	"github.com/prometheus/client_golang/prometheus"

	"ziyara/notify/gateways"
)

// gatewayMetrics tells how the SMS gateways do, as they do when it is asked.
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
