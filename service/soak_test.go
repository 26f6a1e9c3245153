package service_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/scheduling"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
	"ziyara/service/servicetest/history"
	"ziyara/slots"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak goes on; 0 for a fixed small number of operations")

// How much a window of the soak does. The shorter a window, the faster its
// history is checked; the windows follow each other without a pause.
const (
	soakWindows = 2 // when no time is given
	soakCallers = 12
	soakEach    = 40 // operations of a caller in a window
	// soakPatience is how long the check of a part of a window may take. Most
	// take milliseconds.
	soakPatience = time.Minute
)

// A soak: random load at two replicas, with their periodic jobs, while
// connections are killed, the line to the database is cut and replicas are
// restarted. What callers were told is checked window by window, and the
// ledger after each; what got no answer is settled by what is in the database.
//
// The clock is moved: ten minutes of soak are many hours of the centre, so
// that holds run out and are swept all the time, as they would in days. The
// jobs run by real time, as they always do.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	database := servicetest.Database(t)
	line := servicetest.NewLine(t, database)
	l := newLoad(t, database, line.URL)
	s := &soak{load: l, line: line, random: rand.New(rand.NewPCG(seed, 0))} //nolint:gosec // not a secret
	began := time.Now()
	more := func() bool { return s.windows < soakWindows }
	if *soakFor > 0 {
		more = func() bool { return time.Since(began) < *soakFor }
	}
	for more() && !t.Failed() {
		s.window(seed + uint64(s.windows))
	}
	s.report(time.Since(began))
}

// report says what was done and what was checked.
func (s *soak) report(elapsed time.Duration) {
	s.tell()
	done := 0
	for _, n := range s.came {
		done += n
	}
	s.t.Logf("%d operations in %d windows in %v, %.0f/s while callers were at work; %v of the clock", done, s.windows,
		elapsed.Round(time.Second), float64(done)/s.loaded.Seconds(), s.centre.Clock.Now().Sub(servicetest.Opening()).Round(time.Minute))
	s.t.Logf("faults: %d connections killed, the line cut %d times, %d replicas restarted", s.faults.killed, s.faults.cuts, s.faults.restarts)
	s.t.Logf("checked: %d histories of a desk group's days against the model, of which %d were not decided in time", s.checked, s.undecided)
	s.t.Logf("checked: the ledger against its claims %d times, what both replicas offer against what there is for %d desk groups", s.windows,
		s.searches)
}

// soak is a load with faults.
type soak struct {
	*load
	line   *servicetest.Line
	random *rand.Rand

	windows, checked, undecided int
	searches                    int           // how often what both replicas offer was compared with what there is
	loaded                      time.Duration // with callers at work
	faults                      struct{ killed, cuts, restarts int }
}

// window plays one history of some days and checks it.
func (s *soak) window(seed uint64) {
	s.t.Helper()
	s.windows++
	parts := s.parts()
	stop := make(chan struct{})
	var faults sync.WaitGroup
	faults.Go(func() { s.fault(stop) })
	began := time.Now()
	recorder, err := s.record(soakCallers, soakEach, seed, parts...)
	s.loaded += time.Since(began)
	close(stop)
	faults.Wait()
	if err == nil {
		s.checked += len(parts)
		err = recorder.Check(soakPatience)
	}
	switch {
	case errors.Is(err, history.ErrUndecided):
		s.undecided++
	case err != nil:
		s.t.Errorf("window %d: %v", s.windows, err)
	}
	s.clear(parts)
	s.centre.AuditClean()
	s.compareSearches(parts)
}

// compareSearches waits until both replicas offer what a third one does that
// remembers nothing: what they missed, and what somebody changed behind their
// backs, is seen when they trust their memory no more.
func (s *soak) compareSearches(parts []*part) {
	s.t.Helper()
	store, err := postgres.Open(s.t.Context(), postgres.Config{URL: s.line.URL, MaxConnections: 1, Timeout: 20 * time.Second, Lazy: true})
	if err != nil {
		s.t.Error(err)
		return
	}
	defer store.Close() //nolint:errcheck // read only, but for the sweep
	now := s.centre.Clock.Now()
	if _, err = store.Appointments().ExpireHolds(s.t.Context(), now, nil, 10_000); err != nil { // so that the jobs change nothing meanwhile
		s.t.Error(err)
		return
	}
	bookers, err := slots.NewBookers(store.Appointments(), time.Minute, uuid.NewString)
	if err != nil {
		s.t.Error(err)
		return
	}
	fresh := bookers.On(s.centre.Replicas[0].Centre())
	for _, p := range parts {
		for _, service := range p.services {
			q := slots.Query{
				Service: service.Slug, Branch: p.group.Branch, From: p.dates[0], To: p.dates[len(p.dates)-1], Party: 1, Channel: catalog.Public}
			found, err := fresh.Search(s.t.Context(), q, now)
			want := found.Days
			if err != nil {
				s.t.Errorf("search: %v", err)
				return
			}
			for i, replica := range s.centre.Replicas {
				until(s.t, fmt.Sprintf("replica %d offers what there is of %s", i, service.Slug), func() bool {
					found, err := replica.Booker().Search(s.t.Context(), q, now)
					got := found.Days
					return err == nil && cmp.Equal(want, got)
				})
			}
		}
	}
	s.searches += len(parts)
}

// parts picks days of some desk groups, a few days ahead, and two days in one
// part.
func (s *soak) parts() []*part {
	day := func() scheduling.Date {
		for {
			date := scheduling.NewDate(s.centre.Clock.Now().Date()) + 2 + scheduling.Date(s.random.IntN(8)) //nolint:gosec // small
			if _, group, err := s.centre.Replicas[0].Centre().Desk("heirs-returns", "dammam"); err == nil &&
				len(group.Calendar.Day(date).Openings) > 0 {
				return date
			}
		}
	}
	first := day()
	second := day()
	for second == first {
		second = day()
	}
	return []*part{
		s.part("heirs-returns", "dammam", min(first, second), max(first, second)),
		s.part("bank-guarantee", "jeddah", day()),
		s.part("etimad-registration", "dammam", day()),
		s.part("iban-update", "jeddah", day()),
	}
}

// fault breaks something now and then until stop.
func (s *soak) fault(stop <-chan struct{}) {
	for {
		select {
		case <-stop:
			return
		case <-time.After(time.Duration(s.random.IntN(400)) * time.Millisecond):
		}
		switch n := s.random.IntN(10); {
		case n < 5: // some of the replicas' connections, whatever they are for
			var killed int
			if err := s.db.QueryRowContext(context.Background(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE datname = current_database() AND application_name = 'ziyara' AND random() < 0.5`).Scan(&killed); err != nil {
				s.t.Errorf("kill connections: %v", err)
			}
			s.faults.killed += killed
		case n < 8: // everything, in the middle of a sentence
			s.line.Cut()
			time.Sleep(time.Duration(s.random.IntN(20)) * time.Millisecond)
			s.line.Heal()
			s.faults.cuts++
		default:
			replica := s.random.IntN(2)
			s.gates[replica].Lock()
			s.centre.Restart(replica)
			s.gates[replica].Unlock()
			s.faults.restarts++
		}
	}
}

// clear cancels most visits, so that the next history of these days has room.
func (s *soak) clear(parts []*part) {
	s.t.Helper()
	for _, p := range parts {
		for _, k := range p.visits {
			if s.random.IntN(5) == 0 {
				continue
			}
			_, err := s.centre.Replicas[0].Booker().Cancel(context.Background(), k.reference, "", s.centre.Clock.Tick())
			for errors.Is(err, fault.ErrUnavailable) { // a connection that was killed in the pool
				_, err = s.centre.Replicas[0].Booker().Cancel(context.Background(), k.reference, "", s.centre.Clock.Tick())
			}
			if err != nil {
				s.t.Errorf("cancel: %v", err)
			}
		}
	}
}
