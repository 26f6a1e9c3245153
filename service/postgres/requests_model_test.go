package postgres_test

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/slots"
)

// requestModel plays random answers to requests on the database and on plain
// values, which have to stay the same.
type requestModel struct {
	*bench
	t        *testing.T
	random   *rand.Rand
	approval catalog.Approval
	starts   []time.Time
	visits   []slots.Appointment
}

// Random requests, answers, proposals, cancellations and silence end in the
// database as the rules alone say.
func TestRequestsAgreeWithModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		m := &requestModel{
			bench: open(t), t: t, random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // not a secret
			approval: catalog.Approval{Answer: 24 * time.Hour, Default: catalog.Decline},
		}
		m.starts = m.meetings(t)[:48]
		for step := range 100 {
			m.step()
			if t.Failed() {
				t.Fatalf("seed %d, step %d", seed, step)
			}
		}
		for _, a := range m.visits {
			m.compare("in the end", a)
		}
		m.auditClean(t)
		m.noProposalLeft(t)
	}
}

func (m *requestModel) step() {
	m.t.Helper()
	m.now = m.now.Add(time.Duration(m.random.IntN(60)) * time.Minute)
	if len(m.visits) < 2 || m.random.IntN(4) == 0 {
		m.request()
		return
	}
	i := m.random.IntN(len(m.visits))
	for range 4 { // mostly one that waits
		if m.visits[i].Status != slots.Requested {
			i = m.random.IntN(len(m.visits))
		}
	}
	a := m.visits[i]
	ctx := m.t.Context()
	var got, want slots.Appointment
	var err, wantErr error
	switch n := m.random.IntN(12); {
	case n < 1:
		got, err = m.Approve(ctx, a.Reference, "noura", m.now)
		want, wantErr = after(a.Approve("noura", m.now))
	case n < 2:
		got, err = m.Decline(ctx, a.Reference, "noura", "full", m.now)
		want, wantErr = after(a.Decline("noura", "full", m.now))
	case n < 6:
		start := m.starts[m.random.IntN(len(m.starts))]
		got, err = m.Propose(ctx, a.Reference, start, "noura", m.now)
		if _, rule := errors.AsType[*slots.RuleError](err); rule || errors.Is(err, slots.ErrTaken) {
			return // the place is not there, which is for others to prove
		}
		p := slots.Proposal{Start: start}
		if got.Proposal != nil {
			p = *got.Proposal // its id and place are the Booker's
		}
		want, wantErr = after(a.Propose(p, "noura", m.approval.Answer, m.now))
	case n < 8:
		got, err = m.Accept(ctx, a.Reference, m.now)
		want, wantErr = after(a.Accept(m.now))
	case n < 9:
		got, err = m.Refuse(ctx, a.Reference, m.now)
		want, wantErr = after(a.Refuse(m.approval.Answer, m.now))
	case n < 10:
		got, err = m.Cancel(ctx, a.Reference, "", m.now)
		want, wantErr = after(a.Cancel(&catalog.Service{CancelCutoff: 24 * time.Hour}, "", m.now))
	default:
		m.silence()
		return
	}
	if errors.Is(err, slots.ErrPersonBusy) && wantErr == nil {
		want, wantErr = slots.Appointment{}, slots.ErrPersonBusy // the person is elsewhere then
	}
	if !sameFault(err, wantErr) {
		m.t.Fatalf("got %v, want %v, of\n%+v", err, wantErr, a)
	}
	if err == nil {
		if diff := cmp.Diff(stands(want, m.now), stands(got, m.now)); diff != "" {
			m.t.Fatalf("returned (-model +database):\n%s", diff)
		}
		m.visits[i] = want
	}
	m.compare("stored", m.visits[i])
}

// sameFault reports whether two errors say the same.
func sameFault(a, b error) bool {
	if x, ok := errors.AsType[*slots.RuleError](a); ok {
		y, ok := errors.AsType[*slots.RuleError](b)
		return ok && *x == *y
	}
	return errors.Is(a, b)
}

func (m *requestModel) request() {
	start := m.starts[m.random.IntN(len(m.starts))]
	hold, err := m.Hold(m.t.Context(),
		slots.HoldRequest{Service: meeting, Branch: "riyadh", Start: start, Party: 1, Channel: catalog.Public}, nil, m.now)
	if err != nil {
		return // taken, or too soon
	}
	of := booking(m.random.IntN(12), m.ids.Add(1))
	hold.Needs = []string{} // as the database says that there are none
	a, err := m.Book(m.t.Context(), hold.ID, of, nil, m.now)
	switch {
	case errors.Is(err, slots.ErrPersonBusy), errors.Is(err, slots.ErrPersonLimit):
		return
	case err != nil:
		m.t.Fatal(err)
	}
	want, err := after(hold.Book(of, m.approval, m.now))
	if diff := cmp.Diff(want, a); diff != "" || err != nil {
		m.t.Fatalf("requested: %v (-model +database):\n%s", err, diff)
	}
	m.visits = append(m.visits, a)
}

// silence lets the periodic jobs run.
func (m *requestModel) silence() {
	if _, err := m.LapseRequests(m.t.Context(), m.now, 500); err != nil {
		m.t.Fatal(err)
	}
	if _, err := m.store.Appointments().ExpireHolds(m.t.Context(), m.now, nil, 500); err != nil {
		m.t.Fatal(err)
	}
	for i, a := range m.visits {
		m.visits[i] = a.Lapse(m.approval, m.now).After
		m.compare("after silence", m.visits[i])
	}
}

func (m *requestModel) compare(when string, a slots.Appointment) {
	m.t.Helper()
	found, err := m.Find(m.t.Context(), a.Reference)
	if err != nil {
		m.t.Fatal(err)
	}
	if diff := cmp.Diff(stands(a, m.now), stands(found, m.now)); diff != "" {
		m.t.Fatalf("%s (-model +database):\n%s", when, diff)
	}
}

// stands returns the appointment without a proposal that is over: the database
// forgets it sooner or later.
func stands(a slots.Appointment, now time.Time) slots.Appointment {
	a.Proposal = a.Proposed(now)
	return a
}

// after returns what a decision makes of an appointment.
func after(t slots.Transition, err error) (slots.Appointment, error) { return t.After, err }
