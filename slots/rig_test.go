package slots_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/centre"
	"ziyara/scheduling"
	"ziyara/slots"
)

// holdFor is how long holds stand in these tests.
const holdFor = 10 * time.Minute

// rig is a Booker over a fake store, with one service at one branch.
type rig struct {
	*slots.Booker
	store  *fakeStore
	t      testing.TB
	centre *centre.Snapshot
}

// hourly is a service of an hour on the hour, a day ahead at least.
func hourly() catalog.Service {
	s := heirs()
	s.Duration, s.After, s.Step = time.Hour, 0, time.Hour
	return s
}

func newRig(t testing.TB, open string, service catalog.Service, closures ...scheduling.Closure) *rig {
	t.Helper()
	return newRigOf(t, daily("Asia/Riyadh", opens(t, open), closures...), service)
}

func newRigOf(t testing.TB, plan scheduling.Plan, service catalog.Service, options ...slots.Option) *rig {
	t.Helper()
	r := &rig{store: newFakeStore(), t: t, centre: aCentre(t, plan, service)}
	r.use(options...)
	return r
}

// use gives the rig a Booker over its store and its centre, which the test
// ends with an audit.
func (r *rig) use(options ...slots.Option) {
	r.t.Helper()
	ids := 0
	bookers, err := slots.NewBookers(r.store, holdFor, func() string {
		ids++
		return fmt.Sprintf("hold %d", ids)
	}, options...)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Booker = bookers.On(r.centre)
	r.t.Cleanup(func() {
		if wrong := r.store.audit(); wrong > 0 {
			r.t.Errorf("the ledger disagrees with the claims on it at %d ticks", wrong)
		}
	})
}

// on gives the rig another snapshot of the centre, as for the next request.
func (r *rig) on(c *centre.Snapshot) {
	r.centre = c
	r.Booker = r.On(c)
}

func request(start time.Time) slots.HoldRequest {
	return slots.HoldRequest{Service: "heirs-returns", Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public}
}

// hold holds a place at heldAt.
func (r *rig) hold(start time.Time) slots.Appointment {
	r.t.Helper()
	return r.holdAt(start, heldAt)
}

// holdAt holds a place at now.
func (r *rig) holdAt(start, now time.Time) slots.Appointment {
	r.t.Helper()
	a, err := r.Hold(r.t.Context(), request(start), nil, now)
	if err != nil {
		r.t.Fatalf("hold %v: %v", start, err)
	}
	return a
}

// book holds a place and books it for the person with this identity, at heldAt.
func (r *rig) book(id string, start time.Time) slots.Appointment {
	r.t.Helper()
	return r.bookAt(id, start, heldAt)
}

// bookAt does so at now.
func (r *rig) bookAt(id string, start, now time.Time) slots.Appointment {
	r.t.Helper()
	hold, err := r.Hold(r.t.Context(), request(start), nil, now)
	if err != nil {
		r.t.Fatalf("hold %v: %v", start, err)
	}
	b := booking(id)
	b.Reference = slots.NewReference([5]byte{byte(len(r.store.claims) + 1)})
	a, err := r.Book(r.t.Context(), hold.ID, b, nil, now)
	if err != nil {
		r.t.Fatalf("book %v: %v", start, err)
	}
	return a
}

// wantCalls checks what the store was asked since the last time.
func (r *rig) wantCalls(want ...string) {
	r.t.Helper()
	if diff := cmp.Diff(want, r.store.calls); diff != "" {
		r.t.Errorf("calls of the store (-want +got):\n%s", diff)
	}
	r.store.calls = nil
}

// wantUnchanged checks that the appointment is stored as it was.
func (r *rig) wantUnchanged(a slots.Appointment) {
	r.t.Helper()
	if diff := cmp.Diff(a, r.store.claims[a.ID].Appointment); diff != "" {
		r.t.Errorf("the appointment has changed:\n%s", diff)
	}
}
