package slots_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/fault"
	"ziyara/slots"
)

// approved is an hourly service whose visits a department approves in 20 hours;
// its silence declines.
func approved() catalog.Service {
	s := hourly()
	s.Notice, s.Approval = time.Hour, asks
	return s
}

func newRequestRig(t *testing.T) *rig {
	t.Helper()
	r := newRig(t, "09:00-12:00", approved())
	r.store.needs["heirs-returns"] = asks
	return r
}

// free counts the free starts of tuesday.
func (r *rig) free(now time.Time) int {
	r.t.Helper()
	found, err := r.Search(r.t.Context(), query(tuesday, tuesday), now)
	days := found.Days
	if err != nil {
		r.t.Fatal(err)
	}
	n := 0
	for _, d := range days {
		n += len(d.Slots)
	}
	return n
}

// A request takes its place and counts for its person as a booked visit does.
func TestRequestCounts(t *testing.T) {
	t.Parallel()
	r := newRequestRig(t)
	a := r.book("1000000008", start)
	if a.Status != slots.Requested || !a.AnswerBy.Equal(heldAt.Add(20*time.Hour)) || a.Reference == "" {
		t.Fatalf("booked: %+v", a)
	}
	if got := r.free(heldAt); got != 2 {
		t.Errorf("%d free starts, want 2", got)
	}
	r.book("1000000008", start.AddDate(0, 0, 1))
	third := r.hold(start.AddDate(0, 0, 2))
	if _, err := r.Book(t.Context(), third.ID, booking("1000000008"), nil, heldAt); !errors.Is(err, slots.ErrPersonLimit) {
		t.Errorf("a third visit: %v, want %v", err, slots.ErrPersonLimit)
	}
	// The same hold booked again is the same request.
	again, err := r.Book(t.Context(), a.ID, booking("1000000008"), nil, heldAt)
	if diff := cmp.Diff(a, again); diff != "" || err != nil {
		t.Errorf("again: %v (-first +again):\n%s", err, diff)
	}
}

// What reception books for who stands there, and urgent cases with their
// reason, wait for nobody.
func TestStaffDoNotRequest(t *testing.T) {
	t.Parallel()
	for _, c := range catalog.Channels {
		r := newRequestRig(t)
		wanted := request(start)
		wanted.Channel = c
		hold, err := r.Hold(t.Context(), wanted, nil, heldAt)
		if err != nil {
			t.Fatal(err)
		}
		b := booking("1000000008")
		b.Actor, b.Reason = "noura", "dialysis at ten"
		a, err := r.Book(t.Context(), hold.ID, b, nil, heldAt)
		if want := c == catalog.Public || c == catalog.Agent; err != nil || (a.Status == slots.Requested) != want {
			t.Errorf("%s: %s, %v, want it requested: %v", c, a.Status, err, want)
		}
	}
}

func TestApproveAndDecline(t *testing.T) {
	t.Parallel()
	r := newRequestRig(t)
	first, second := r.book("1000000008", start), r.book("2000000006", start.Add(time.Hour))
	now := heldAt.Add(time.Hour)
	r.store.calls = nil
	a, err := r.Approve(t.Context(), first.Reference, "noura", now)
	if err != nil || a.Status != slots.Booked {
		t.Fatalf("approve: %s, %v", a.Status, err)
	}
	r.wantCalls("Change") // one transaction
	a, err = r.Decline(t.Context(), second.Reference, "noura", "full", now)
	if err != nil || a.Status != slots.Declined {
		t.Fatalf("decline: %s, %v", a.Status, err)
	}
	if got := r.free(now); got != 2 {
		t.Errorf("%d free starts, want 2: the declined one gave its place back", got)
	}
	if _, err = r.Approve(t.Context(), slots.NewReference([5]byte{99}), "noura", now); !errors.Is(err, fault.ErrNotFound) {
		t.Errorf("an unknown reference: %v", err)
	}
}

// A proposal holds a second place until it is answered or expires.
func TestPropose(t *testing.T) {
	t.Parallel()
	now := heldAt.Add(time.Hour)
	for _, tc := range []struct {
		name   string
		answer func(r *rig, a slots.Appointment) (slots.Appointment, error)
		want   slots.Status
		start  time.Time
		free   int // of tuesday's three starts
	}{
		{"not answered yet", func(_ *rig, a slots.Appointment) (slots.Appointment, error) { return a, nil }, slots.Requested, start, 1},
		{"accepted", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Accept(r.t.Context(), a.Reference, now)
		}, slots.Booked, start.Add(time.Hour), 2},
		{"refused", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Refuse(r.t.Context(), a.Reference, now)
		}, slots.Requested, start, 2},
		{"approved where it was", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Approve(r.t.Context(), a.Reference, "noura", now)
		}, slots.Booked, start, 2},
		{"declined", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Decline(r.t.Context(), a.Reference, "noura", "full", now)
		}, slots.Declined, start, 3},
		{"cancelled", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Cancel(r.t.Context(), a.Reference, "", now)
		}, slots.Cancelled, start, 3},
		{"another one proposed", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Propose(r.t.Context(), a.Reference, start.Add(-time.Hour), "noura", now)
		}, slots.Requested, start, 1},
		{"the same proposed again", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			return r.Propose(r.t.Context(), a.Reference, start.Add(time.Hour), "noura", now)
		}, slots.Requested, start, 1},
		{"expired", func(r *rig, a slots.Appointment) (slots.Appointment, error) {
			if _, err := r.store.ExpireHolds(r.t.Context(), a.Proposal.Expires, nil, 10); err != nil {
				return a, err
			}
			return r.Find(r.t.Context(), a.Reference)
		}, slots.Requested, start, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := newRequestRig(t)
			a := r.book("1000000008", start)
			a, err := r.Propose(t.Context(), a.Reference, start.Add(time.Hour), "noura", now)
			if err != nil {
				t.Fatal(err)
			}
			a, err = tc.answer(r, a)
			if err != nil || a.Status != tc.want || !a.Start.Equal(tc.start) {
				t.Errorf("%s at %v, %v, want %s at %v", a.Status, a.Start, err, tc.want, tc.start)
			}
			if got := r.free(now); got != tc.free {
				t.Errorf("%d free starts, want %d", got, tc.free)
			}
		})
	}
}

// A start is proposed only where it could be booked.
func TestProposalsAreBookable(t *testing.T) {
	t.Parallel()
	now := heldAt.Add(time.Hour)
	r := newRequestRig(t)
	a := r.book("1000000008", start)
	r.book("2000000006", start.Add(time.Hour))
	for _, tc := range []struct {
		name  string
		start time.Time
		want  error
		rule  slots.Rule
	}{
		{"taken", start.Add(time.Hour), slots.ErrTaken, ""},
		{"between two starts", start.Add(time.Minute), nil, slots.RuleOffGrid},
		{"at night", start.Add(12 * time.Hour), nil, slots.RuleClosed},
		{"in the past", now.Add(-time.Hour), nil, slots.RuleNotice},
		{"what was asked for", start, slots.ErrSameStart, ""},
	} {
		_, err := r.Propose(t.Context(), a.Reference, tc.start, "noura", now)
		if err == nil || tc.want != nil && !errors.Is(err, tc.want) || broken(err) != tc.rule {
			t.Errorf("%s: %v, want %v %s", tc.name, err, tc.want, tc.rule)
		}
		r.wantUnchanged(a)
	}
}

// A person is not at two places at a time by accepting.
func TestAcceptChecksThePerson(t *testing.T) {
	t.Parallel()
	r := newRig(t, "09:00-12:00 x2", approved())
	r.store.needs["heirs-returns"] = asks
	now := heldAt.Add(time.Hour)
	a := r.book("1000000008", start)
	r.book("1000000008", start.Add(time.Hour))
	a, err := r.Propose(t.Context(), a.Reference, start.Add(time.Hour), "noura", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = r.Accept(t.Context(), a.Reference, now); !errors.Is(err, slots.ErrPersonBusy) {
		t.Errorf("accept: %v, want %v", err, slots.ErrPersonBusy)
	}
	r.wantUnchanged(a)
}

// The default is the answer once the time is over, to each request once,
// however often the job runs; one that fails does not keep the others.
func TestLapseRequests(t *testing.T) {
	t.Parallel()
	r := newRequestRig(t)
	first, second := r.book("1000000008", start), r.book("2000000006", start.Add(time.Hour))
	over := heldAt.Add(20 * time.Hour)
	if n, err := r.LapseRequests(t.Context(), over.Add(-1), 10); n != 0 || err != nil {
		t.Errorf("a moment before: %d, %v", n, err)
	}
	r.store.fail["Change"] = fault.ErrUnavailable
	if n, err := r.LapseRequests(t.Context(), over, 10); n != 0 || !errors.Is(err, fault.ErrUnavailable) {
		t.Errorf("without a store: %d, %v", n, err)
	}
	r.wantUnchanged(first)
	delete(r.store.fail, "Change")
	for _, want := range []int{1, 1, 0} {
		if n, err := r.LapseRequests(t.Context(), over, 1); n != want || err != nil {
			t.Errorf("%d lapsed, %v, want %d", n, err, want)
		}
	}
	for _, a := range []slots.Appointment{first, second} {
		now, err := r.Find(t.Context(), a.Reference)
		if err != nil || now.Status != slots.Declined || len(now.History) != 2 {
			t.Errorf("%s with %d events, %v", now.Status, len(now.History), err)
		}
	}
	if got := r.free(over); got != 3 {
		t.Errorf("%d free starts, want all 3", got)
	}
}
