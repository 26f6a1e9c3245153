package service_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// fewVisits lets a mobile have as few visits as a test can look at.
func fewVisits(c *service.Config) { c.VisitsPerMobile = 3 }

// manyVisits lets a mobile have any number of visits, for tests of other rules.
func manyVisits(c *service.Config) { c.VisitsPerMobile = 1000 }

// family returns the n-th member of the family of a visitor: another number, the same
// mobile.
func family(of *servicetest.Visitor, n int) *servicetest.Visitor {
	v := *of
	v.ID, v.Name, v.Replica = servicetest.NationalID(5000+n), fmt.Sprintf("قريب رقم %d", n), n%2
	return &v
}

// A daughter books for herself and her parents with one mobile. It can't take any
// number of places with numbers that were made up, also not at the same moment at
// two replicas. What staff book does not count.
func TestVisitsOfAMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, fewVisits)
	daughter := centre.Visitor(1)
	daughter.Proves()
	free := daughter.Slots("annual-returns", "riyadh", "2026-11-24", "2026-12-03")
	const tries = 12
	var booked atomic.Int32
	var all sync.WaitGroup
	for n := range tries {
		v := family(daughter, n)
		hold := v.Holds("annual-returns", "riyadh", free[3*n].Start)
		all.Go(func() {
			switch answer := v.TryBook(hold); answer.Status {
			case http.StatusCreated:
				booked.Add(1)
			case http.StatusConflict:
				centre.Refused(answer, http.StatusConflict, "mobile-limit")
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	all.Wait()
	if booked.Load() != 3 {
		t.Errorf("one mobile booked %d visits, want 3", booked.Load())
	}

	agent := centre.Agent()
	agent.Books(family(daughter, 100), agent.Holds("annual-returns", "riyadh", free[40].Start, nil), nil)
	centre.AuditClean()
}

// The same for entries of the waitlist, whatever the services.
func TestEntriesOfAMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, fewVisits)
	daughter := centre.Visitor(1)
	daughter.Proves()
	var joined atomic.Int32
	var all sync.WaitGroup
	for n := range 10 {
		v := family(daughter, n)
		body := v.WaitingBody([]string{heirs, "annual-returns"}[n%2], "riyadh", "2026-11-25", "2026-11-30")
		all.Go(func() {
			switch answer := v.TryWait(body); answer.Status {
			case http.StatusCreated:
				joined.Add(1)
			case http.StatusConflict:
				centre.Refused(answer, http.StatusConflict, "mobile-waits")
			default:
				t.Errorf("%d %s", answer.Status, answer.Body)
			}
		})
	}
	all.Wait()
	if joined.Load() != 3 {
		t.Errorf("one mobile waits %d times, want 3", joined.Load())
	}
	centre.Pass(10 * 24 * time.Hour)
	v := family(daughter, 11)
	v.Waits(heirs, "riyadh", "2026-12-10", "2026-12-13") // the others are over
}

// A visit that is over makes room. Another number for a visit counts for that one.
func TestRoomForAMobile(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, fewVisits)
	mother, father := centre.Visitor(1), centre.Visitor(2)
	mother.Proves()
	var starts []time.Time
	for _, day := range []string{"2026-11-24", "2026-11-25", "2026-11-26", "2026-11-29", "2026-12-01"} {
		starts = append(starts, mother.Slots("annual-returns", "riyadh", day, day)[0].Start)
	}
	books := func(v *servicetest.Visitor, n int) servicetest.Answer {
		v = family(v, n)
		return v.TryBook(v.Holds("annual-returns", "riyadh", starts[n]))
	}
	for n := range 3 {
		if answer := books(mother, n); answer.Status != http.StatusCreated {
			t.Fatalf("visit %d: %d %s", n, answer.Status, answer.Body)
		}
	}
	p := centre.Refused(books(mother, 3), http.StatusConflict, "mobile-limit")
	if want := "19990"; !strings.Contains(p.Detail, want) {
		t.Errorf("told %q, want %s in it", p.Detail, want)
	}

	visit := father.Books("annual-returns", "riyadh", starts[3])
	centre.Refused(father.TryCorrect(visit, map[string]any{"verification": mother.Proves()}), http.StatusConflict, "mobile-limit")

	centre.Clock.Add(2*24*time.Hour + time.Hour) // the first is over
	mother.Messages()                            // before the code comes
	mother.Proves()
	if answer := books(mother, 4); answer.Status != http.StatusCreated {
		t.Errorf("when one is over: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}
