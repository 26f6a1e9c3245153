package service

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/reports"
	"ziyara/scheduling"
	"ziyara/slots"
)

// counting counts what visitors and staff ask for, whichever way they ask: for
// reports by day and service, and for metrics.
type counting struct {
	demand       reports.Counter
	held, booked prometheus.Counter
}

func newCounting(registry *prometheus.Registry) *counting {
	c := &counting{
		held:   prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_holds_total", Help: "Places held."}),
		booked: prometheus.NewCounter(prometheus.CounterOpts{Name: "ziyara_bookings_total", Help: "Visits booked."}),
	}
	registry.MustRegister(c.held, c.booked)
	return c
}

// FoundNothing counts a search that found no free start.
func (c *counting) FoundNothing(of *centre.Snapshot, service, branch string, channel catalog.Channel, now time.Time) {
	c.asked(of, service, branch, channel, reports.EmptySearch, now)
}

// Held counts a hold that was granted, or refused with err because the place was
// taken. Other errors are not counted.
func (c *counting) Held(of *centre.Snapshot, service, branch string, channel catalog.Channel, err error, now time.Time) {
	switch {
	case err == nil:
		c.held.Inc()
		c.asked(of, service, branch, channel, reports.GrantedHold, now)
	case errors.Is(err, slots.ErrTaken):
		c.asked(of, service, branch, channel, reports.RefusedHold, now)
	}
}

// Booked counts a visit that was booked.
func (c *counting) Booked() { c.booked.Inc() }

func (c *counting) asked(of *centre.Snapshot, service, branch string, channel catalog.Channel, outcome reports.Outcome, now time.Time) {
	c.demand.Add(reports.Asked{
		Day: scheduling.DateOf(now, of.Zone(branch)), Service: service, Branch: branch, Channel: channel, Outcome: outcome,
	})
}
