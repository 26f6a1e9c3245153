package service_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"ziyara/scheduling"
	"ziyara/service/servicetest"
)

var historySeed = flag.Uint64("history.seed", 0, "seed of the histories; 0 chooses one")

// seedOf returns the seed of a test, which is logged: what happens at once
// does not repeat itself, but what is asked does.
func seedOf(t *testing.T) uint64 {
	t.Helper()
	seed := *historySeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("repeat with -history.seed=%d", seed)
	return seed
}

// Whatever callers at two replicas do at once to a desk group's day (hold,
// book, move, cancel, release, let holds run out, change its places), what
// they are told could have happened one after the other.
func TestHistoryOfDays(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	database := servicetest.HandedOn(t)
	l := newLoad(t, database, database)
	wednesday := scheduling.NewDate(2026, time.November, 25)
	for window := range 2 {
		err := l.play(7, 50, seed+uint64(window),
			l.part("heirs-returns", "dammam", wednesday),         // one desk
			l.part("supplier-claim", "dammam", wednesday),        // one desk, and starts that follow gaps
			l.part("etimad-registration", "dammam", wednesday+1), // one of three kept from the public
			l.part("iban-update", "dammam", wednesday))           // parties take a place each
		if err != nil {
			t.Fatal(err)
		}
	}
	l.tell()
	l.centre.AuditClean()
}

// The same when visits move between days: each of two ledger days is locked by
// moves in both directions.
func TestHistoryAcrossDays(t *testing.T) {
	t.Parallel()
	seed := seedOf(t)
	database := servicetest.HandedOn(t)
	l := newLoad(t, database, database)
	wednesday := scheduling.NewDate(2026, time.November, 25)
	for window := range 2 {
		if err := l.play(5, 40, seed+uint64(window), l.part("heirs-returns", "dammam", wednesday, wednesday+1)); err != nil {
			t.Fatal(err)
		}
	}
	l.tell()
	l.centre.AuditClean()
}
