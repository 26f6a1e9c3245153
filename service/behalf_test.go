package service_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// No smartphone: somebody calls 19990. The agent finds the first free time,
// books with the number that the caller says, and reads the reference aloud;
// the SMS comes all the same. When plans change after the cut-off, another call
// will do.
func TestSomebodyWithoutSmartphoneCalls(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	caller, agent := centre.Visitor(1), centre.Agent()
	var first api.FirstSlots
	agent.Gets("/v1/services/annual-returns/first").JSON(t, &first)
	if first.First == nil {
		t.Fatal("nothing is free")
	}
	start := first.First.Slot.Start
	hold := agent.Holds("annual-returns", first.First.Branch, start, nil)
	booked := agent.Books(caller, hold, map[string]any{"mobile": "٠٥٠٠٠٠٠٠٠١", "lang": "ar"})
	if booked.Status != api.AppointmentStatusBooked || booked.ManageToken != "" || booked.Staff == nil {
		t.Fatalf("booked: %+v", booked)
	}
	spoken := booked.Staff.Spoken
	if !strings.HasPrefix(spoken, "starts with V for visit — ") || len(strings.Fields(spoken)) != 17 {
		t.Errorf("spoken as %q", spoken)
	}
	if got := caller.Receives().Text; !strings.Contains(got, booked.Reference) || !strings.Contains(got, "موعدك") {
		t.Errorf("the caller is told %q", got)
	}
	visit := agent.Sees(booked.Reference)
	if s := visit.Staff; s.Channel != "agent" || s.Mobile != "+966500000001" || s.ID != "••••••"+caller.ID[6:] || s.Lang != "ar" {
		t.Errorf("staff see %+v", s)
	}
	if visit.Mobile != "+9665•••••001" || visit.History[0].Actor != agent.ID {
		t.Errorf("mobile %s, booked by %q", visit.Mobile, visit.History[0].Actor)
	}

	centre.Clock.Set(start.Add(-30 * time.Minute)) // cancel_before and move_before are over
	centre.Refused(agent.TryMove(visit.Reference, start.Add(2*time.Hour), " "), http.StatusUnprocessableEntity, "invalid")
	later := agent.Slots("annual-returns", first.First.Branch, "2026-11-23")
	moved := agent.Moves(visit.Reference, later[0].Start, "ظرف صحي")
	if got := caller.Receives().Text; !strings.Contains(got, "تم تعديل موعدكم") {
		t.Errorf("the caller is told %q", got)
	}
	centre.Clock.Set(moved.Start.Add(-time.Minute))
	cancelled := agent.Cancels(visit.Reference, "لن يتمكن من الحضور")
	if got := eventsOf(cancelled); got != "booked moved cancelled" || cancelled.History[1].Reason != "ظرف صحي" ||
		cancelled.History[2].Actor != agent.ID {
		t.Errorf("history %+v", cancelled.History)
	}
	if got := caller.Receives().Text; !strings.HasPrefix(got, "تم إلغاء موعدكم") {
		t.Errorf("the caller is told %q", got)
	}
	wantActs(t, centre, visit.Reference, "huda cancelled: لن يتمكن من الحضور", "huda moved: ظرف صحي", "huda booked: ")
	centre.AuditClean()
}

// No mobile at all: reception books who stands in front of the desk, and no
// message is ever queued, whatever becomes of the visit. An agent who hears a
// caller asks for a number.
func TestSomebodyWithoutMobileAtTheDesk(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, desk := centre.Visitor(1), centre.Receptionist("riyadh")
	without := map[string]any{"mobile": nil}
	start := servicetest.At(t, "2026-11-29T09:30")

	agents := centre.Agent().Holds("annual-returns", "riyadh", start, nil)
	refused := centre.Refused(centre.Agent().TryBook(visitor, agents, without), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(refused); !slices.Equal(got, []string{"#/mobile"}) {
		t.Errorf("an agent without a number: %v", got)
	}

	booked := desk.Books(visitor, desk.Holds("annual-returns", "riyadh", start, nil), without)
	if booked.Mobile != "" || booked.Staff.Mobile != "" || booked.Staff.Spoken == "" {
		t.Errorf("booked: %+v, staff see %+v", booked, booked.Staff)
	}
	for at := centre.Clock.Now(); at.Before(start.Add(-time.Hour)); at = at.Add(12 * time.Hour) {
		centre.Pass(12 * time.Hour) // past all reminders
	}
	desk.Moves(booked.Reference, servicetest.At(t, "2026-11-30T10:10"), "طلب الزائر")
	centre.Pass(time.Hour)
	desk.Cancels(booked.Reference, "طلب الزائر")
	centre.Pass(time.Hour)
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM messages"); n != 0 {
		t.Errorf("%d messages to nobody", n)
	}
	if got := desk.Lists("q=" + visitor.ID); !slices.Equal(got, []string{booked.Reference}) {
		t.Errorf("by identity number: %v, want %s", got, booked.Reference)
	}
	centre.AuditClean()
}

// A representative books by phone for a principal. The power of attorney has to
// be valid on the day of the visit, and nobody represents themselves.
func TestRepresentativeOnThePhone(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	principal, agent := centre.Visitor(1), centre.Agent()
	start := servicetest.At(t, "2026-11-29T07:30")
	hold := agent.Holds("heirs-returns", "riyadh", start, nil)
	by := func(id, expires string) map[string]any {
		return map[string]any{"representative": map[string]any{"name": "سعد العتيبي", "id": id, "wakala": "٤٤١٢٣٤٥٦٧", "wakala_expires": expires}}
	}
	for name, c := range map[string]struct {
		with    map[string]any
		pointer string
	}{
		"over the day before":  {by(servicetest.NationalID(2), "2026-11-28"), "#/representative/wakala_expires"},
		"the principal":        {by(principal.ID, "2027-06-30"), "#/representative/id"},
		"not an identity":      {by("1000000001", "2027-06-30"), "#/representative/id"},
		"not a date in a year": {by(servicetest.NationalID(2), "2027-02-30"), "#/representative/wakala_expires"},
	} {
		refused := centre.Refused(agent.TryBook(principal, hold, c.with), http.StatusUnprocessableEntity, "invalid")
		if got := servicetest.Pointers(refused); !slices.Equal(got, []string{c.pointer}) {
			t.Errorf("%s: %v, want %s", name, got, c.pointer)
		}
	}
	booked := agent.Books(principal, hold, by(servicetest.NationalID(2), "2026-11-29"))
	r := booked.Staff.Representative
	if r == nil || r.Name != "سعد العتيبي" || r.Wakala != "441234567" || r.WakalaExpires != "2026-11-29" ||
		!strings.HasPrefix(r.ID, "••••••") {
		t.Errorf("staff see %+v", r)
	}
	// The day moves with the visit, and the power of attorney does not.
	refused := centre.Refused(agent.TryMove(booked.Reference, servicetest.At(t, "2026-11-30T07:30"), "طلب الوكيل"),
		http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(refused); !slices.Equal(got, []string{"#/representative/wakala_expires"}) {
		t.Errorf("moved beyond it: %v", got)
	}
	if got := centre.Receptionist("riyadh").Lists("q=" + servicetest.NationalID(2)); !slices.Equal(got, []string{booked.Reference}) {
		t.Errorf("by the representative's number: %v", got)
	}
	centre.AuditClean()
}

// A group is one booking with one host: it takes one place of a meeting, and a
// place for each where everybody is served; more than the service receives is
// refused before anything is held.
func TestGroupOnThePhone(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	host, agent := centre.Visitor(1), centre.Agent()
	start := servicetest.At(t, "2026-11-26T07:30")
	tooMany := centre.Refused(agent.TryHold(meeting, "riyadh", start, map[string]any{"party": 11}), http.StatusUnprocessableEntity,
		"rule-party-limit")
	if tooMany.Rule != "party_limit" {
		t.Errorf("rule %q", tooMany.Rule)
	}
	asked := agent.Books(host, agent.Holds(meeting, "riyadh", start, map[string]any{"party": 10}), nil)
	if asked.Party != 10 || asked.Status != api.AppointmentStatusRequested || asked.Visitor != host.Name {
		t.Errorf("asked: %+v", asked)
	}
	other := agent.Books(centre.Visitor(2), agent.Holds(meeting, "riyadh", start, map[string]any{"party": 2}), nil)
	centre.Refused(agent.TryHold(meeting, "riyadh", start, nil), http.StatusConflict, "slot-taken")

	two := servicetest.At(t, "2026-11-24T07:30")
	for i := range 2 { // four places, two each
		agent.Books(centre.Visitor(3+i), agent.Holds("iban-update", "riyadh", two, map[string]any{"party": 2}), nil)
	}
	centre.Refused(agent.TryHold("iban-update", "riyadh", two, nil), http.StatusConflict, "slot-taken")

	coordinator := centre.Coordinator(departmentOf(t, centre, meeting))
	var booked api.Appointment
	coordinator.Posts("/v1/appointments/"+asked.Reference+"/approve", nil).JSON(t, &booked)
	ends(t, booked, api.AppointmentStatusBooked, "requested approved")
	coordinator.Cancels(other.Reference, "القاعة لوفد واحد") // a request, too
	wantActs(t, centre, asked.Reference, "noura approved: ", "huda requested: ")
	centre.AuditClean()
}

// A declared need makes the visit longer from the start, or it is refused with
// what to do; what the service does not know is named.
func TestDeclaredNeedOnThePhone(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, agent := centre.Visitor(1), centre.Agent()
	start := servicetest.At(t, "2026-11-29T07:30")
	needs := func(slugs ...string) map[string]any { return map[string]any{"needs": slugs} }
	unknown := centre.Refused(agent.TryHold("heirs-returns", "riyadh", start, needs("wheelchair", "valet")), http.StatusUnprocessableEntity,
		"invalid")
	if got := servicetest.Pointers(unknown); !slices.Equal(got, []string{"#/needs/1"}) {
		t.Errorf("an unknown need: %v", got)
	}
	short := agent.Holds("heirs-returns", "riyadh", start, nil)
	late := centre.Refused(agent.TryBook(visitor, short, needs("sign_language")), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(late); !slices.Equal(got, []string{"#/needs/0"}) {
		t.Errorf("a need that comes late: %v", got)
	}
	long := agent.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-30T07:30"), needs("sign_language"))
	booked := agent.Books(visitor, long, needs("wheelchair"))
	if booked.End.Sub(booked.Start) != time.Hour || !slices.Equal(booked.Needs, []string{"sign_language", "wheelchair"}) {
		t.Errorf("until %v for %v", booked.End, booked.Needs)
	}
	moved := agent.Moves(booked.Reference, servicetest.At(t, "2026-12-01T07:30"), "طلب الزائر")
	if moved.End.Sub(moved.Start) != time.Hour {
		t.Errorf("after the move until %v", moved.End)
	}
	centre.AuditClean()
}

// The protected quota: an urgent case gets a place that neither visitors nor
// agents could fill, from the department's own coordinator, who says why. It is
// a place that was kept; when that is gone nobody is bumped for it.
func TestProtectedQuotaBumpsNobody(t *testing.T) {
	t.Parallel()
	const etimad = "etimad-registration" // keeps one place of each moment from agents
	centre := servicetest.Open(t, 1)
	coordinator, agent := centre.Coordinator("payments"), centre.Agent()
	start := servicetest.At(t, "2026-11-24T07:30")
	protected := map[string]any{"channel": "protected"}

	var visits []api.Appointment
	n := 0
	for {
		n++
		answer := agent.TryHold(etimad, "riyadh", start, nil)
		if answer.Status == http.StatusConflict {
			break
		}
		var hold api.Hold
		answer.JSON(t, &hold)
		visits = append(visits, agent.Books(centre.Visitor(n), hold, nil))
	}
	if len(visits) == 0 {
		t.Fatal("agents fill no place")
	}
	centre.Refused(centre.Visitor(50).TryHold(etimad, "riyadh", start), http.StatusConflict, "slot-taken")
	for name, staff := range map[string]*servicetest.Staff{"an agent": agent, "reception": centre.Receptionist("riyadh")} {
		if answer := staff.TryHold(etimad, "riyadh", start, protected); answer.Status != http.StatusForbidden {
			t.Errorf("%s holds what is protected: %d", name, answer.Status)
		}
	}
	centre.Refused(centre.Coordinator("revenues").TryHold(etimad, "riyadh", start, protected), http.StatusForbidden, "forbidden")

	hold := coordinator.Holds(etimad, "riyadh", start, protected)
	urgent := centre.Visitor(51)
	centre.Refused(coordinator.TryBook(urgent, hold, nil), http.StatusUnprocessableEntity, "reason-needed")
	centre.Refused(agent.TryBook(urgent, hold, map[string]any{"reason": "عاجل"}), http.StatusForbidden, "channel-not-yours")
	booked := coordinator.Books(urgent, hold, map[string]any{"reason": "جلسة غسيل كلى في العاشرة"})
	centre.Refused(coordinator.TryHold(etimad, "riyadh", start, protected), http.StatusConflict, "slot-taken")
	for _, v := range visits {
		if now := agent.Sees(v.Reference); now.Status != api.AppointmentStatusBooked || !now.Start.Equal(start) || now.Version != 1 {
			t.Errorf("%s was bumped: %+v", v.Reference, now)
		}
	}
	wantActs(t, centre, booked.Reference, "noura booked: جلسة غسيل كلى في العاشرة")
	centre.AuditClean()
}

// One active booking per person and service, whichever way it comes in; and no
// two visits of one person at one time. A person is the number with the mobile.
func TestDuplicatesOverOtherChannels(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	agent, desk := centre.Agent(), centre.Receptionist("riyadh")
	first, second := servicetest.At(t, "2026-11-24T09:30"), servicetest.At(t, "2026-11-25T09:30")

	online := centre.Visitor(1)
	visit := online.Books("annual-returns", "riyadh", first)
	hold := agent.Holds("annual-returns", "riyadh", second, nil)
	centre.Refused(agent.TryBook(online, hold, nil), http.StatusConflict, "person-limit")
	centre.Refused(desk.TryBook(online, desk.Holds("iban-update", "riyadh", first, nil), nil), http.StatusConflict,
		"person-busy")

	caller := centre.Visitor(2)
	agent.Books(caller, hold, nil)
	caller.Messages() // before the code comes
	centre.Refused(caller.TryBook(caller.Holds("annual-returns", "riyadh", first)), http.StatusConflict, "person-limit")

	// Given up by a call, it no longer stands against another one.
	agent.Cancels(visit.Reference, "طلب الزائر")
	agent.Books(online, agent.Holds("annual-returns", "riyadh", second, nil), nil)
	centre.AuditClean()
}

// Whoever gave up too often is told to call 19990, and the call helps: an agent
// books with a reason, and only with one.
func TestPauseIsPassedOverByReason(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, agent := centre.Visitor(1), centre.Agent()
	start := servicetest.At(t, "2026-11-25T09:30")
	for range 3 {
		cancels(t, visitor, visitor.Books("annual-returns", "riyadh", start))
	}
	centre.Refused(visitor.TryBook(visitor.Holds("annual-returns", "riyadh", start)), http.StatusTooManyRequests, "rebooking-pause")
	hold := agent.Holds("annual-returns", "riyadh", start, nil)
	centre.Refused(agent.TryBook(visitor, hold, nil), http.StatusTooManyRequests, "rebooking-pause")
	booked := agent.Books(visitor, hold, map[string]any{"reason": "تغيّر موعد المستشفى"})
	wantActs(t, centre, booked.Reference, "huda booked: تغيّر موعد المستشفى")
	centre.AuditClean()
}

// What staff do goes past cut-offs, never past the capacity, and never past the
// beginning of the visit.
func TestStaffMovesKeepTheCapacity(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor, desk := centre.Visitor(1), centre.Receptionist("riyadh")
	visit := visitor.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T09:30"))
	full := servicetest.At(t, "2026-11-24T10:30")
	for n := 2; n <= 5; n++ { // all four places, the one kept for agents too
		desk.Books(centre.Visitor(n), desk.Holds("annual-returns", "riyadh", full, nil), nil)
	}
	taken := centre.Refused(desk.TryMove(visit.Reference, full, "طلب الزائر"), http.StatusConflict, "slot-taken")
	if len(taken.Alternatives) == 0 {
		t.Error("no alternatives")
	}
	if now := visitor.Shows(visit); !now.Start.Equal(visit.Start) || now.Version != 1 {
		t.Errorf("a move that failed has changed %+v", now)
	}
	centre.Refused(centre.Receptionist("jeddah").TryMove(visit.Reference, full, "x"), http.StatusForbidden, "forbidden")
	centre.Refused(desk.TryMove("V-7K3F-9Q2M-R", full, "x"), http.StatusNotFound, "not-found")
	centre.Clock.Set(visit.Start)
	centre.Refused(desk.TryMove(visit.Reference, full.AddDate(0, 0, 1), "تأخر"), http.StatusConflict, "visit-started")
	path := "/v1/appointments/" + visit.Reference + "/cancel-on-behalf"
	centre.Refused(desk.Posts(path, map[string]any{"reason": "تأخر"}), http.StatusConflict, "visit-started")
	centre.AuditClean()
}

// What is the staff's is refused to visitors, what is another's to staff, and a
// token that is over books nothing as if it were a visitor's.
func TestWhoMayBookOverWhatChannel(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, agent := centre.Visitor(1), centre.Agent()
	start := servicetest.At(t, "2026-11-24T09:30")
	over := func(channel string) map[string]any { return map[string]any{"channel": channel} }
	send := func(token, path string, body any) servicetest.Answer {
		header := map[string]string{}
		if token != "" {
			header["Authorization"] = "Bearer " + token
		}
		return centre.Send(servicetest.Request{Method: http.MethodPost, Path: path, Body: body, Header: header})
	}
	body := map[string]any{"service": "annual-returns", "branch": "riyadh", "start": start}
	centre.Refused(send("over", "/v1/holds", body), http.StatusUnauthorized, "sign-in-needed")
	body["channel"] = "agent"
	centre.Refused(send("", "/v1/holds", body), http.StatusForbidden, "channel-not-allowed")
	centre.Refused(agent.TryHold("annual-returns", "riyadh", start, over("public")), http.StatusForbidden, "channel-not-yours")
	centre.Refused(agent.TryHold("annual-returns", "riyadh", start, over("walk_in")), http.StatusForbidden, "channel-not-yours")
	centre.Refused(agent.TryHold("annual", "riyadh", start, nil), http.StatusNotFound, "unknown-service")
	centre.Refused(centre.Manager().TryHold("annual-returns", "riyadh", start, nil), http.StatusForbidden, "forbidden")
	search := "/v1/services/annual-returns/slots?branch=riyadh&channel="
	centre.Refused(centre.Get(search+"agent"), http.StatusForbidden, "channel-not-allowed")
	centre.Refused(centre.Send(servicetest.Request{
		Method: http.MethodGet, Path: search + "agent", Header: map[string]string{"Authorization": "Bearer over"},
	}), http.StatusUnauthorized, "sign-in-needed")

	own := visitor.Holds("annual-returns", "riyadh", start)
	centre.Refused(agent.TryBook(visitor, own, nil), http.StatusConflict, "hold-of-visitor")
	for field, value := range map[string]any{"mobile": visitor.Mobile, "reason": "عاجل", "verification": nil} {
		booking := visitor.BookingBody(own)
		if booking[field] = value; value == nil {
			delete(booking, field)
		}
		p := centre.Refused(send("", "/v1/appointments", booking), http.StatusUnprocessableEntity, "invalid")
		if got := servicetest.Pointers(p); !slices.Equal(got, []string{"#/" + field}) {
			t.Errorf("%s: %v", field, got)
		}
	}
	centre.Refused(send("over", "/v1/appointments", visitor.BookingBody(own)), http.StatusUnauthorized, "sign-in-needed")
	hold := agent.Holds("annual-returns", "riyadh", start, nil)
	wrong := centre.Refused(agent.TryBook(visitor, hold, map[string]any{"mobile": "011 456 7890"}), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(wrong); !slices.Equal(got, []string{"#/mobile"}) {
		t.Errorf("a landline: %v", got)
	}
	centre.AuditClean()
}

// An agent whose line breaks sends the booking again, and another agent with
// the same key does not get the answer.
func TestStaffRepeatABooking(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	visitor, agent := centre.Visitor(1), centre.Agent()
	hold := agent.Holds("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T09:30"), nil)
	request := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: map[string]string{"Idempotency-Key": "call-4711-of-sunday"},
		Body: map[string]any{
			"hold": hold.ID, "hold_token": hold.Token, "mobile": visitor.Mobile,
			"visitor": map[string]any{"name": visitor.Name, "id": visitor.ID}, "documents_acknowledged": true,
		},
	}
	first := agent.Sends(request)
	request.Replica = 1
	again := agent.Sends(request)
	if first.Status != http.StatusCreated || string(first.Body) != string(again.Body) {
		t.Errorf("first %d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	centre.Refused(centre.Admin().Sends(request), http.StatusUnprocessableEntity, "key-reused")
	if visitor.Receives(); len(visitor.Messages()) != 1 {
		t.Errorf("%d messages", len(visitor.Messages()))
	}
	centre.AuditClean()
}

// A call centre has one address: what it may ask for in a minute, and how many
// holds it has at once, counts for each agent and not for all of them.
func TestCallCentreHasOneAddress(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, limited("change-staff=3/1m"), func(c *service.Config) { c.HoldsPerAddress = 1 })
	start := servicetest.At(t, "2026-11-24T09:30")
	for _, agent := range []*servicetest.Staff{centre.Agent(), centre.Admin()} {
		for range 3 {
			agent.Holds("bank-guarantee", "riyadh", start, nil)
			start = start.Add(20 * time.Minute)
		}
		centre.Refused(agent.TryHold("bank-guarantee", "riyadh", start, nil), http.StatusTooManyRequests, "too-many-requests")
	}
	visitor := centre.Visitor(1)
	visitor.Holds("bank-guarantee", "riyadh", start)
	centre.Refused(visitor.TryHold("bank-guarantee", "riyadh", start), http.StatusTooManyRequests, "too-many-holds")
	centre.AuditClean()
}

// Who serves visitors sees how to reach them; a manager, who does not, sees no
// more of it than anybody.
func TestStaffSeeWhatTheyNeed(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visit := centre.Visitor(1).Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-24T09:30"))
	for _, c := range []struct {
		staff  *servicetest.Staff
		mobile string
	}{
		{centre.Agent(), "+966500000001"},
		{centre.Receptionist("riyadh"), "+966500000001"},
		{centre.Coordinator("revenues"), "+966500000001"},
		{centre.Admin(), "+966500000001"},
		{centre.Manager(), ""},
	} {
		a := c.staff.Sees(visit.Reference)
		if a.Staff.Mobile != c.mobile || a.Mobile != "+9665•••••001" || a.Staff.ID != "••••••"+servicetest.NationalID(1)[6:] ||
			a.ManageToken != "" {
			t.Errorf("%s sees %+v", c.staff.ID, a.Staff)
		}
	}
}

// wantActs fails the test unless the audit log has these acts about a visit,
// the newest first, each as "actor action: reason".
func wantActs(t *testing.T, centre *servicetest.Centre, reference string, want ...string) {
	t.Helper()
	var log api.ActList
	centre.Admin().Gets("/v1/audit?subject="+url.QueryEscape("appointment "+reference)).JSON(t, &log)
	var got []string
	for _, a := range log.Acts {
		got = append(got, a.Actor+" "+a.Action+": "+a.Reason)
	}
	if !slices.Equal(got, want) {
		t.Errorf("acts %q, want %q", got, want)
	}
}
