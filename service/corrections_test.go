package service_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/api"
	"ziyara/service/portal"
	"ziyara/service/servicetest"
)

// of returns a correction of the visitor's details.
func of(details map[string]any) map[string]any { return map[string]any{"visitor": details} }

// Noura's name was misspelt, and three will come. What she corrects is what the hall,
// the staff's list and her own page show; what she corrects twice happens once.
func TestVisitorCorrectsDetails(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, agent := centre.Visitor(1), centre.Agent()
	noura.Email = "nora@example.net"
	visit := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	body := map[string]any{
		"visitor": map[string]any{"name": "\u200fنورة\u00a0 العتيبي", "email": "noura@example.net"}, "party": 3,
	}
	corrected := noura.Corrects(visit, body)
	ends(t, corrected, api.AppointmentStatusBooked, "booked corrected")
	if corrected.Visitor != "نورة العتيبي" || corrected.Party != 3 || corrected.Version != 2 || !corrected.Start.Equal(visit.Start) {
		t.Errorf("corrected: %+v", corrected)
	}
	visit.ManageToken = corrected.ManageToken // another e-mail address has ended the one before
	if again := noura.Corrects(visit, body); again.Version != 2 || len(again.History) != 2 {
		t.Errorf("corrected again: %+v", again)
	}
	if same := noura.Corrects(visit, map[string]any{}); same.Version != 2 {
		t.Errorf("nothing corrected: %+v", same)
	}
	if got := agent.Lists("q=" + url.QueryEscape("العتيبي")); !slices.Equal(got, []string{visit.Reference}) {
		t.Errorf("staff find by the right name: %v", got)
	}
	if got := agent.Lists("q=" + url.QueryEscape("زائر")); len(got) != 0 {
		t.Errorf("staff still find by the wrong name: %v", got)
	}
	if s := agent.Sees(visit.Reference); s.Staff.Email != "noura@example.net" || s.History[1].Actor != "" || s.History[1].Reason != "" {
		t.Errorf("staff see %+v", s)
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-25T08:55"))
	hall := door{centre.Receptionist("riyadh"), t, centre}
	if in := hall.checksIn(visit); in.Visitor != "نورة العتيبي" || in.Party != 3 {
		t.Errorf("in the hall: %+v", in)
	}
	centre.AuditClean()
}

// An e-mail address is changed, and removed: later e-mails go to the one that is there
// when they are sent, and none to one that is not.
func TestAddressIsCorrected(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	old, noura := centre.Visitor(1), centre.Visitor(1)
	old.Email, noura.Email = "old@example.net", "noura@example.net"
	old.Proves()
	visit := old.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00")) // not told yet
	visit = noura.Corrects(visit, of(map[string]any{"email": "noura@example.net"}))
	if n, m := len(old.Mails()), len(noura.Mails()); n != 0 || m != 1 {
		t.Errorf("%d e-mails to the old address and %d to the new one, want 0 and 1", n, m)
	}
	noura.TryMove(visit, servicetest.At(t, "2026-11-26T10:30"))
	servicetest.Query[int](t, centre.DatabaseURL, `
		WITH copy AS (
			INSERT INTO messages (way, kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
			SELECT 'email', kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at
			FROM messages WHERE kind = 'moved'
			RETURNING id)
		SELECT count(*) FROM copy`) // the e-mail waits for its worker
	noura.Corrects(visit, of(map[string]any{"email": ""}))
	if got := len(noura.Mails()); got != 1 {
		t.Errorf("%d e-mails after the address was removed, want 1", got)
	}
	var failed api.MessageList
	centre.Agent().Gets("/v1/messages?state=failed").JSON(t, &failed)
	if len(failed.Messages) != 0 {
		t.Errorf("staff are told of %+v, which nobody wanted", failed.Messages)
	}
	centre.AuditClean()
}

// A new mobile: what was planned for the old one goes to the new one, and so does all
// that follows. The visit is found with the new one only.
func TestMobileOfAVisitIsSwitched(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	before, after := centre.Visitor(1), centre.Visitor(2)
	before.Proves()
	proof := after.Proves()
	told := len(before.Messages())
	visit := before.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T10:30")) // the message waits
	corrected := before.Corrects(visit, map[string]any{"verification": proof})
	if corrected.Mobile != "+9665•••••002" || corrected.Version != 2 {
		t.Errorf("corrected: %+v", corrected)
	}
	visit.ManageToken = corrected.ManageToken // another mobile has ended the one before
	if again := before.Corrects(visit, map[string]any{"verification": proof}); again.Version != 2 {
		t.Errorf("corrected again: %+v", again)
	}
	if got := after.Receives().Text; !strings.Contains(got, visit.Reference) {
		t.Errorf("the new mobile was told %q", got)
	}
	passDays(t, centre, "2026-11-26")
	reminders := reminded(t, centre, after)
	after.TryMove(visit, servicetest.At(t, "2026-11-26T12:00"))
	centre.Agent().Cancels(visit.Reference, "اتصل الزائر")
	if got := after.Receives().Text; !strings.Contains(got, "cancelled") || len(reminders) != 2 {
		t.Errorf("the new mobile was told %q at last, and reminded %v", got, reminders)
	}
	if got := before.Messages(); len(got) != told {
		t.Errorf("the old mobile was told %q", got[0].Text)
	}
	if list := mine(t, before); len(list.Coming)+len(list.Past) != 0 {
		t.Errorf("the old mobile has %+v", list)
	}
	if list := mine(t, after); len(list.Past) != 1 || list.Past[0].ManageToken != visit.ManageToken {
		t.Errorf("the new mobile has %+v", list)
	}
	if log := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM audit_log WHERE action = 'corrected'"); log != 0 {
		t.Errorf("%d entries in the log of the staff", log)
	}
	centre.AuditClean()
}

// Each visitor of a party takes a place: they are exchanged where the visit is, or the
// visitor is told where there are enough.
func TestPartyTakesItsPlaces(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	start := servicetest.At(t, "2026-11-24T07:30") // three of four places are for the public
	noura, sara, last := centre.Visitor(1), centre.Visitor(2), centre.Visitor(3)
	visit, other := noura.Books(iban, "riyadh", start), sara.Books(iban, "riyadh", start)
	if got := noura.Corrects(visit, map[string]any{"party": 2}); got.Party != 2 || !got.Start.Equal(start) {
		t.Errorf("for two: %+v", got)
	}
	taken := centre.Refused(sara.TryCorrect(other, map[string]any{"party": 2}), http.StatusConflict, "slot-taken")
	if len(taken.Alternatives) == 0 || taken.Alternatives[0].Start.Equal(start) {
		t.Errorf("alternatives %+v", taken.Alternatives)
	}
	if now := sara.Shows(other); now.Party != 1 || now.Version != 1 {
		t.Errorf("a correction that failed has changed %+v", now)
	}
	if answer := last.TryHold(iban, "riyadh", start); answer.Status != http.StatusConflict {
		t.Errorf("a third party got a place: %d", answer.Status)
	}
	centre.AuditClean()
	noura.Corrects(visit, map[string]any{"party": 1})
	if got := sara.Corrects(other, map[string]any{"party": 2}); got.Party != 2 {
		t.Errorf("for two at last: %+v", got)
	}
	limit := centre.Refused(sara.TryCorrect(other, map[string]any{"party": 3}), http.StatusUnprocessableEntity, "rule-party-limit")
	if limit.Rule != "party_limit" {
		t.Errorf("rule %q", limit.Rule)
	}
	centre.AuditClean()
}

// Until when what can be corrected, and of which visits.
func TestCorrectionsHaveDeadlines(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, hall := centre.Visitor(1), door{centre.Receptionist("riyadh"), t, centre}
	visit := noura.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T09:30"))
	name, two := of(map[string]any{"name": "نورة العتيبي"}), map[string]any{"party": 2}
	centre.Clock.Set(visit.MoveBefore)
	late := centre.Refused(noura.TryCorrect(visit, two), http.StatusUnprocessableEntity, "rule-party-cutoff")
	if late.Rule != "party_cutoff" || !strings.Contains(late.Detail, "19990") {
		t.Errorf("too late: %+v", late)
	}
	if got := noura.Corrects(visit, map[string]any{"party": 1, "visitor": name["visitor"]}); got.Visitor != "نورة العتيبي" {
		t.Errorf("another name, the same party: %+v", got)
	}
	if answer := hall.TryCorrect(visit.Reference, map[string]any{"party": 2, "reason": "حضرت مع أختها"}); answer.Status != http.StatusOK {
		t.Errorf("by staff: %d %s", answer.Status, answer.Body)
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:20"))
	hall.checksIn(visit)
	again := of(map[string]any{"name": "نورة"})
	centre.Refused(noura.TryCorrect(visit, again), http.StatusConflict, "in-the-hall")
	if got := noura.Corrects(visit, name); got.Visitor != "نورة العتيبي" { // that is her name already
		t.Errorf("corrected again: %+v", got)
	}
	other := centre.Visitor(2)
	missed := other.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T12:30"))
	centre.Clock.Set(missed.Start)
	centre.Refused(other.TryCorrect(missed, again), http.StatusConflict, "visit-started")
	third := centre.Visitor(3)
	gone := third.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-25T09:30"))
	cancels(t, third, gone)
	centre.Refused(third.TryCorrect(gone, again), http.StatusConflict, "not-booked")
	centre.Refused(third.TryCorrect(gone, of(map[string]any{"name": third.Name})), http.StatusConflict, "not-booked")
	centre.AuditClean()
}

// An agent corrects a number that was written down wrongly, after every deadline. The
// log says who and why, and has nothing of the visitor's.
func TestAgentCorrectsForCaller(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	caller, agent := centre.Visitor(1), centre.Agent()
	visit := agent.Books(caller, agent.Holds(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T09:30"), nil),
		map[string]any{"mobile": "0500000099"})
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	body := map[string]any{
		"mobile": "٠٥٠٠٠٠٠٠٠١", "visitor": map[string]any{"name": "سعد العتيبي", "email": "saad@example.net"}, "party": 2,
	}
	refused := centre.Refused(agent.TryCorrect(visit.Reference, body), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(refused); !slices.Equal(got, []string{"#/reason"}) {
		t.Errorf("without a reason: %v", got)
	}
	body["reason"] = "الرقم غير صحيح"
	var corrected api.Appointment
	agent.TryCorrect(visit.Reference, body).JSON(t, &corrected)
	if s := corrected.Staff; s == nil || s.Mobile != "+966500000001" || s.Email != "saad@example.net" || corrected.Party != 2 {
		t.Fatalf("corrected: %+v", corrected)
	}
	last := corrected.History[len(corrected.History)-1]
	if last.Event != "corrected" || last.Actor != agent.ID || last.Reason != "الرقم غير صحيح" {
		t.Errorf("history: %+v", corrected.History)
	}
	wantActs(t, centre, visit.Reference, "huda corrected: الرقم غير صحيح", "huda booked: ")
	row := servicetest.Query[string](t, centre.DatabaseURL, "SELECT to_jsonb(a)::text FROM audit_log a WHERE action = 'corrected'")
	for _, detail := range []string{"500000001", "سعد", "saad", "500000099", caller.ID} {
		if strings.Contains(row, detail) {
			t.Errorf("the log has %q: %s", detail, row)
		}
	}
	if got := caller.Receives().Text; !strings.Contains(got, visit.Reference) {
		t.Errorf("the caller is told %q", got)
	}
	for name, staff := range map[string]*servicetest.Staff{
		"another branch": centre.Receptionist("jeddah"), "another department": centre.Coordinator("care"), "a manager": centre.Manager(),
	} {
		if answer := staff.TryCorrect(visit.Reference, body); answer.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, answer.Status)
		}
	}
	centre.AuditClean()
}

// A visitor who waits for an earlier start keeps waiting, under the new mobile and with
// the new party: an offer that was made comes to the new mobile, and one for another
// number of places ends.
func TestCorrectionReachesTheWaitlist(t *testing.T) {
	t.Parallel()
	e := waitsForEarlier(t)
	other := e.centre.Visitor(3)
	proof := other.Proves()
	told := len(e.ahmed.Messages())
	cancels(t, e.noura, e.noon)
	e.centre.Job("offer freed places") // the message waits
	const queued = "SELECT count(*) FROM messages WHERE kind = 'offer' AND state = 'queued'"
	if n := servicetest.Query[int](t, e.centre.DatabaseURL, queued); n != 1 {
		t.Fatalf("%d offers wait to be sent, want 1", n)
	}
	e.ahmed.Corrects(e.visit, map[string]any{"verification": proof, "party": 2})
	if got := other.Receives().Text; !strings.Contains(got, e.starts[freed].Format("3:04 pm")) {
		t.Errorf("the new mobile is told %q", got)
	}
	if got := e.ahmed.Messages(); len(got) != told {
		t.Errorf("the old mobile is told %q", got[0].Text)
	}
	list := mine(t, other)
	if len(list.Waiting) != 1 || len(list.Coming) != 1 {
		t.Fatalf("the new mobile has %+v", list)
	}
	e.ticket.Token = list.Waiting[0].Token // the one before has ended
	moved := e.ahmed.AcceptsOffer(e.ticket)
	if moved.Party != 2 || !moved.Start.Equal(e.starts[freed]) {
		t.Errorf("accepted: %+v", moved)
	}
	e.centre.AuditClean()
}

func TestPartyEndsAnOfferOfAnEarlierStart(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	sara, last := centre.Visitor(2), centre.Visitor(3)
	noura := centre.Visitor(1)
	early := servicetest.At(t, "2026-11-24T07:30")
	full := []api.Appointment{
		sara.Books(iban, "riyadh", early), last.Books(iban, "riyadh", early), centre.Visitor(4).Books(iban, "riyadh", early),
	}
	visit := noura.Books(iban, "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	ticket := noura.WaitsEarlier(visit, map[string]any{"earliest": "07:30", "latest": "07:30"})
	cancels(t, sara, full[0])
	noura.IsOffered(ticket)
	noura.Corrects(visit, map[string]any{"party": 2})
	if entry := noura.Entry(ticket); entry.State != api.WaitlistStateWaiting || entry.Offer != nil || entry.Party != 2 {
		t.Errorf("the entry: %+v", entry)
	}
	centre.Refused(noura.TryAcceptOffer(ticket), http.StatusConflict, "no-offer")
	centre.AuditClean()
	if answer := sara.TryHold(iban, "riyadh", early); answer.Status != http.StatusCreated {
		t.Errorf("the place of the offer is not free: %d %s", answer.Status, answer.Body)
	}
	centre.AuditClean()
}

// A proposal waits for its answer while the name is corrected.
func TestCorrectionKeepsTheProposal(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)
	a, _ := requests(t, visitor)
	coordinator := centre.Coordinator(departmentOf(t, centre, meeting))
	answer := coordinator.Posts("/v1/appointments/"+a.Reference+"/propose", map[string]any{"start": servicetest.At(t, "2026-11-29T08:40")})
	if answer.Status != http.StatusOK {
		t.Fatalf("propose: %d %s", answer.Status, answer.Body)
	}
	corrected := visitor.Corrects(a, map[string]any{"party": 4, "visitor": map[string]any{"name": "جمعية الورثة"}})
	if corrected.Proposal == nil || corrected.Party != 4 || corrected.Status != api.AppointmentStatusRequested {
		t.Errorf("corrected: %+v", corrected)
	}
	var accepted api.Appointment
	visitor.TryAccept(a).JSON(t, &accepted)
	ends(t, accepted, api.AppointmentStatusBooked, "requested proposed corrected accepted")
	if accepted.Party != 4 {
		t.Errorf("accepted: %+v", accepted)
	}
	centre.AuditClean()
}

// What can't be corrected, and what only staff may say.
func TestCorrectionsRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, other := centre.Visitor(1), centre.Visitor(2)
	visit := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:00"))
	theirs := other.Books(heirs, "riyadh", servicetest.At(t, "2026-11-25T09:45"))
	for name, c := range map[string]struct {
		body    any
		pointer string
	}{
		"another identity":         {of(map[string]any{"id": other.ID}), "#/visitor/id"},
		"the same identity":        {of(map[string]any{"id": noura.ID}), "#/visitor/id"},
		"no identity":              {of(map[string]any{"id": ""}), "#/visitor/id"},
		"a mobile without proof":   {map[string]any{"mobile": "0500000009"}, "#/mobile"},
		"a reason":                 {map[string]any{"reason": "x"}, "#/reason"},
		"a name of one letter":     {of(map[string]any{"name": "ن"}), "#/visitor/name"},
		"a name of digits":         {of(map[string]any{"name": "12345"}), "#/visitor/name"},
		"a blank name":             {of(map[string]any{"name": "\u00a0\u200f\u3164"}), "#/visitor/name"},
		"null as a name":           {of(map[string]any{"name": nil}), "#/visitor/name"},
		"no address":               {of(map[string]any{"email": "noura@"}), "#/visitor/email"},
		"two addresses":            {of(map[string]any{"email": "a@b.sa, c@d.sa"}), "#/visitor/email"},
		"an address with a header": {of(map[string]any{"email": "a@b.sa\r\nBcc: c@d.sa"}), "#/visitor/email"},
		"a long address":           {of(map[string]any{"email": strings.Repeat("a", 250) + "@b.sa"}), "#/visitor/email"},
		"nobody":                   {map[string]any{"party": 0}, "#/party"},
		"a crowd":                  {map[string]any{"party": 51}, "#/party"},
		"half a visitor":           {map[string]any{"party": 1.5}, "#/party"},
		"a number as a text":       {map[string]any{"party": "2"}, "#/party"},
		"an empty proof":           {map[string]any{"verification": ""}, "#/verification"},
		"another start":            {map[string]any{"start": "2026-11-26T09:00:00+03:00"}, "#/start"},
		"another status":           {map[string]any{"status": "completed"}, "#/status"},
		"another key":              {of(map[string]any{"visitor_key": "x"}), "#/visitor/visitor_key"},
		"a text":                   {`"x"`, "#"},
		"a list":                   {`[]`, "#"},
	} {
		refused := centre.Refused(noura.TryCorrect(visit, c.body), http.StatusUnprocessableEntity, "invalid")
		if got := servicetest.Pointers(refused); !slices.Equal(got, []string{c.pointer}) {
			t.Errorf("%s: %v, want %s", name, got, c.pointer)
		}
	}
	two := centre.Refused(noura.TryCorrect(visit, of(map[string]any{"name": "1", "email": "x"})), http.StatusUnprocessableEntity, "invalid")
	if got := servicetest.Pointers(two); !slices.Equal(got, []string{"#/visitor/name"}) && len(got) != 2 {
		t.Errorf("two faults: %v", got)
	}
	identity := centre.Refused(noura.TryCorrect(visit, of(map[string]any{"id": other.ID})), http.StatusUnprocessableEntity, "invalid")
	if got := identity.Errors[0].Detail; !strings.Contains(got, "cancel the visit and book a new one") {
		t.Errorf("another identity: %q", got)
	}
	proof := other.Proves()
	centre.Refused(noura.TryCorrect(visit, map[string]any{"verification": proof + "A"}), http.StatusForbidden, "proof-invalid")
	centre.Refused(noura.TryCorrect(visit, map[string]any{"verification": theirs.ManageToken}), http.StatusForbidden, "proof-invalid")
	centre.Refused(noura.TryCorrect(visit, nil), http.StatusBadRequest, "malformed")
	centre.Refused(noura.TryCorrect(visit, `{`), http.StatusBadRequest, "malformed")
	foreign := visit
	foreign.ManageToken = theirs.ManageToken
	centre.Refused(noura.TryCorrect(foreign, map[string]any{"party": 2}), http.StatusNotFound, "not-found")
	foreign.ManageToken = ""
	centre.Refused(noura.TryCorrect(foreign, map[string]any{"party": 2}), http.StatusUnauthorized, "token-needed")
	foreign.ManageToken = proof
	centre.Refused(noura.TryCorrect(foreign, map[string]any{"party": 2}), http.StatusNotFound, "not-found")
	centre.Clock.Add(31 * time.Minute)
	centre.Refused(noura.TryCorrect(visit, map[string]any{"verification": proof}), http.StatusForbidden, "proof-expired")
	shown, err := json.Marshal(noura.Shows(visit))
	if err != nil || noura.Shows(visit).Version != 1 {
		t.Errorf("what was refused has changed %s", shown)
	}
	centre.AuditClean()
}

// Two visitors want one more place at once, and there is one: one of them gets it.
func TestPartiesAtOnce(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	start := servicetest.At(t, "2026-11-24T07:30") // three of four places are for the public
	visitors := []*servicetest.Visitor{centre.Visitor(1), centre.Visitor(2)}
	visits := make([]api.Appointment, len(visitors))
	for i, v := range visitors {
		visits[i] = v.Books(iban, "riyadh", start)
	}
	statuses := make([]int, 4*len(visitors))
	var all sync.WaitGroup
	for i := range statuses {
		v, a := *visitors[i%len(visitors)], visits[i%len(visitors)]
		v.Replica = i / len(visitors) % 2
		all.Go(func() { statuses[i] = v.TryCorrect(a, map[string]any{"party": 2}).Status })
	}
	all.Wait()
	parties := 0
	for i, v := range visitors {
		a := v.Shows(visits[i])
		parties += a.Party
		if a.Version != a.Party { // corrected once, however often it was asked for
			t.Errorf("%d visitors at version %d", a.Party, a.Version)
		}
	}
	if parties != 3 {
		t.Errorf("%d places taken of 3; answers %v", parties, statuses)
	}
	centre.AuditClean()
}

// A coordinator prepares a closure, with another time for Noura alone; then she says
// that two will come. What she is offered has a place for both.
func TestPartyChangesBeforeAClosure(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor, coordinator := centre.Visitor(1), centre.Coordinator("revenues")
	visit := visitor.Books(iban, "riyadh", servicetest.At(t, "2026-11-24T12:00"))
	tag := version(coordinator, "riyadh-returns")
	draft := asks(t, coordinator, returns+"/changes?dry_run=true", tag, map[string]any{
		"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance"),
	}, http.StatusCreated)
	visitor.Corrects(visit, map[string]any{"party": 2})
	centre.AuditClean()
	asks(t, coordinator, returns+"/changes", tag, map[string]any{"draft": draft.ID}, http.StatusCreated)
	centre.Jobs()
	if shown := visitor.Shows(visit); shown.Proposal == nil || shown.Party != 2 {
		t.Fatalf("displaced: %+v", shown)
	}
	centre.Refused(visitor.TryCorrect(visit, map[string]any{"party": 1}), http.StatusConflict, "time-not-settled")
	if named := visitor.Corrects(visit, of(map[string]any{"name": "نورة العتيبي"})); named.Proposal == nil {
		t.Errorf("another name has ended the proposal: %+v", named)
	}
	var accepted api.Appointment
	visitor.TryAccept(visit).JSON(t, &accepted)
	places := servicetest.Query[int](t, centre.DatabaseURL, "SELECT places FROM appointments WHERE reference = $1", string(ref(t, visit)))
	if accepted.Status != api.AppointmentStatusBooked || accepted.Party != 2 || places != 2 {
		t.Errorf("accepted: %+v with %d places", accepted, places)
	}
	centre.AuditClean()
	if n := servicetest.Query[int](t, centre.DatabaseURL, "SELECT count(*) FROM appointments WHERE status = 'held'"); n != 0 {
		t.Errorf("%d holds are left", n)
	}
}

// A visitor corrects the name, the e-mail address and the party with the link of a
// message, which shows neither name nor address; what is left empty stays.
func TestLinkCorrectsDetails(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	says(t, l.looks(""), "تصحيح بيانات الموعد")
	page := l.looks("/details")
	says(t, page, "الاسم الصحيح", "عدد الزوار", "رقم الهوية لا يُصحَّح")
	if strings.Contains(page, l.Name) {
		t.Error("the form gives the name away")
	}
	wrong := l.presses("/details", url.Values{"name": {"7"}, "email": {"nobody"}, "party": {"2"}})
	if wrong.Status != http.StatusUnprocessableEntity {
		t.Fatalf("wrong details: %d", wrong.Status)
	}
	says(t, string(wrong.Body), "نرجو تصحيح ما يلي", "نرجو كتابة بريد إلكتروني صحيح", `value="nobody"`)
	says(t, l.follows("/details", url.Values{"name": {"نورة بنت صالح السبيعي"}, "party": {"3"}}), "تم تصحيح بيانات موعدكم", "3 زوار")
	if got := l.Shows(l.visit); got.Visitor != "نورة بنت صالح السبيعي" || got.Party != 3 {
		t.Errorf("corrected to %q, party of %d", got.Visitor, got.Party)
	}
	l.presses("/details", url.Values{"party": {"3"}})
	if got := l.Shows(l.visit); got.Visitor != "نورة بنت صالح السبيعي" {
		t.Errorf("an empty field changed the name to %q", got.Visitor)
	}
	l.centre.AuditClean()
}

// A new mobile takes the place of the old one once a code has come to it, together with
// what else was typed; until then nothing changes. The old one is told nothing.
func TestLinkCorrectsMobile(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	after := l.centre.Visitor(2)
	told := len(l.Messages())
	w := newWalker(t, l.centre)
	w.goes(l.path+"/details").says(http.StatusOK, "رقم الجوال الجديد").lacks("رمز التحقق من ستة أرقام")
	form := url.Values{"name": {"نورة بنت صالح السبيعي"}, "mobile": {"050000000"}, "party": {"2"}}
	w.sends(w.action("mobile"), form).says(http.StatusUnprocessableEntity, "يتكون الرقم الذي كتبتموه من 9 أرقام")
	form.Set("mobile", after.Mobile)
	w.sends(w.action("mobile"), form).says(http.StatusOK, "لم يتغير شيء بعد", "05•••••002")
	if !strings.Contains(w.page, `value="نورة بنت صالح السبيعي"`) || !strings.Contains(w.page, `value="`+after.Mobile+`"`) {
		t.Errorf("what was typed is gone: %s", w.page)
	}
	if got := l.Shows(l.visit); got.Version != 1 {
		t.Errorf("corrected before the code came: %+v", got)
	}
	typed := url.Values{"name": form["name"], "mobile": form["mobile"]}
	w.switches(form).says(http.StatusOK, "Nothing has changed yet", "Verification code").has(typed)
	w.switches(form).says(http.StatusOK, "لم يتغير شيء بعد").has(typed)
	l.centre.Jobs()
	right := code(after)
	form.Set("code", map[bool]string{true: "000001", false: "000000"}[right == "000000"])
	w.sends(w.action("code"), form).says(http.StatusUnprocessableEntity, "الرمز غير صحيح")
	form.Set("code", right)
	w.sends(w.action("code"), form).says(http.StatusOK, "تم تصحيح بيانات موعدكم", "زائران")
	l.centre.Pass(2 * time.Minute) // until another code can be sent
	if got := mine(t, after).Coming[0]; got.Mobile != "+9665•••••002" || got.Visitor != "نورة بنت صالح السبيعي" {
		t.Errorf("corrected: %+v", got)
	}
	l.centre.Jobs()
	if got := l.Messages(); len(got) != told {
		t.Errorf("the old mobile was told %q", got[0].Text)
	}
	l.centre.AuditClean()
}

// A mobile with as many visits as allowed takes no visit by a correction either.
func TestLinkCorrectsNoFullMobile(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "en", func(c *service.Config) { c.VisitsPerMobile = 1 })
	full := l.centre.Visitor(2)
	full.Books(heirs, "riyadh", servicetest.At(t, "2026-11-26T09:00"))
	l.centre.Pass(2 * time.Minute) // until another code can be sent
	w := newWalker(t, l.centre)
	w.goes(l.path + "/details?lang=en")
	form := url.Values{"mobile": {full.Mobile}}
	w.sends(w.action("mobile"), form).says(http.StatusOK, "Nothing has changed yet")
	l.centre.Jobs()
	form.Set("code", code(full))
	w.sends(w.action("code"), form).says(http.StatusConflict, "No more visits can be booked with this mobile number")
	if got := l.Shows(l.visit); got.Mobile != "+9665•••••001" {
		t.Errorf("corrected: %+v", got)
	}
	l.centre.AuditClean()
}

// A code counts for the number that it was sent to only; another one is sent in time.
func TestLinkCorrectsMobileByItsOwnCode(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "en")
	second, third := l.centre.Visitor(2), l.centre.Visitor(3)
	w := newWalker(t, l.centre)
	w.goes(l.path + "/details?lang=en")
	form := url.Values{"mobile": {second.Mobile}}
	for range 2 { // taps
		w.sends(w.action("mobile"), form).says(http.StatusOK, "Nothing has changed yet")
	}
	again := l.path + "/details/code"
	if !strings.Contains(w.page, `formaction="`+again+`"`) {
		t.Errorf("no way to another code in %s", w.page)
	}
	w.sends(again, form).says(http.StatusTooManyRequests, "a moment ago", "05•••••002")
	l.centre.Jobs()
	form.Set("code", code(second))
	form.Set("mobile", third.Mobile)
	w.sends(w.action("code"), form).says(http.StatusOK, "Nothing has changed yet", "05•••••003")
	w.sends(w.action("code"), form).says(http.StatusUnprocessableEntity, "That code is not right")
	if got := l.Shows(l.visit); got.Version != 1 {
		t.Errorf("corrected by the code of another number: %+v", got)
	}
	l.centre.Pass(time.Minute + time.Second)
	w.sends(again, form).says(http.StatusOK, "05•••••003")
	l.centre.Jobs()
	form.Set("code", code(third))
	w.sends(w.action("code"), form).says(http.StatusOK, "corrected")
	now := w.at.Path
	w.goes(again).says(http.StatusGone, "This link has been ended") // another mobile has it now
	w.goes(now+"/details/code").says(http.StatusOK, "New mobile number")
	l.centre.Pass(2 * time.Minute) // until another code can be sent
	if got := mine(t, third).Coming[0]; got.Mobile != "+9665•••••003" {
		t.Errorf("corrected: %+v", got)
	}
	l.centre.AuditClean()
}

// A link for one action alone corrects nothing, and does not offer it.
func TestOtherLinksCorrectNothing(t *testing.T) {
	t.Parallel()
	l := linkedVisit(t, "ar")
	l.path = linkTo(t, l.visit, portal.Confirm)
	if strings.Contains(l.looks(""), "/details") {
		t.Error("the page offers to correct details")
	}
	if answer := l.presses("/details", url.Values{"name": {"سالم العتيبي"}}); answer.Status != http.StatusNotFound {
		t.Errorf("corrected with a link to confirm: %d", answer.Status)
	}
}
