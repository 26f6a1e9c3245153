package service_test

import (
	"context"
	"errors"
	"flag"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/service/servicetest"
	"ziyara/service/servicetest/history"
	"ziyara/slots"
)

var soakFor = flag.Duration("soak", 0, "how long TestSoak goes on; 0 for a fixed small number of operations")

// How much a window of the soak does. The shorter a window, the faster its
// history is checked; the windows follow each other without a pause.
const (
	soakWindows = 3 // when no time is given
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
	l.tell()
	done := 0
	for _, n := range l.came {
		done += n
	}
	elapsed := time.Since(began)
	t.Logf("%d operations in %d windows in %v: %.0f/s while there was load (%.0f s of it), %v of the clock",
		done, s.windows, elapsed.Round(time.Second), float64(done)/s.loaded.Seconds(), s.loaded.Seconds(), l.centre.Clock.Now().Sub(servicetest.Opening()).Round(time.Minute))
	t.Logf("checked: %d histories of a desk group's days against the model, %d undecided; the ledger against its claims after each of %d windows; faults: %v",
		s.checked, s.undecided, s.windows, s.faults)
}

// soak is a load with faults.
type soak struct {
	*load
	line   *servicetest.Line
	random *rand.Rand

	windows, checked, undecided int
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
}

// parts picks days of some desk groups, a few days ahead, and two days in one
// part.
func (s *soak) parts() []*part {
	day := func() scheduling.Date {
		for {
			date := scheduling.NewDate(s.centre.Clock.Now().Date()) + 2 + scheduling.Date(s.random.IntN(8)) //nolint:gosec // small
			if _, group, err := s.centre.Replicas[0].Centre().Desk("supplier-claim", "dammam"); err == nil &&
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
		s.part("supplier-claim", "dammam", min(first, second), max(first, second)),
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
			_, err := s.centre.Replicas[0].Booker().Cancel(context.Background(), k.reference, s.centre.Clock.Tick())
			for errors.Is(err, slots.ErrUnavailable) { // a connection that was killed in the pool
				_, err = s.centre.Replicas[0].Booker().Cancel(context.Background(), k.reference, s.centre.Clock.Tick())
			}
			if err != nil {
				s.t.Errorf("cancel: %v", err)
			}
		}
	}
}
