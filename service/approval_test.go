package service_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// A department approves these meetings, in 24 hours or not at all; at Riyadh
// two are held at a time.
const meeting = "agency-meeting"

// requests asks for a meeting on Thursday at half past seven.
func requests(t *testing.T, v *servicetest.Visitor) (a api.Appointment, reference slots.Reference) {
	t.Helper()
	a = v.Books(meeting, "riyadh", servicetest.At(t, "2026-11-26T07:30"))
	if a.Status != api.AppointmentStatusRequested || a.AnswerBy == nil || a.ManageToken == "" {
		t.Fatalf("booked: %+v", a)
	}
	reference, err := slots.ParseReference(a.Reference)
	if err != nil {
		t.Fatal(err)
	}
	return a, reference
}

// eventsOf returns the events of a visit, in their order.
func eventsOf(a api.Appointment) string {
	var events []string
	for _, e := range a.History {
		events = append(events, e.Event)
	}
	return strings.Join(events, " ")
}

// told returns the first sentences of the messages about visits, oldest first.
func told(v *servicetest.Visitor) []string {
	var list []string
	for _, m := range v.Messages() {
		first, _, _ := strings.Cut(m.Text, "\n")
		first, _, _ = strings.Cut(first, ". It is")
		list = append(list, first)
	}
	slices.Reverse(list)
	return list[1:] // without the code
}

func wantTold(t *testing.T, v *servicetest.Visitor, want ...string) {
	t.Helper()
	if got := told(v); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// ends fails the test unless the visit has the status and the history, and
// nothing waits any more.
func ends(t *testing.T, a api.Appointment, status api.AppointmentStatus, events string) {
	t.Helper()
	if a.Status != status || eventsOf(a) != events || a.AnswerBy != nil || a.Proposal != nil {
		t.Errorf("%s, history %q, answer by %v, proposal %v; want %s, %q", a.Status, eventsOf(a), a.AnswerBy, a.Proposal, status, events)
	}
}

// The service says that a department approves, the visitor gets the reference
// at once, keeps the place while the department thinks, and is told twice.
func TestRequestIsApproved(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	var service api.Service
	centre.Get("/v1/services/"+meeting).JSON(t, &service)
	if service.Approval == nil || service.Approval.AnswerHours != 24 || service.Approval.Default != "decline" {
		t.Errorf("approval %+v, want 24 hours, then decline", service.Approval)
	}
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	if want := centre.Clock.Now().Add(24 * time.Hour); !a.AnswerBy.Equal(want) || !a.CancelBefore.Equal(a.Start) {
		t.Errorf("answer by %v, cancel before %v; want %v, %v", a.AnswerBy, a.CancelBefore, want, a.Start)
	}
	visitor.Messages()
	centre.Pass(23 * time.Hour)
	booked, err := centre.Replicas[0].Booker().Approve(t.Context(), reference, "noura", centre.Clock.Now())
	if err != nil || booked.Status != slots.Booked {
		t.Fatalf("approve: %s, %v", booked.Status, err)
	}
	centre.Pass(2 * time.Hour) // the time to answer goes by
	now := visitor.Shows(a)
	ends(t, now, api.AppointmentStatusBooked, "requested approved")
	if want := now.Start.Add(-24 * time.Hour); !now.CancelBefore.Equal(want) {
		t.Errorf("cancel before %v, want %v", now.CancelBefore, want)
	}
	wantTold(t, visitor, "We have received your request", "Your visit is approved")
	centre.AuditClean()
}

// A declined request gives its place back and says why.
func TestRequestIsDeclined(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	centre.Visitor(2).Books(meeting, "riyadh", a.Start)
	centre.Refused(centre.Visitor(3).TryHold(meeting, "riyadh", a.Start), http.StatusConflict, "slot-taken")
	visitor.Messages()
	if _, err := centre.Replicas[0].Booker().Decline(t.Context(), reference, "noura", "القاعة مغلقة", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	now := visitor.Shows(a)
	ends(t, now, api.AppointmentStatusDeclined, "requested declined")
	if got := now.History[1].Reason; got != "القاعة مغلقة" {
		t.Errorf("reason %q", got)
	}
	wantTold(t, visitor, "We have received your request", "Sorry, your visit was not approved")
	tookPlace(t, "where it was", centre.Visitor(3).TryHold(meeting, "riyadh", a.Start))
	centre.Refused(visitor.TryMove(a, a.Start.Add(time.Hour)), http.StatusConflict, "not-booked")
	centre.Refused(visitor.TryCancel(a), http.StatusConflict, "not-booked")
	visitor.Books(meeting, "riyadh", a.Start.AddDate(0, 0, 3)) // it doesn't count any more
	centre.AuditClean()
}

// The department proposes another day, the visitor sees it and accepts, and is
// booked there; the first place is free again.
func TestProposalIsAccepted(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	visitor.Messages()
	centre.Pass(time.Hour)
	centre.Refused(visitor.TryAccept(a), http.StatusConflict, "no-proposal")
	other := servicetest.At(t, "2026-11-29T08:40")
	if _, err := centre.Replicas[1].Booker().Propose(t.Context(), reference, other, "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	now := visitor.Shows(a)
	if p := now.Proposal; p == nil || !p.Start.Equal(other) || !p.ExpiresAt.Equal(centre.Clock.Now().Add(24*time.Hour)) ||
		now.Status != api.AppointmentStatusRequested || !now.Start.Equal(a.Start) {
		t.Fatalf("%s at %v, proposal %+v", now.Status, now.Start, p)
	}
	wantTold(t, visitor, "We have received your request", "We suggest another time. Please reply")
	if got := visitor.Receives().Text; !strings.Contains(got, "29 Nov at 8:40 am") {
		t.Errorf("the proposal is told as %q", got)
	}
	centre.Visitor(2).Books(meeting, "riyadh", other)
	centre.Refused(centre.Visitor(3).TryHold(meeting, "riyadh", other), http.StatusConflict, "slot-taken")

	first, again := visitor.TryAccept(a), visitor.TryAccept(a)
	if first.Status != http.StatusOK || string(again.Body) != string(first.Body) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	now = visitor.Shows(a)
	ends(t, now, api.AppointmentStatusBooked, "requested proposed accepted")
	if !now.Start.Equal(other) {
		t.Errorf("at %v, want %v", now.Start, other)
	}
	wantTold(t, visitor, "We have received your request", "We suggest another time. Please reply", "Your visit is approved")
	centre.Refused(visitor.TryDeclineProposal(a), http.StatusConflict, "no-proposal")
	for i := range 2 {
		tookPlace(t, "where it was at first", centre.Visitor(10+i).TryHold(meeting, "riyadh", a.Start))
	}
	centre.AuditClean()
}

// A day closes on which a start was proposed. The request has no proposal any more: that is in
// its history, so its version has grown, and the plan is at the version that the edit told. It
// can be proposed again, and what nobody can accept can be declined as before.
func TestProposalEndsWithItsDay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor, admin := centre.Visitor(1), centre.Admin()
	a, reference := requests(t, visitor)
	other := servicetest.At(t, "2026-11-29T08:40")
	propose := func(at time.Time) {
		t.Helper()
		if _, err := centre.Replicas[1].Booker().Propose(t.Context(), reference, at, "noura", centre.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	propose(other)
	const group = "/v1/desk-groups/riyadh-care"
	tag := admin.Gets(group).Header.Get("ETag")
	closed := changes(admin, http.MethodPost, group+"/closures", tag, map[string]any{
		"start": "2026-11-29T07:00:00+03:00", "end": "2026-11-29T23:00:00+03:00", "reason": both("صيانة", "Maintenance"),
	})
	if now := closed.Header.Get("ETag"); closed.Status != http.StatusOK || now == tag || admin.Gets(group).Header.Get("ETag") != now {
		t.Errorf("closed: %d, from %s to %s", closed.Status, tag, now)
	}
	now := visitor.Shows(a)
	if eventsOf(now) != "requested proposed refused" || now.Version != 3 || now.Proposal != nil || now.AnswerBy == nil {
		t.Errorf("the request: %+v", now)
	}
	centre.Refused(visitor.TryAccept(a), http.StatusConflict, "no-proposal")
	if answer := visitor.TryDeclineProposal(a); answer.Status != http.StatusOK {
		t.Errorf("declined: %d %s", answer.Status, answer.Body)
	}
	propose(other.AddDate(0, 0, 1))
	if now = visitor.Shows(a); now.Version != 4 || now.Proposal == nil {
		t.Errorf("proposed again: %+v", now)
	}
	centre.AuditClean()
}

// The visitor declines the proposal: its place is free again, and the
// department has the time for an answer once more.
func TestProposalIsRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	other := servicetest.At(t, "2026-11-29T08:40")
	if _, err := centre.Replicas[0].Booker().Propose(t.Context(), reference, other, "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	centre.Pass(10 * time.Hour)
	first, again := visitor.TryDeclineProposal(a), visitor.TryDeclineProposal(a)
	if first.Status != http.StatusOK || string(again.Body) != string(first.Body) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	now := visitor.Shows(a)
	if now.Status != api.AppointmentStatusRequested || now.Proposal != nil || eventsOf(now) != "requested proposed refused" ||
		!now.AnswerBy.Equal(centre.Clock.Now().Add(24*time.Hour)) {
		t.Errorf("%s, proposal %v, history %q, answer by %v", now.Status, now.Proposal, eventsOf(now), now.AnswerBy)
	}
	for i := range 2 {
		tookPlace(t, "where it was proposed", centre.Visitor(10+i).TryHold(meeting, "riyadh", other))
	}
	centre.Pass(24 * time.Hour)
	ends(t, visitor.Shows(a), api.AppointmentStatusDeclined, "requested proposed refused declined")
	centre.AuditClean()
}

// A proposal that nobody answers in time is over, whether the periodic job has
// seen it or not; the request goes on.
func TestProposalExpires(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	other := servicetest.At(t, "2026-11-29T08:40")
	if _, err := centre.Replicas[0].Booker().Propose(t.Context(), reference, other, "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	centre.Clock.Add(24 * time.Hour)
	for _, seen := range []bool{false, true} {
		if seen {
			centre.Jobs()
		}
		now := visitor.Shows(a)
		if now.Status != api.AppointmentStatusRequested || now.Proposal != nil {
			t.Errorf("seen %v: %s with %+v", seen, now.Status, now.Proposal)
		}
		centre.Refused(visitor.TryAccept(a), http.StatusConflict, "no-proposal")
		centre.Refused(visitor.TryDeclineProposal(a), http.StatusConflict, "no-proposal")
		centre.AuditClean()
	}
	if _, err := centre.Replicas[0].Booker().Approve(t.Context(), reference, "noura", centre.Clock.Now()); err != nil {
		t.Errorf("approve after it: %v", err)
	}
	centre.AuditClean()
}

// When the time for an answer runs out the service's default is the answer,
// once, however many replicas run the job.
func TestAnswerByDefault(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]struct {
		status api.AppointmentStatus
		events string
		told   string
	}{
		"decline": {api.AppointmentStatusDeclined, "requested declined", "Sorry, your visit was not approved"},
		"approve": {api.AppointmentStatusBooked, "requested approved", "Your visit is approved"},
	} {
		t.Run(answer, func(t *testing.T) {
			t.Parallel()
			centre := servicetest.Open(t, 2)
			servicetest.Exec(t, centre.DatabaseURL, `UPDATE services SET approval_default = '`+answer+`' WHERE slug = 'agency-meeting'`)
			servicetest.Exec(t, centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
			centre.Jobs() // takes notice
			visitor := centre.Visitor(1)
			a, reference := requests(t, visitor)
			visitor.Messages()
			centre.Pass(24*time.Hour - time.Second)
			if now := visitor.Shows(a); now.Status != api.AppointmentStatusRequested {
				t.Errorf("a second early: %s", now.Status)
			}
			centre.Pass(time.Second)
			centre.Jobs()
			ends(t, visitor.Shows(a), want.status, want.events)
			wantTold(t, visitor, "We have received your request", want.told)
			if _, err := centre.Replicas[0].Booker().
				Decline(t.Context(), reference, "noura", "late", centre.Clock.Now()); (err == nil) != (answer == "decline") {
				t.Errorf("decline afterwards: %v", err)
			}
			ends(t, visitor.Shows(a), want.status, want.events)
			centre.AuditClean()
		})
	}
}

// The answer never comes after the visit has begun, however long the
// department may take.
func TestAnswerBeforeTheVisit(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE services SET approval_hours = 720 WHERE slug = 'agency-meeting'`)
	visitor := centre.Visitor(1)
	a, _ := requests(t, visitor)
	if !a.AnswerBy.Equal(a.Start) {
		t.Errorf("answer by %v, want the start at %v", a.AnswerBy, a.Start)
	}
	centre.Clock.Set(a.Start)
	centre.Jobs()
	ends(t, visitor.Shows(a), api.AppointmentStatusDeclined, "requested declined")
	centre.AuditClean()
}

// What is only requested is cancelled until it begins, past the cut-off of
// visits that are booked, and is not moved.
func TestRequestIsCancelled(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE services SET approval_hours = 720 WHERE slug = 'agency-meeting'`)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	visitor.Messages()
	p := centre.Refused(visitor.TryMove(a, a.Start.AddDate(0, 0, 3)), http.StatusConflict, "not-approved-yet")
	if !strings.Contains(p.Detail, "until Thursday 26 November 2026 at 7:30 am") {
		t.Errorf("the problem says %q", p.Detail)
	}
	centre.Clock.Set(a.Start.Add(-time.Hour)) // meetings are cancelled a day ahead
	first, again := visitor.TryCancel(a), visitor.TryCancel(a)
	if first.Status != http.StatusOK || string(again.Body) != string(first.Body) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if _, err := centre.Replicas[0].Booker().Approve(t.Context(), reference, "noura", centre.Clock.Now()); err == nil {
		t.Error("approved what was cancelled")
	}
	ends(t, visitor.Shows(a), api.AppointmentStatusCancelled, "requested cancelled")
	wantTold(t, visitor, "We have received your request", "Your visit has been cancelled")
	centre.AuditClean()
}

// A request counts as a booked visit does: for the time of its person, and for
// how many visits to the service they may have.
func TestRequestCountsForThePerson(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, reference := requests(t, visitor)
	busy := visitor.Holds("document-handover", "riyadh", a.Start.Add(30*time.Minute))
	centre.Refused(visitor.TryBook(busy), http.StatusConflict, "person-busy")
	visitor.Books(meeting, "riyadh", servicetest.At(t, "2026-11-29T07:30"))
	third := visitor.Holds(meeting, "riyadh", servicetest.At(t, "2026-11-30T07:30"))
	centre.Refused(visitor.TryBook(third), http.StatusConflict, "person-limit")

	// Nor is anybody in two places by accepting.
	if _, err := centre.Replicas[0].Booker().
		Propose(t.Context(), reference, servicetest.At(t, "2026-11-29T07:30"), "noura", centre.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	centre.Refused(visitor.TryAccept(a), http.StatusConflict, "person-busy")
	if now := visitor.Shows(a); now.Proposal == nil || !now.Start.Equal(a.Start) {
		t.Errorf("at %v with the proposal %v", now.Start, now.Proposal)
	}
	centre.AuditClean()
}

// The visitor cancels in the moment in which the department approves: whoever
// is first, the visit is cancelled in the end, and told as it is.
func TestCancelAndApprove(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	approve := func(r slots.Reference) error {
		_, err := centre.Replicas[0].Booker().Approve(t.Context(), r, "noura", centre.Clock.Now())
		return err
	}
	early, late := centre.Visitor(1), centre.Visitor(2)
	early.Proves()
	late.Proves() // from here on nothing is sent until the end
	first, firstReference := requests(t, early)
	second, secondReference := requests(t, late)

	if answer := early.TryCancel(first); answer.Status != http.StatusOK {
		t.Errorf("cancel first: %d %s", answer.Status, answer.Body)
	}
	if err := approve(firstReference); err == nil {
		t.Error("approved what was cancelled")
	}
	ends(t, early.Shows(first), api.AppointmentStatusCancelled, "requested cancelled")

	if err := approve(secondReference); err != nil {
		t.Errorf("approve first: %v", err)
	}
	if answer := late.TryCancel(second); answer.Status != http.StatusOK {
		t.Errorf("then cancel: %d %s", answer.Status, answer.Body)
	}
	ends(t, late.Shows(second), api.AppointmentStatusCancelled, "requested approved cancelled")
	for _, v := range []*servicetest.Visitor{early, late} {
		wantTold(t, v, "Your visit has been cancelled") // nothing else was true any more
	}
	centre.AuditClean()
}

// Only who has the token of a request answers its proposal.
func TestProposalsOfOthers(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	a, _ := requests(t, centre.Visitor(1))
	for _, verb := range []string{"accept", "decline-proposal"} {
		r := servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + a.Reference + "/" + verb}
		centre.Refused(centre.Send(r), http.StatusUnauthorized, "token-needed")
		r.Header = map[string]string{"Authorization": "Bearer " + a.ManageToken + "x"}
		centre.Refused(centre.Send(r), http.StatusNotFound, "not-found")
	}
}

// A request with an Idempotency-Key is made once.
func TestRequestOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	body := visitor.BookingBody(visitor.Holds(meeting, "riyadh", servicetest.At(t, "2026-11-26T07:30")))
	send := func() servicetest.Answer {
		return centre.Send(servicetest.Request{
			Method: http.MethodPost, Path: "/v1/appointments", Body: body,
			Header: map[string]string{"Idempotency-Key": "a-key-of-16-characters"}})
	}
	first, again := send(), send()
	if first.Status != http.StatusCreated || string(first.Body) != string(again.Body) ||
		!strings.Contains(string(first.Body), `"status":"requested"`) {
		t.Errorf("first: %d %s\nagain: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	centre.AuditClean()
}

// What is kept for walk-ins is offered to everybody from the service's time of
// the day on, and on that day only.
func TestWalkInPlacesAreReleased(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE services
		SET hold_back = '{"public": 2, "agent": 1}', walk_in_release_minutes = 600, notice_minutes = 0
		WHERE slug = 'document-handover'`)
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE centre SET version = version + 1`)
	offered := func(date string) int {
		t.Helper()
		centre.Jobs()
		for _, s := range visitor.Slots("document-handover", "riyadh", date, date) {
			if s.Start.Equal(servicetest.At(t, date+"T14:00")) {
				return s.Places
			}
		}
		return 0
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-24T10:00").Add(-time.Second))
	if got := offered("2026-11-24"); got != 0 {
		t.Errorf("a second before ten: %d places, want none of 2", got)
	}
	centre.Clock.Add(time.Second)
	if got := offered("2026-11-24"); got != 1 {
		t.Errorf("at ten: %d places, want 1 of 2", got)
	}
	if got := offered("2026-11-25"); got != 0 {
		t.Errorf("the next day at ten: %d places, want none of 2", got)
	}
	visitor.Books("document-handover", "riyadh", servicetest.At(t, "2026-11-24T14:00"))
	centre.Refused(centre.Visitor(2).TryHold("document-handover", "riyadh", servicetest.At(t, "2026-11-24T14:00")), http.StatusConflict,
		"slot-taken")
	centre.AuditClean()
}
