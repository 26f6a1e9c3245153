package postgres_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/scheduling"
	"ziyara/slots"
)

// Random histories of joining, leaving, declining, accepting, letting offers
// run out, and of a public that books and cancels, end for everybody as a plain
// model says: a list of people in the order of arrival, and one desk.
func TestWaitlistAgreesWithModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			m := newWaitModel(t, seed)
			for step := range 100 {
				m.step()
				if t.Failed() {
					t.Fatalf("seed %d, step %d", seed, step)
				}
			}
			m.b.auditClean(t)
		})
	}
}

// waitModel is the plain truth. The service has one desk, so a start is
// somebody's or nobody's.
type waitModel struct {
	t      *testing.T
	b      *bench
	w      waitlist
	random *rand.Rand
	starts []time.Time
	owner  map[time.Time]string // "" for nobody
	visits []slots.Appointment  // of the public
	people []*waiter            // in the order of arrival
	n      int                  // persons so far
}

type waiter struct {
	id       string
	n        int
	from, to time.Time // first and last start that suits
	state    slots.EntryState
	offer    time.Time // start; zero for none
	expires  time.Time
	asked    map[time.Time]bool
	ignored  int
}

func (w *waiter) name() string { return fmt.Sprint("offered to ", w.n) }

func newWaitModel(t *testing.T, seed uint64) *waitModel {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 18)) //nolint:gosec // not a secret
	m := &waitModel{t: t, b: open(t), random: random, owner: make(map[time.Time]string)}
	m.w = newWaitlist(t, m.b.store, m.b.Booker)
	for _, date := range []string{"2026-11-24", "2026-11-25"} {
		m.starts = append(m.starts, m.b.starts(t, waitedFor, "dammam", date, date)[:4]...)
	}
	return m
}

// step does something that people or time may do, and then lets the waitlist
// look.
func (m *waitModel) step() {
	m.t.Helper()
	switch n := m.random.IntN(20); {
	case n < 5:
		m.join()
	case n < 8:
		m.book()
	case n < 12:
		m.cancel()
	case n < 14:
		m.decline()
	case n < 16:
		m.accept()
	case n < 17:
		m.leave()
	default:
		if evening := time.Date(2026, time.November, 21, 17, 0, 0, 0, time.UTC); m.b.now.Before(evening) {
			m.b.now = m.b.now.Add(time.Duration(m.random.IntN(9)) * time.Minute)
		}
	}
	if m.random.IntN(3) > 0 {
		m.look()
	}
}

// look lets what is due happen, in the model and for real.
func (m *waitModel) look() {
	m.t.Helper()
	if _, err := m.b.store.Appointments().ExpireHolds(m.t.Context(), m.b.now, nil, 1000); err != nil {
		m.t.Fatal(err)
	}
	made, err := m.w.OfferFreed(m.t.Context(), m.b.now)
	if err != nil {
		m.t.Fatal(err)
	}
	m.expire()
	want := 0
	for _, w := range m.people {
		if start, ok := m.suits(w); ok {
			w.offer, w.expires, w.asked[start] = start, m.b.now.Add(15*time.Minute), true
			m.owner[start] = w.name()
			want++
		}
	}
	if made != want {
		m.t.Errorf("%d offers were made, the model says %d", made, want)
	}
	// Nothing was overlooked for want of a mark.
	if more, err := m.w.OfferAll(m.t.Context(), m.b.now); more != 0 || err != nil {
		m.t.Errorf("%d more offers when all desk groups are looked at, %v", more, err)
	}
	m.compare()
}

// expire ends the offers that ran out.
func (m *waitModel) expire() {
	for _, w := range m.people {
		if w.offer.IsZero() || m.b.now.Before(w.expires) {
			continue
		}
		if m.owner[w.offer] == w.name() { // and not the public's since
			m.owner[w.offer] = ""
		}
		w.offer = time.Time{}
		if w.ignored++; w.ignored == 3 {
			w.state = slots.EntryUnanswered
		}
	}
}

// suits returns the first start that is free and suits somebody who waits.
func (m *waitModel) suits(w *waiter) (time.Time, bool) {
	if w.state != slots.Waiting || !w.offer.IsZero() {
		return time.Time{}, false
	}
	for _, s := range m.starts {
		if m.owner[s] == "" && !w.asked[s] && !s.Before(w.from) && !s.After(w.to) {
			return s, true
		}
	}
	return time.Time{}, false
}

// join lets somebody wait for one start, or for any of one day.
func (m *waitModel) join() {
	m.t.Helper()
	i := m.random.IntN(len(m.starts))
	w := &waiter{n: m.n, from: m.starts[i], to: m.starts[i], state: slots.Waiting, asked: make(map[time.Time]bool)}
	m.n++
	if m.random.IntN(2) == 0 {
		w.from, w.to = m.starts[i/4*4], m.starts[i/4*4+3]
	}
	zone := time.FixedZone("Asia/Riyadh", 3*60*60)
	clock := func(at time.Time) scheduling.WallTime {
		return scheduling.Clock(at.In(zone).Hour(), at.In(zone).Minute())
	}
	day := scheduling.DateOf(w.from, zone)
	e, err := m.w.Join(m.t.Context(), slots.JoinRequest{
		Service: waitedFor, Branch: "dammam", Booking: booking(w.n, 0),
		Wish: slots.Wish{From: day, To: day, Earliest: clock(w.from), Latest: clock(w.to), Party: 1},
	}, nil, m.b.now)
	if err != nil {
		m.t.Fatalf("join: %v", err)
	}
	w.id = e.ID
	m.people = append(m.people, w)
}

// book books a start for somebody who does not wait.
func (m *waitModel) book() {
	m.t.Helper()
	start := m.starts[m.random.IntN(len(m.starts))]
	hold, err := m.b.Hold(m.t.Context(), slots.HoldRequest{
		Service: waitedFor, Branch: "dammam", Start: start, Party: 1, Channel: catalog.Public}, nil, m.b.now)
	m.expireIfTaken(start)
	if free := m.owner[start] == ""; free != (err == nil) || err != nil && !errors.Is(err, slots.ErrTaken) {
		m.t.Errorf("hold %v: %v, the model says %q", start, err, m.owner[start])
	}
	if err != nil {
		return
	}
	visit, err := m.b.Book(m.t.Context(), hold.ID, booking(m.n, int64(m.n)+1), nil, m.b.now)
	if err != nil {
		m.t.Fatalf("book: %v", err)
	}
	m.n++
	m.owner[start] = "public"
	m.visits = append(m.visits, visit)
}

// expireIfTaken does what asking for a taken place does: offers on that day
// that ran out give their places back. That they were ignored is seen later.
func (m *waitModel) expireIfTaken(start time.Time) {
	for _, w := range m.people {
		if w.offer.Equal(start) && !m.b.now.Before(w.expires) {
			m.owner[start] = ""
		}
	}
}

// cancel cancels somebody's visit.
func (m *waitModel) cancel() {
	m.t.Helper()
	if len(m.visits) == 0 {
		return
	}
	i := m.random.IntN(len(m.visits))
	if _, err := m.b.Cancel(m.t.Context(), m.visits[i].Reference, "", m.b.now); err != nil {
		m.t.Fatalf("cancel: %v", err)
	}
	m.owner[m.visits[i].Start] = ""
	m.visits = slices.Delete(m.visits, i, i+1)
}

// any picks somebody who waits, or has.
func (m *waitModel) any() *waiter {
	var offered []*waiter
	for _, w := range m.people {
		if !w.offer.IsZero() {
			offered = append(offered, w)
		}
	}
	switch {
	case len(offered) > 0 && m.random.IntN(4) > 0:
		return offered[m.random.IntN(len(offered))]
	case len(m.people) > 0:
		return m.people[m.random.IntN(len(m.people))]
	}
	return nil
}

// standing reports whether the offer of w stands.
func (m *waitModel) standing(w *waiter) bool { return !w.offer.IsZero() && m.b.now.Before(w.expires) }

func (m *waitModel) decline() {
	m.t.Helper()
	w := m.any()
	if w == nil {
		return
	}
	_, err := m.w.Decline(m.t.Context(), w.id, m.b.now)
	if over := w.state != slots.Waiting; over != errors.Is(err, slots.ErrNotWaiting) || !over && err != nil {
		m.t.Errorf("decline: %v, the model says %s", err, w.state)
	}
	if m.standing(w) {
		m.owner[w.offer], w.offer = "", time.Time{}
	}
}

func (m *waitModel) accept() {
	m.t.Helper()
	w := m.any()
	if w == nil {
		return
	}
	a, err := m.w.Accept(m.t.Context(), w.id, booking(w.n, int64(w.n)+1).Reference, m.b.now)
	if m.standing(w) {
		if err != nil || !a.Start.Equal(w.offer) {
			m.t.Errorf("accept: %v at %v, the model says %v", err, a.Start, w.offer)
		}
		m.owner[w.offer], w.offer, w.state = "waited", time.Time{}, slots.EntryBooked
		return
	}
	if err == nil && w.state != slots.EntryBooked {
		m.t.Errorf("accepted %v, the model says %s without an offer", a.Start, w.state)
	}
}

func (m *waitModel) leave() {
	m.t.Helper()
	w := m.any()
	if w == nil {
		return
	}
	if err := m.w.Leave(m.t.Context(), w.id, m.b.now); err != nil {
		m.t.Errorf("leave: %v", err)
	}
	if w.state == slots.Waiting {
		if !w.offer.IsZero() && m.owner[w.offer] == w.name() {
			m.owner[w.offer] = ""
		}
		w.offer, w.state = time.Time{}, slots.EntryLeft
	}
}

// compare checks every entry and every start.
func (m *waitModel) compare() {
	m.t.Helper()
	for _, w := range m.people {
		e, err := m.w.Find(m.t.Context(), w.id, m.b.now)
		if err != nil {
			m.t.Fatal(err)
		}
		var offered time.Time
		if o := e.Offered(m.b.now); o != nil {
			offered = o.Start
		}
		if e.State != w.state || !offered.Equal(w.offer) || e.Ignored != w.ignored {
			m.t.Errorf("person %d: %s, offered %v, ignored %d; the model says %s, %v, %d",
				w.n, e.State, offered, e.Ignored, w.state, w.offer, w.ignored)
		}
	}
	free := m.b.starts(m.t, waitedFor, "dammam", "2026-11-24", "2026-11-25")
	for _, s := range m.starts {
		if offered := slices.ContainsFunc(free, s.Equal); offered != (m.owner[s] == "") {
			m.t.Errorf("%v: free %v, the model says %q", s, offered, m.owner[s])
		}
	}
}
