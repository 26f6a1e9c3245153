package api

import "github.com/prometheus/client_golang/prometheus"

// count registers the metrics of the API. No label has personal data, and each
// has few values.
func (s *Server) count() {
	s.requests = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "ziyara_http_requests_total", Help: "Requests answered, by method, route and status.",
	}, []string{"method", "route", "status"})
	s.durations = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "ziyara_http_request_duration_seconds", Help: "Time to answer a request, by method and route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route"})
	s.Metrics.MustRegister(s.requests, s.durations)
}
