package service_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// crowd is visitors who do anything at any time, at either of two replicas,
// with anybody's holds and visits. There are no periodic jobs but those that
// somebody in the crowd runs.
type crowd struct {
	url    string
	store  [2]*postgres.Store
	booker [2]*slots.Booker
	centre *centre.Snapshot
	ids    atomic.Int64
	passed atomic.Int64 // minutes since the beginning

	mu        sync.Mutex
	holds     []string
	booked    []slots.Reference        // acknowledged
	cancelled map[slots.Reference]bool // acknowledged
	came      map[string]int           // how often what came to what
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	c := &crowd{url: servicetest.HandedOn(t), cancelled: make(map[slots.Reference]bool), came: make(map[string]int)}
	for i := range c.store {
		var err error
		if c.store[i], err = postgres.Open(
			t.Context(),
			postgres.Config{URL: c.url, MaxConnections: 8, Timeout: 20 * time.Second, Lazy: true, Connect: servicetest.Connect},
		); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := c.store[i].Close(); err != nil {
				t.Error(err)
			}
		})
		if c.centre, err = c.store[i].Centre().Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		bookers, err := slots.NewBookers(c.store[i].Appointments(), 10*time.Minute,
			func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", c.ids.Add(1)) })
		if err != nil {
			t.Fatal(err)
		}
		c.booker[i] = bookers.On(c.centre)
	}
	return c
}

// now begins in the evening of Monday 23 November 2026.
func (c *crowd) now() time.Time {
	return time.Date(2026, time.November, 23, 18, 0, 0, 0, time.UTC).Add(time.Duration(c.passed.Load()) * time.Minute)
}

// somewhere picks a service at Dammam and one of a few starts, so that people
// get in each other's way: the services share desks, and their lengths differ.
func (c *crowd) somewhere(r *rand.Rand) (service string, start time.Time) {
	services := []string{"supplier-claim", "bank-guarantee", "dues-certificate", "payment-balance-refund", "tender-support"}
	service = services[r.IntN(len(services))]
	return service, c.start(r, service)
}

func (c *crowd) start(r *rand.Rand, service string) time.Time {
	s, _ := c.centre.Service(service)
	opening := time.Date(2026, time.November, 24+r.IntN(2), 4, 30, 0, 0, time.UTC) // 07:30 in Riyadh
	return opening.Add(time.Duration(r.IntN(8)) * s.Step)
}

// booking is what the n-th person writes.
func (c *crowd) booking(n int) slots.Booking {
	id := c.ids.Add(1)
	return slots.Booking{
		Reference: slots.NewReference([5]byte{byte(id >> 24), byte(id >> 16), byte(id >> 8), byte(id)}),
		Person:    slots.Person(fmt.Sprintf("00000000-0000-8000-9000-%012x", n)),
		Mobile:    fmt.Sprintf("+9665%08d", n), Lang: "ar",
		Visitor: slots.Visitor{Name: "زائر", Identity: slots.Identity{Kind: slots.NationalID, Number: servicetest.NationalID(n)}},
	}
}

// one picks one of the last ten of a list that grows.
func one[T any](c *crowd, list *[]T, r *rand.Rand) (picked T, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	recent := (*list)[max(0, len(*list)-10):]
	if len(recent) == 0 {
		return picked, false
	}
	return recent[r.IntN(len(recent))], true
}

func add[T any](c *crowd, list *[]T, item T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*list = append(*list, item)
}

// act does one thing and returns what it was, or "" when there was nothing to
// do it to.
func (c *crowd) act(r *rand.Rand) (what string, err error) {
	ctx := context.Background()
	replica := r.IntN(2)
	booker := c.booker[replica]
	switch n := r.IntN(20); {
	case n < 7:
		service, start := c.somewhere(r)
		a, err := booker.Hold(ctx, slots.HoldRequest{Service: service, Branch: "dammam", Start: start, Party: 1, Channel: catalog.Public}, nil,
			c.now())
		if err == nil {
			add(c, &c.holds, a.ID)
		}
		return "hold", err
	case n < 12:
		if id, ok := one(c, &c.holds, r); ok {
			a, err := booker.Book(ctx, id, c.booking(r.IntN(6)), nil, c.now())
			if err == nil {
				add(c, &c.booked, a.Reference)
			}
			return "book", err
		}
	case n < 15:
		if reference, ok := one(c, &c.booked, r); ok {
			a, err := booker.Find(ctx, reference)
			if err == nil {
				_, err = booker.Move(ctx, reference, c.start(r, a.Service), c.now())
			}
			return "move", err
		}
	case n < 16:
		if reference, ok := one(c, &c.booked, r); ok {
			_, err := booker.Cancel(ctx, reference, "", c.now())
			if err == nil {
				c.mu.Lock()
				c.cancelled[reference] = true
				c.mu.Unlock()
			}
			return "cancel", err
		}
	case n < 18:
		if id, ok := one(c, &c.holds, r); ok {
			return "release", booker.Release(ctx, id)
		}
	case n < 19:
		_, err := c.store[replica].Appointments().ExpireHolds(ctx, c.now(), nil, 5)
		_, closeErr := c.store[replica].Appointments().CloseVisits(ctx, c.now(), nil, 5)
		return "jobs", errors.Join(err, closeErr)
	default:
		c.passed.Add(r.Int64N(8))
	}
	return "", nil
}

// note counts what an act came to. It returns false for an error that nobody
// should ever see.
func (c *crowd) note(what string, err error) bool {
	came := "done"
	if _, paused := errors.AsType[*slots.PauseError](err); paused {
		came = "pause"
	} else if err != nil {
		known := []error{
			slots.ErrTaken, slots.ErrExpired, slots.ErrReleased, slots.ErrHoldUsed, slots.ErrNotBooked,
			slots.ErrPersonBusy, slots.ErrPersonLimit,
		}
		i := slices.IndexFunc(known, func(k error) bool { return errors.Is(err, k) })
		if i < 0 {
			return false
		}
		came = known[i].Error()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.came[what+": "+came]++
	return true
}

// Nobody knows in which order eight visitors at two replicas did what they
// did, but some things hold in any order.
func TestCrowd(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	var done sync.WaitGroup
	for visitor := range 8 {
		done.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(visitor))) //nolint:gosec // not a secret
			for range 150 {
				if what, err := c.act(r); what != "" && !c.note(what, err) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	done.Wait()
	t.Log(c.came)

	for _, promise := range []struct{ what, violations string }{
		{"never over capacity", "SELECT count(*) FROM ledger_days, unnest(used, open) AS tick (used, open) WHERE tick.used > tick.open"},
		{"one person, one place at a time", `SELECT count(*) FROM appointments a JOIN appointments b
			ON a.person = b.person AND a.id < b.id AND a.status = 'booked' AND b.status = 'booked'
				AND a.start_at < b.end_at AND b.start_at < a.end_at`},
		{"no more visits of a person than the service allows", `SELECT count(*) FROM (
			SELECT FROM appointments JOIN services s ON s.id = service_id WHERE person_place IS NOT NULL
			GROUP BY person, s.id HAVING count(*) > s.active_limit OR max(person_place) > s.active_limit) AS more`},
		{"a visit's history: booked, each move, cancelled", `SELECT count(*) FROM appointments a WHERE
			(SELECT array_agg(kind || ' ' || e.version ORDER BY e.id) FROM appointment_events e WHERE e.appointment_id = a.id)
			IS DISTINCT FROM CASE WHEN reference IS NOT NULL THEN
				ARRAY['booked 1'] || ARRAY(SELECT 'moved ' || n FROM generate_series(2, a.version) AS n)
				|| CASE WHEN status = 'cancelled' THEN ARRAY['cancelled ' || a.version] END END`},
		{"the history ends where the visit is", `SELECT count(*) FROM appointments a WHERE reference IS NOT NULL
			AND start_at <> (SELECT e.start_at FROM appointment_events e WHERE e.appointment_id = a.id ORDER BY e.id DESC LIMIT 1)`},
		{"one message for each event", `SELECT count(*) FROM appointment_events e FULL JOIN messages m
			ON (m.appointment_id, m.start_version, m.kind) = (e.appointment_id, e.version, e.kind) WHERE m.id IS NULL OR e.id IS NULL`},
	} {
		if n := servicetest.Query[int](t, c.url, promise.violations); n > 0 {
			t.Errorf("%s: broken %d times", promise.what, n)
		}
	}
	for _, reference := range c.booked {
		want := slots.Booked
		if c.cancelled[reference] {
			want = slots.Cancelled
		}
		a, err := c.booker[0].Find(t.Context(), reference)
		if err != nil || a.Status != want {
			t.Errorf("%s, acknowledged as %s, is %s: %v", reference, want, a.Status, err)
		}
	}
	differences, err := c.store[0].Appointments().Audit(t.Context())
	if err != nil || len(differences) > 0 {
		t.Errorf("audit: %v, %v", differences, err)
	}
}
