package service_test

import (
	"net/http"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// Most of these stories happen at Dammam, where one desk serves heirs: a
// place is taken or it is not.
const (
	heirs  = "heirs-returns"
	dammam = "dammam"
)

func tookPlace(t *testing.T, what string, a servicetest.Answer) {
	t.Helper()
	if a.Status != http.StatusCreated {
		t.Errorf("%s: got %d %s, want the place", what, a.Status, a.Body)
	}
}

// A hold that ran out frees its place, whether the periodic job has seen it
// or not.
func TestExpiryFreesThePlace(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	first, second := servicetest.At(t, "2026-11-24T09:00"), servicetest.At(t, "2026-11-25T09:00")
	hold := visitor.Holds(heirs, dammam, first)
	if got, want := hold.ExpiresAt, centre.Clock.Now().Add(10*time.Minute); !got.Equal(want) {
		t.Errorf("expires at %v, want %v", got, want)
	}
	centre.Clock.Add(10*time.Minute - time.Second)
	centre.Refused(visitor.TryHold(heirs, dammam, first), http.StatusConflict, "slot-taken")
	centre.Pass(time.Second)
	if got := visitor.Slots(heirs, dammam, "2026-11-24", "2026-11-24"); len(got) != 8 {
		t.Errorf("got %d free starts, want all 8", len(got))
	}
	tookPlace(t, "after the job", visitor.TryHold(heirs, dammam, first))

	visitor.Holds(heirs, dammam, second)
	centre.Clock.Add(10 * time.Minute) // no job runs
	tookPlace(t, "before the job", visitor.TryHold(heirs, dammam, second))
	centre.AuditClean()
}

// A visit moves to a place that only looks taken, by a hold that ran out.
func TestMoveToThePlaceOfAnOverdueHold(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	target := servicetest.At(t, "2026-11-26T09:00")
	centre.Visitor(2).Holds(heirs, dammam, target)
	centre.Refused(visitor.TryMove(visit, target), http.StatusConflict, "slot-taken")
	centre.Clock.Add(10 * time.Minute) // no job runs
	if answer := visitor.TryMove(visit, target); answer.Status != http.StatusOK {
		t.Errorf("move: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// Giving a hold back frees its place at once; doing it again, or after it ran
// out, changes nothing.
func TestReleaseFreesThePlace(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-24T09:00")
	released := func(hold api.Hold) {
		t.Helper()
		if answer := visitor.TryRelease(hold); answer.Status != http.StatusNoContent {
			t.Errorf("release: got %d %s, want 204", answer.Status, answer.Body)
		}
	}
	first := visitor.Holds(heirs, dammam, start)
	released(first)
	second := visitor.Holds(heirs, dammam, start)
	released(first) // again: the second keeps its place
	centre.Refused(visitor.TryHold(heirs, dammam, start), http.StatusConflict, "slot-taken")
	centre.Clock.Add(10 * time.Minute)
	released(second) // overdue
	third := visitor.Holds(heirs, dammam, start)
	centre.Pass(10 * time.Minute)
	released(third) // expired
	tookPlace(t, "after all", visitor.TryHold(heirs, dammam, start))
	centre.AuditClean()
}

// A person has one upcoming visit to a service like this one, wherever, and is in one
// place at a time; touching visits are fine.
func TestLimitsOfAPerson(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-24T09:00")
	visitor.Books(heirs, "riyadh", start) // until 09:40

	for _, branch := range []string{"riyadh", "jeddah"} {
		hold := visitor.Holds(heirs, branch, servicetest.At(t, "2026-11-26T09:00"))
		centre.Refused(visitor.TryBook(hold), http.StatusConflict, "person-limit")
		if answer := visitor.TryRelease(hold); answer.Status != http.StatusNoContent { // the hold still stood
			t.Errorf("release: %d %s", answer.Status, answer.Body)
		}
	}
	during := visitor.Holds("document-handover", "riyadh", servicetest.At(t, "2026-11-24T09:30"))
	centre.Refused(visitor.TryBook(during), http.StatusConflict, "person-busy")
	after := visitor.Books("document-handover", "riyadh", servicetest.At(t, "2026-11-24T09:40"))
	centre.Refused(visitor.TryMove(after, during.Start), http.StatusConflict, "person-busy")
	if now := visitor.Shows(after); !now.Start.Equal(after.Start) || now.Version != 1 {
		t.Errorf("the visit is at %v, version %d: want %v, 1", now.Start, now.Version, after.Start)
	}
	centre.Visitor(3).Books(heirs, "riyadh", start) // somebody else
	centre.AuditClean()
}

// A service that allows two visits allows two, not three, and a cancelled one
// makes room.
func TestTwoVisitsToAService(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	first := visitor.Books("document-handover", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	visitor.Books("document-handover", "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	third := visitor.Holds("document-handover", "riyadh", servicetest.At(t, "2026-11-26T09:00"))
	centre.Refused(visitor.TryBook(third), http.StatusConflict, "person-limit")
	if answer := visitor.TryCancel(first); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	tookPlace(t, "in the room of the cancelled one", visitor.TryBook(third))
	centre.AuditClean()
}

// A visit that is over no longer counts, from its end on.
func TestPastVisitsDoNotCount(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	past := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	centre.Clock.Set(past.End.Add(-time.Second))
	hold := visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00"))
	centre.Refused(visitor.TryBook(hold), http.StatusConflict, "person-limit")
	centre.Clock.Set(past.End)
	tookPlace(t, "after the visit", visitor.TryBook(hold))
	centre.AuditClean()
}

// The cut-offs are exclusive: exactly four hours ahead is too late to cancel
// and exactly a day ahead too late to move, and the answer names the rule.
func TestCutoffs(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	start := servicetest.At(t, "2026-11-26T09:00")
	other := servicetest.At(t, "2026-12-01T09:00")
	early, late := centre.Visitor(1), centre.Visitor(2)
	earlyVisit, lateVisit := early.Books(heirs, "riyadh", start), late.Books(heirs, "riyadh", start)
	if want := start.Add(-4 * time.Hour); !lateVisit.CancelBefore.Equal(want) {
		t.Errorf("cancel before %v, want %v", lateVisit.CancelBefore, want)
	}
	if want := start.Add(-24 * time.Hour); !lateVisit.MoveBefore.Equal(want) {
		t.Errorf("move before %v, want %v", lateVisit.MoveBefore, want)
	}

	centre.Clock.Set(lateVisit.MoveBefore.Add(-time.Second))
	if answer := early.TryMove(earlyVisit, start.Add(45*time.Minute)); answer.Status != http.StatusOK {
		t.Errorf("move in time: %d %s", answer.Status, answer.Body)
	}
	centre.Clock.Set(lateVisit.MoveBefore)
	for _, to := range []time.Time{other, start.Add(time.Minute)} { // a good start, and no start at all
		p := centre.Refused(late.TryMove(lateVisit, to), http.StatusUnprocessableEntity, "rule-move-cutoff")
		if p.Rule != "move_cutoff" {
			t.Errorf("rule %q, want move_cutoff", p.Rule)
		}
	}

	centre.Clock.Set(lateVisit.CancelBefore)
	p := centre.Refused(late.TryCancel(lateVisit), http.StatusUnprocessableEntity, "rule-cancel-cutoff")
	if p.Rule != "cancel_cutoff" {
		t.Errorf("rule %q, want cancel_cutoff", p.Rule)
	}
	if now := late.Shows(lateVisit); now.Status != api.AppointmentStatusBooked || len(now.History) != 1 {
		t.Errorf("the visit is %s with %d events, want booked with 1", now.Status, len(now.History))
	}
	centre.Clock.Add(-time.Second)
	if answer := late.TryCancel(lateVisit); answer.Status != http.StatusOK {
		t.Errorf("cancel in time: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// A move to a place that is taken changes nothing: the visit keeps its old
// place, nobody is told, and the answer has alternatives.
func TestMoveToATakenPlace(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, other := centre.Visitor(1), centre.Visitor(2)
	visit := visitor.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	taken := other.Books(heirs, dammam, servicetest.At(t, "2026-11-26T09:00"))
	p := centre.Refused(visitor.TryMove(visit, taken.Start), http.StatusConflict, "slot-taken")
	if len(p.Alternatives) != 5 {
		t.Errorf("got %d alternatives, want 5", len(p.Alternatives))
	}
	if now := visitor.Shows(visit); !now.Start.Equal(visit.Start) || now.Version != 1 || len(now.History) != 1 {
		t.Errorf("the visit is at %v, version %d, %d events: want %v, 1, 1", now.Start, now.Version, len(now.History), visit.Start)
	}
	centre.Refused(other.TryHold(heirs, dammam, visit.Start), http.StatusConflict, "slot-taken") // the old place is kept
	if got := len(visitor.Messages()); got != 2 {                                                // code and confirmation
		t.Errorf("got %d messages, want 2", got)
	}
	if answer := visitor.TryMove(visit, p.Alternatives[0].Start); answer.Status != http.StatusOK {
		t.Errorf("move to the alternative: %d %s", answer.Status, answer.Body)
	}
	tookPlace(t, "where it was", other.TryHold(heirs, dammam, visit.Start))
	centre.AuditClean()
}

// The place of a cancelled visit is offered again at once. Cancelling again
// gives the same answer and one message; moving it is not possible any more.
func TestCancelOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-25T09:00")
	visit := visitor.Books(heirs, dammam, start)
	if got := len(visitor.Slots(heirs, dammam, "2026-11-25", "2026-11-25")); got != 7 {
		t.Errorf("got %d free starts beside the visit, want 7", got)
	}
	visitor.Messages() // the confirmation has gone out
	first := visitor.TryCancel(visit)
	if first.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", first.Status, first.Body)
	}
	if got := len(visitor.Slots(heirs, dammam, "2026-11-25", "2026-11-25")); got != 8 {
		t.Errorf("got %d free starts after the cancellation, want 8", got)
	}
	centre.Visitor(2).Books(heirs, dammam, start)
	centre.Clock.Add(time.Hour)
	again := visitor.TryCancel(visit)
	if again.Status != http.StatusOK || string(again.Body) != string(first.Body) {
		t.Errorf("again: %d %s\nfirst: %s", again.Status, again.Body, first.Body)
	}
	centre.Refused(visitor.TryMove(visit, servicetest.At(t, "2026-11-26T09:00")), http.StatusConflict, "not-booked")
	centre.Refused(visitor.TryMove(visit, start), http.StatusConflict, "not-booked")
	if got := len(visitor.Messages()); got != 3 { // code, confirmation, cancellation
		t.Errorf("got %d messages, want 3", got)
	}
	if got := len(visitor.Shows(visit).History); got != 2 {
		t.Errorf("got %d events, want 2", got)
	}
	centre.AuditClean()
}

// Moving to where the visit is already gives the same answer and no second
// message.
func TestMoveOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	visitor.Messages() // the confirmation has gone out
	to := servicetest.At(t, "2026-11-26T09:00")
	first, again := visitor.TryMove(visit, to), visitor.TryMove(visit, to.UTC())
	if first.Status != http.StatusOK || string(again.Body) != string(first.Body) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if got := len(visitor.Messages()); got != 3 { // code, confirmation, move
		t.Errorf("got %d messages, want 3", got)
	}
	now := visitor.Shows(visit)
	if now.Version != 2 || len(now.History) != 2 || !now.Start.Equal(to) || now.ManageToken != "" {
		t.Errorf("version %d, %d events, start %v, token %q", now.Version, len(now.History), now.Start, now.ManageToken)
	}
	centre.AuditClean()
}

// Many claims at once through two replicas: the one place is taken once, and
// of a person's two bookings at once one succeeds.
func TestClaimsAtOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	visitor.Proves()
	count := func(n int, claim func(i int) servicetest.Answer) map[int]int {
		statuses := make(chan int, n)
		for i := range n {
			go func() { statuses <- claim(i).Status }()
		}
		got := map[int]int{}
		for range n {
			got[<-statuses]++
		}
		return got
	}
	start := servicetest.At(t, "2026-11-25T09:00")
	body := map[string]any{"service": heirs, "branch": dammam, "start": start}
	got := count(50, func(i int) servicetest.Answer {
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/holds", Body: body, Replica: i % 2})
	})
	if got[http.StatusCreated] != 1 || got[http.StatusConflict] != 49 {
		t.Errorf("holds: got %v, want one 201 and 49 409", got)
	}

	var bodies []map[string]any
	for i := range 8 {
		bodies = append(bodies,
			visitor.BookingBody(visitor.Holds(heirs, "riyadh", servicetest.At(t, "2026-11-25T07:30").Add(time.Duration(i%6)*45*time.Minute))))
	}
	got = count(len(bodies), func(i int) servicetest.Answer {
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments", Body: bodies[i], Replica: i % 2})
	})
	if got[http.StatusCreated] != 1 || got[http.StatusConflict] != 7 {
		t.Errorf("bookings: got %v, want one 201 and 7 409", got)
	}
	centre.AuditClean()
}

// Who has no token of a visit learns nothing, not even that it exists.
func TestVisitsOfOthers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	visit := visitor.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	path := "/v1/appointments/" + visit.Reference
	for _, r := range []servicetest.Request{
		{Method: http.MethodGet, Path: path},
		{Method: http.MethodPost, Path: path + "/cancel"},
		{Method: http.MethodPost, Path: path + "/move", Body: map[string]any{"start": visit.Start}},
	} {
		answer := centre.Send(r)
		centre.Refused(answer, http.StatusUnauthorized, "token-needed")
		if answer.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: no WWW-Authenticate (RFC 9110, 11.6.1)", r.Method, r.Path)
		}
		r.Header = map[string]string{"Authorization": "Bearer " + visit.ManageToken + "x"}
		wrong := centre.Refused(centre.Send(r), http.StatusNotFound, "not-found")
		r.Path = "/v1/appointments/V-0000-0000-0" + r.Path[len(path):]
		unknown := centre.Refused(centre.Send(r), http.StatusNotFound, "not-found")
		if wrong.Detail != unknown.Detail || wrong.Title != unknown.Title {
			t.Errorf("a wrong token and an unknown visit can be told apart: %+v, %+v", wrong, unknown)
		}
	}
	// The reference as somebody writes it down.
	spelled := "/v1/appointments/v" + visit.Reference[2:6] + visit.Reference[7:11] + visit.Reference[12:]
	answer := centre.Send(servicetest.Request{
		Method: http.MethodGet, Path: spelled, Header: map[string]string{"Authorization": "bearer " + visit.ManageToken}})
	if answer.Status != http.StatusOK {
		t.Errorf("%s: got %d %s, want 200", spelled, answer.Status, answer.Body)
	}
	centre.AuditClean()
}
