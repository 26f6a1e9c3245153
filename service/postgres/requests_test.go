package postgres_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// meeting is the service of the demo centre that a department approves; at
// most two people meet at a time.
const meeting = "agency-meeting"

// meetings returns free starts of it.
func (b *bench) meetings(t testing.TB) []time.Time {
	t.Helper()
	return b.starts(t, meeting, "riyadh", "2026-11-24", "2026-12-17")
}

// stored fails the test unless the database has the appointment as it was
// returned.
func (b *bench) stored(t testing.TB, what string, a slots.Appointment, err error) slots.Appointment {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	found, err := b.Find(t.Context(), a.Reference)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, found); diff != "" {
		t.Errorf("%s (-returned +stored):\n%s", what, diff)
	}
	b.auditClean(t)
	b.noProposalLeft(t)
	return a
}

// noProposalLeft fails the test when the place of a proposal is still held that
// nobody can accept any more.
func (b *bench) noProposalLeft(t testing.TB) {
	t.Helper()
	left := servicetest.Query[int](t, b.url, `
		SELECT count(*)
		FROM appointments p
		JOIN appointments a ON a.id = p.proposed_to
		WHERE p.status = 'held' AND a.status <> 'requested'`)
	if left > 0 {
		t.Errorf("%d places are held for proposals to requests that are answered", left)
	}
}

// messages returns the kinds of messages about an appointment, oldest first.
func (b *bench) messages(t testing.TB, a slots.Appointment) []string {
	t.Helper()
	return column[string](t, connect(t, b.url), "SELECT kind FROM messages WHERE appointment_id = $1 ORDER BY id", a.ID)
}

// The database does what the rules say, transition by transition, tells of
// each fact once, and has what was returned.
func TestRequestsAreStored(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	start := func(b *bench, i int) time.Time { return b.meetings(t)[i] }
	for _, c := range []struct {
		name   string
		answer func(b *bench, a slots.Appointment) slots.Appointment
		status slots.Status
		told   []string
		events []slots.EventKind
	}{
		{"approved", func(b *bench, a slots.Appointment) slots.Appointment {
			a, err := b.Approve(ctx, a.Reference, "noura", b.now)
			return b.stored(t, "approve", a, err)
		}, slots.Booked, []string{"requested", "approved"}, []slots.EventKind{slots.WasRequested, slots.WasApproved}},
		{"declined", func(b *bench, a slots.Appointment) slots.Appointment {
			a, err := b.Decline(ctx, a.Reference, "noura", "full", b.now)
			return b.stored(t, "decline", a, err)
		}, slots.Declined, []string{"requested", "declined"}, []slots.EventKind{slots.WasRequested, slots.WasDeclined}},
		{"cancelled", func(b *bench, a slots.Appointment) slots.Appointment {
			a, err := b.Cancel(ctx, a.Reference, "", b.now)
			return b.stored(t, "cancel", a, err)
		}, slots.Cancelled, []string{"requested", "cancelled"}, []slots.EventKind{slots.WasRequested, slots.WasCancelled}},
		{"proposed and accepted, each twice", func(b *bench, a slots.Appointment) slots.Appointment {
			to := start(b, 3)
			for range 2 {
				p, err := b.Propose(ctx, a.Reference, to, "noura", b.now)
				b.stored(t, "propose", p, err)
			}
			for range 2 {
				accepted, err := b.Accept(ctx, a.Reference, b.now)
				a = b.stored(t, "accept", accepted, err)
			}
			if !a.Start.Equal(to) || a.Version != 3 {
				t.Errorf("at %v, version %d, want %v, 3", a.Start, a.Version, to)
			}
			return a
		}, slots.Booked, []string{"requested", "proposed", "approved"},
			[]slots.EventKind{slots.WasRequested, slots.WasProposed, slots.WasAccepted}},
		{"proposed twice, refused, and proposed once more", func(b *bench, a slots.Appointment) slots.Appointment {
			for _, i := range []int{3, 9} {
				p, err := b.Propose(ctx, a.Reference, start(b, i), "noura", b.now)
				b.stored(t, "propose", p, err)
			}
			for range 2 {
				refused, err := b.Refuse(ctx, a.Reference, b.now)
				b.stored(t, "refuse", refused, err)
			}
			p, err := b.Propose(ctx, a.Reference, start(b, 5), "noura", b.now)
			return b.stored(t, "propose", p, err)
		}, slots.Requested, []string{"requested", "proposed", "proposed", "proposed"},
			[]slots.EventKind{slots.WasRequested, slots.WasProposed, slots.WasProposed, slots.WasRefused, slots.WasProposed}},
		{"proposed and cancelled", func(b *bench, a slots.Appointment) slots.Appointment {
			p, err := b.Propose(ctx, a.Reference, start(b, 3), "noura", b.now)
			b.stored(t, "propose", p, err)
			a, err = b.Cancel(ctx, a.Reference, "", b.now)
			return b.stored(t, "cancel", a, err)
		}, slots.Cancelled, []string{"requested", "proposed", "cancelled"},
			[]slots.EventKind{slots.WasRequested, slots.WasProposed, slots.WasCancelled}},
		{"proposed and declined", func(b *bench, a slots.Appointment) slots.Appointment {
			p, err := b.Propose(ctx, a.Reference, start(b, 3), "noura", b.now)
			b.stored(t, "propose", p, err)
			a, err = b.Decline(ctx, a.Reference, "noura", "full", b.now)
			return b.stored(t, "decline", a, err)
		}, slots.Declined, []string{"requested", "proposed", "declined"},
			[]slots.EventKind{slots.WasRequested, slots.WasProposed, slots.WasDeclined}},
		{"proposed, not answered, and declined by silence", func(b *bench, a slots.Appointment) slots.Appointment {
			p, err := b.Propose(ctx, a.Reference, start(b, 3), "noura", b.now)
			b.stored(t, "propose", p, err)
			if _, err = b.store.Appointments().ExpireHolds(ctx, p.Proposal.Expires, nil, 10); err != nil {
				t.Fatal(err)
			}
			if _, err = b.Accept(ctx, a.Reference, b.now); !errors.Is(err, slots.ErrNoProposal) {
				t.Errorf("accepted a proposal that has ended: %v", err)
			}
			for _, want := range []int{1, 0} {
				if n, err := b.LapseRequests(ctx, p.AnswerBy, 10); n != want || err != nil {
					t.Errorf("%d lapsed, %v, want %d", n, err, want)
				}
			}
			a, err = b.Find(ctx, a.Reference)
			return b.stored(t, "lapse", a, err)
		}, slots.Declined, []string{"requested", "proposed", "declined"},
			[]slots.EventKind{slots.WasRequested, slots.WasProposed, slots.WasDeclined}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			a := b.book(t, 1, meeting, "riyadh", b.meetings(t)[0])
			b.stored(t, "request", a, nil)
			if a.Status != slots.Requested || !a.AnswerBy.Equal(b.now.Add(24*time.Hour)) {
				t.Fatalf("%s, answer by %v", a.Status, a.AnswerBy)
			}
			a = c.answer(b, a)
			if a.Status != c.status {
				t.Errorf("%s, want %s", a.Status, c.status)
			}
			var events []slots.EventKind
			for _, e := range a.History {
				events = append(events, e.Kind)
			}
			if diff := cmp.Diff(c.events, events); diff != "" {
				t.Errorf("history (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.told, b.messages(t, a)); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// A protected place is booked with who and why, or not at all; both are kept.
func TestProtectedIsAudited(t *testing.T) {
	t.Parallel()
	b := open(t)
	hold, err := b.Hold(t.Context(), slots.HoldRequest{
		Service: meeting, Branch: "riyadh", Start: b.meetings(t)[0], Party: 1, Channel: catalog.Protected}, nil, b.now)
	if err != nil {
		t.Fatal(err)
	}
	of := booking(1, 1)
	if _, err = b.Book(t.Context(), hold.ID, of, nil, b.now); !errors.Is(err, slots.ErrUnaudited) {
		t.Errorf("without a reason: %v, want %v", err, slots.ErrUnaudited)
	}
	of.Actor, of.Reason = "noura", "dialysis at ten"
	a, err := b.Book(t.Context(), hold.ID, of, nil, b.now)
	b.stored(t, "book", a, err)
	if a.Status != slots.Booked || a.History[0].Actor != "noura" || a.History[0].Reason != "dialysis at ten" {
		t.Errorf("%s: %+v", a.Status, a.History)
	}
	if told := b.messages(t, a); !slices.Equal(told, []string{"booked"}) {
		t.Errorf("told %v", told)
	}
}

// Two answers at the same moment: one of them counts, whoever gives them and
// in whatever order, and the ledger knows which.
func TestAnswersAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	type answer func(b *bench, a slots.Appointment) error
	result := func(_ slots.Appointment, err error) error { return err }
	approve := func(b *bench, a slots.Appointment) error { return result(b.Approve(ctx, a.Reference, "noura", b.now)) }
	decline := func(b *bench, a slots.Appointment) error {
		return result(b.Decline(ctx, a.Reference, "saad", "full", b.now))
	}
	cancel := func(b *bench, a slots.Appointment) error { return result(b.Cancel(ctx, a.Reference, "", b.now)) }
	accept := func(b *bench, a slots.Appointment) error { return result(b.Accept(ctx, a.Reference, b.now)) }
	refuse := func(b *bench, a slots.Appointment) error { return result(b.Refuse(ctx, a.Reference, b.now)) }
	lapse := func(b *bench, a slots.Appointment) error {
		_, err := b.LapseRequests(ctx, a.AnswerBy, 10)
		return err
	}
	expire := func(b *bench, a slots.Appointment) error {
		_, err := b.store.Appointments().ExpireHolds(ctx, b.now.AddDate(0, 0, 2), nil, 10)
		return err
	}
	for _, c := range []struct {
		name          string
		propose       bool
		first, second answer
		ends          []slots.Status // any of these
	}{
		// A visitor cancels what was just approved, too.
		{"the visitor cancels while the department approves", false, cancel, approve, []slots.Status{slots.Cancelled}},
		{"the visitor cancels while the department declines", false, cancel, decline, []slots.Status{slots.Cancelled, slots.Declined}},
		{"one approves, another declines", false, approve, decline, []slots.Status{slots.Booked, slots.Declined}},
		{"the time runs out twice", false, lapse, lapse, []slots.Status{slots.Declined}},
		{"the visitor accepts while the department declines", true, accept, decline, []slots.Status{slots.Booked, slots.Declined}},
		{"the visitor accepts while the department approves", true, accept, approve, []slots.Status{slots.Booked}},
		{"the visitor accepts and refuses", true, accept, refuse, []slots.Status{slots.Booked, slots.Requested}},
		{"the visitor accepts twice", true, accept, accept, []slots.Status{slots.Booked}},
		{"the visitor accepts while the proposal expires", true, accept, expire, []slots.Status{slots.Booked, slots.Requested}},
		{"the visitor cancels while the proposal expires", true, cancel, expire, []slots.Status{slots.Cancelled}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			free := b.meetings(t)
			for round := range 6 {
				a := b.book(t, round, meeting, "riyadh", free[round])
				if c.propose {
					var err error
					if a, err = b.Propose(ctx, a.Reference, free[round+12], "noura", b.now); err != nil {
						t.Fatal(err)
					}
				}
				var errs [2]error
				together(
					func() { errs[0] = c.first(b, a) },
					func() { errs[1] = c.second(b, a) })
				now, err := b.Find(ctx, a.Reference)
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Contains(c.ends, now.Status) || errs[0] != nil && errs[1] != nil {
					t.Errorf("round %d: %s after %v", round, now.Status, errs)
				}
				for _, err := range errs {
					if err != nil && !errors.Is(err, slots.ErrNotRequested) && !errors.Is(err, slots.ErrNoProposal) &&
						!errors.Is(err, slots.ErrNotBooked) {
						t.Errorf("round %d: %v", round, err)
					}
				}
			}
			b.auditClean(t)
			b.noProposalLeft(t)
			b.noDeadlocks(t)
		})
	}
}

// A place that looks taken by a proposal which nobody has answered in time is
// given to whoever wants it.
func TestPlaceOfAnOverdueProposal(t *testing.T) {
	t.Parallel()
	b := open(t)
	free := b.meetings(t)
	a := b.book(t, 1, meeting, "riyadh", free[0])
	wanted := free[14]
	b.book(t, 2, meeting, "riyadh", wanted) // one of two places
	a, err := b.Propose(t.Context(), a.Reference, wanted, "noura", b.now)
	if err != nil {
		t.Fatal(err)
	}
	hold := func() error {
		_, err := b.Hold(t.Context(), slots.HoldRequest{
			Service: meeting, Branch: "riyadh", Start: wanted, Party: 1, Channel: catalog.Public}, nil, b.now)
		return err
	}
	b.now = a.Proposal.Expires.Add(-time.Second)
	if err = hold(); !errors.Is(err, slots.ErrTaken) {
		t.Errorf("while the proposal stands: %v, want %v", err, slots.ErrTaken)
	}
	b.now = a.Proposal.Expires
	if err = hold(); err != nil {
		t.Errorf("when it is over: %v", err)
	}
	b.auditClean(t)
}
