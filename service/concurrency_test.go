package service_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// claims lets n visitors ask at once, every other one at the second replica,
// and returns how many were given what they asked for. Whoever was not must
// have been told clearly that it is taken, with at most five other starts.
func claims(t *testing.T, centre *servicetest.Centre, n int, body func(i int) map[string]any) int {
	t.Helper()
	var given atomic.Int64
	var done sync.WaitGroup
	ready := make(chan struct{})
	for i := range n {
		done.Go(func() {
			<-ready
			answer := centre.Send(servicetest.Request{
				Method: http.MethodPost, Path: "/v1/holds", Body: body(i), Replica: i % len(centre.Replicas)})
			switch answer.Status {
			case http.StatusCreated:
				given.Add(1)
			case http.StatusConflict:
				problem := answer.Problem(t)
				if !strings.HasSuffix(problem.Type, "slot-taken") || len(problem.Alternatives) > 5 {
					t.Errorf("refused with %s and %d alternatives", problem.Type, len(problem.Alternatives))
				}
			default:
				t.Errorf("got %d %s, want 201 or 409", answer.Status, answer.Body)
			}
		})
	}
	began := time.Now()
	close(ready)
	done.Wait()
	t.Logf("%d claims answered in %d ms", n, time.Since(began).Milliseconds())
	return int(given.Load())
}

// neverOverCapacity fails the test when more places of a tick are used than
// are open, or the ledger is not what holds and visits make it.
func neverOverCapacity(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	over := servicetest.Query[int](t, centre.DatabaseURL,
		"SELECT count(*) FROM ledger_days, unnest(used, open) AS tick (used, open) WHERE tick.used > tick.open")
	if over > 0 {
		t.Errorf("%d ticks are over capacity", over)
	}
	centre.AuditClean()
}

// Of 500 visitors who claim the only place in the same moment, through two
// replicas, one gets it and all others are told so.
func TestFiveHundredClaimsOnOnePlace(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	start := servicetest.At(t, "2026-11-25T09:15") // Dammam's contracts have one desk
	given := claims(t, centre, 500, func(int) map[string]any {
		return map[string]any{"service": "supplier-claim", "branch": "dammam", "start": start}
	})
	if given != 1 {
		t.Errorf("%d of 500 were given the one place", given)
	}
	neverOverCapacity(t, centre)
}

// Two hundred visitors share out ten places, neither more nor fewer.
func TestTwoHundredClaimsOnTenPlaces(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	start := servicetest.At(t, "2026-11-25T09:15")
	body := map[string]any{"service": "supplier-claim", "branch": "riyadh", "start": start}
	if opened := claims(t, centre, 1, func(int) map[string]any { return body }); opened != 1 {
		t.Fatal("the day can't be opened")
	}
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE ledger_days SET open = (
		SELECT array_agg(CASE WHEN places > 0 THEN 11 ELSE 0 END ORDER BY i) FROM unnest(open) WITH ORDINALITY AS tick (places, i))`)
	if given := claims(t, centre, 200, func(int) map[string]any { return body }); given != 10 {
		t.Errorf("%d of 200 were given the ten places that were left", given)
	}
	neverOverCapacity(t, centre)
}

// Where everybody in a party takes a place, parties and single visitors fill
// the desks to the last place that the public may have, and no further.
func TestPartiesClaimingAtOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	start := servicetest.At(t, "2026-11-24T10:00")
	claims(t, centre, 80, func(i int) map[string]any {
		return map[string]any{"service": "iban-update", "branch": "riyadh", "start": start, "party": 1 + i%4/2}
	})
	used := servicetest.Query[int](t, centre.DatabaseURL, "SELECT max(u) FROM ledger_days, unnest(used) AS u")
	if used != 3 { // four desks, one of them held back from the public
		t.Errorf("%d places are used, want 3", used)
	}
	neverOverCapacity(t, centre)
}

// Services of different length share the ticks of one desk group. Whoever was
// refused was refused for a reason that still stands, as nobody left.
func TestLengthsContendingForTheSameTicks(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	services := []string{"supplier-claim", "dues-certificate", "bank-guarantee"} // 35, 15 and 20 minutes
	var wanted []map[string]any
	for _, service := range services {
		for _, slot := range visitor.Slots(service, "riyadh", "2026-11-24", "2026-11-24")[:8] {
			for range 5 {
				wanted = append(wanted, map[string]any{"service": service, "branch": "riyadh", "start": slot.Start})
			}
		}
	}
	given := claims(t, centre, len(wanted), func(i int) map[string]any { return wanted[i*7%len(wanted)] })
	neverOverCapacity(t, centre)

	for _, want := range wanted {
		service, start := want["service"].(string), want["start"].(time.Time)
		free := visitor.Slots(service, "riyadh", "2026-11-24", "2026-11-24")
		at := slices.IndexFunc(free, func(s api.Slot) bool { return s.Start.Equal(start) })
		answer := visitor.TryHold(service, "riyadh", start)
		if offered, held := at >= 0, answer.Status == http.StatusCreated; offered != held {
			t.Errorf("%s at %s: offered %v, but %d", service, start, offered, answer.Status)
		}
	}
	if given < 8*3 { // the longest visits alone would take so many
		t.Errorf("only %d claims were given", given)
	}
	neverOverCapacity(t, centre)
}

// One visitor who books, and cancels, and is moved, all at the same time, from
// everywhere, has one visit with one history.
func TestEverythingAtOnceOnOneVisit(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(7)
	free := visitor.Slots("dues-certificate", "riyadh", "2026-11-25", "2026-11-25")
	visit := visitor.Books("dues-certificate", "riyadh", free[0].Start)
	var moved atomic.Int64
	var done sync.WaitGroup
	for i := range 24 {
		done.Go(func() {
			mover := centre.Visitor(7)
			mover.Replica = i % 2
			answer := mover.TryMove(visit, free[1+i%6].Start)
			if i%12 == 11 {
				answer = mover.TryCancel(visit)
			}
			switch answer.Status {
			case http.StatusOK:
				moved.Add(1)
			case http.StatusConflict: // it was cancelled meanwhile
			default:
				t.Errorf("got %d %s", answer.Status, answer.Body)
			}
		})
	}
	done.Wait()
	now := visitor.Shows(visit)
	if now.Status != "cancelled" {
		t.Errorf("the visit is %s, want it cancelled", now.Status)
	}
	events := map[string]int{}
	for _, e := range now.History {
		events[e.Event]++
	}
	if want := fmt.Sprint(map[string]int{"booked": 1, "moved": now.Version - 2, "cancelled": 1}); fmt.Sprint(events) != want {
		t.Errorf("history %v, want %s", events, want)
	}
	told := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages WHERE appointment_id IS NOT NULL")
	if told != len(now.History) {
		t.Errorf("%d messages for %d events", told, len(now.History))
	}
	neverOverCapacity(t, centre)
}
