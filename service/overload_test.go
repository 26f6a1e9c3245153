package service_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// When as many wait for the database as may, the next one is asked to come
// back instead of waiting; who waits is served.
func TestFullQueueAsksToComeBack(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.QueueLimit = 1 })
	start := servicetest.At(t, "2026-11-25T09:00")
	centre.Visitor(1).Holds(heirs, "riyadh", start) // the day is open
	waiting := func(count string) func() bool {
		return func() bool {
			return strings.Contains(centre.Metrics(), "\nziyara_holds_waiting "+count+"\n")
		}
	}
	release := servicetest.Lock(t, centre.DatabaseURL, "ledger_days")
	var served sync.WaitGroup
	answers := make([]servicetest.Answer, 2)
	for i := range answers {
		served.Go(func() { answers[i] = centre.Visitor(2+i).TryHold(heirs, "riyadh", start) })
		// The first one is under way, the second waits behind it.
		want := []string{"0", "1"}[i]
		centre.Eventually("the hold is where it belongs", func() bool {
			return waiting(want)() && servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM pg_stat_activity
				WHERE datname = current_database() AND wait_event_type = 'Lock'`) >= 1
		})
	}
	refused := centre.Visitor(4).TryHold(heirs, "riyadh", start)
	centre.Refused(refused, http.StatusServiceUnavailable, "unavailable")
	if refused.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	release()
	served.Wait()
	for i, answer := range answers {
		if answer.Status != http.StatusCreated {
			t.Errorf("hold %d: %d %s", i, answer.Status, answer.Body)
		}
	}
	if !waiting("0")() {
		t.Error("somebody still waits")
	}
	centre.AuditClean()
}
