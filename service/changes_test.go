package service_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/service/api"
	"ziyara/service/servicetest"
	"ziyara/slots"
)

// booked is somebody with a visit, a phone, and the link in its newest message.
type booked struct {
	centre *servicetest.Centre
	t      *testing.T
	slots.Appointment
}

// books books visits for the visitors from the n-th on, one for each start.
func books(t *testing.T, centre *servicetest.Centre, n int, service, branch string, starts ...time.Time) []booked {
	t.Helper()
	booker := centre.Replicas[0].Booker()
	visits := make([]booked, len(starts))
	for i, start := range starts {
		v := centre.Visitor(n + i)
		mobile, err := notify.ParseMobile(v.Mobile)
		if err != nil {
			t.Fatal(err)
		}
		hold, err := booker.Hold(t.Context(),
			slots.HoldRequest{Service: service, Branch: branch, Start: start, Party: 1, Channel: catalog.Public}, nil, centre.Clock.Now())
		if err != nil {
			t.Fatalf("hold %v: %v", start, err)
		}
		a, err := booker.Book(t.Context(), hold.ID, slots.Booking{
			Reference: slots.NewReference(
				[5]byte{byte(n >> 8), byte(n), byte(i >> 8), byte(i), 7},
			),
			Person:  slots.Person(fmt.Sprintf("00000000-0000-8000-9000-%012x", n+i)),
			Mobile:  string(mobile),
			Lang:    "en",
			Visitor: slots.Visitor{Name: v.Name, Identity: slots.Identity{Kind: slots.NationalID, Number: v.ID}},
		}, nil, centre.Clock.Now())
		if err != nil {
			t.Fatalf("book %v: %v", start, err)
		}
		visits[i] = booked{centre, t, a}
	}
	return visits
}

// full returns a start as often as it can be booked, for all starts of a service
// from one time to another, at most n.
func full(t *testing.T, centre *servicetest.Centre, service, branch, from, to string, n int) []time.Time {
	t.Helper()
	var starts []time.Time
	for _, s := range centre.Visitor(0).Slots(service, branch, from[:10], to[:10]) {
		for range s.Places {
			if !s.Start.Before(servicetest.At(t, from)) && s.Start.Before(servicetest.At(t, to)) && len(starts) < n {
				starts = append(starts, s.Start)
			}
		}
	}
	if len(starts) < n {
		t.Fatalf("only %d places", len(starts))
	}
	return starts
}

// texts returns what the phone of the visitor shows, the newest first.
func (b booked) texts() []string {
	var list []string
	for _, m := range b.centre.Phone.Messages(notify.Mobile(b.Mobile)) {
		list = append(list, m.Text)
	}
	return list
}

// link returns the path of the link in the newest message that has one.
func (b booked) link() string {
	b.t.Helper()
	for _, text := range b.texts() {
		link, err := url.Parse(text[strings.LastIndexByte(text, '\n')+1:])
		if err == nil && strings.HasPrefix(link.Path, "/m/") {
			return link.Path
		}
	}
	b.t.Fatalf("no message to %s has a link", b.Mobile)
	return ""
}

// sees opens the page behind the link.
func (b booked) sees(suffix string) string {
	b.t.Helper()
	answer := b.centre.Get(b.link() + suffix)
	if answer.Status != http.StatusOK {
		b.t.Fatalf("GET %s: %d %s", suffix, answer.Status, answer.Body)
	}
	return string(answer.Body)
}

// taps sends a form of the page behind the link.
func (b booked) taps(what string, fields url.Values) {
	b.t.Helper()
	answer := b.centre.Send(servicetest.Request{Method: http.MethodPost, Path: b.link() + "/" + what, Body: fields.Encode(),
		Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}})
	if answer.Status != http.StatusSeeOther {
		b.t.Fatalf("POST %s: %d %s", what, answer.Status, answer.Body)
	}
}

// now returns the visit as it stands.
func (b booked) now() slots.Appointment {
	b.t.Helper()
	a, err := b.centre.Replicas[0].Booker().Find(b.t.Context(), b.Reference)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

// asks sends a change and returns it; the answer has to have the status.
func asks(t *testing.T, s *servicetest.Staff, path, version string, body any, status int) api.Change {
	t.Helper()
	answer := changes(s, http.MethodPost, path, version, body)
	if answer.Status != status {
		t.Fatalf("%s: got %d %s, want %d", path, answer.Status, answer.Body, status)
	}
	var c api.Change
	answer.JSON(t, &c)
	return c
}

// changeNow returns a change as it stands.
func changeNow(t *testing.T, s *servicetest.Staff, id string) api.Change {
	t.Helper()
	var c api.Change
	s.Gets("/v1/changes/"+id).JSON(t, &c)
	return c
}

// visitsOf returns the visits that a change affects with an outcome.
func visitsOf(t *testing.T, s *servicetest.Staff, id, outcome string) []api.AffectedVisit {
	t.Helper()
	var list api.AffectedVisitList
	s.Gets("/v1/changes/"+id+"/visits?limit=200&outcome="+outcome).JSON(t, &list)
	return list.Visits
}

// comesTo fails the test unless the visits of a change have come to as many of
// each outcome.
func comesTo(t *testing.T, c api.Change, state string, want map[slots.Outcome]int) {
	t.Helper()
	if got := fmt.Sprint(c.Outcomes); c.State != state || got != fmt.Sprint(want) {
		t.Errorf("the change is %s with %s, want %s with %v", c.State, got, state, want)
	}
}

// version is the ETag of a desk group.
func version(s *servicetest.Staff, group string) string {
	return s.Gets("/v1/desk-groups/" + group).Header.Get("ETag")
}

// Noura's department closes tomorrow at noon, and forty visits are
// booked. She looks who is affected, and closes with one request. Everybody is
// told and answers with one tap, or is on the list of those to be called.
func TestDepartmentClosesTomorrowAtNoon(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2, public)
	noura := centre.Coordinator("revenues")
	visits := books(t, centre, 1, "iban-update", "riyadh",
		full(t, centre, "iban-update", "riyadh", "2026-11-23T12:00", "2026-11-23T14:30", 40)...)
	morning := books(t, centre, 100, "iban-update", "riyadh", servicetest.At(t, "2026-11-23T11:50"))[0]
	centre.Jobs() // the confirmations
	tag := version(noura, "riyadh-returns")
	closes := map[string]any{
		"edit":   map[string]any{"close": []any{closing("2026-11-23")}},
		"reason": both("انقطاع الكهرباء", "Power cut"),
	}

	// What would happen? Nothing has, but the places are held.
	draft := asks(t, noura, returns+"/changes?dry_run=true", tag, closes, http.StatusCreated)
	comesTo(t, draft, "drafted", map[slots.Outcome]int{slots.OutcomePlanned: 40})
	taken := make(map[string]int)
	for _, v := range draft.Visits {
		if v.Proposal == nil || v.Proposal.Start.Format(time.DateOnly) != "2026-11-23" || v.Proposal.Start.Hour() >= 12 {
			t.Errorf("%s at %v is proposed %+v, want the same morning", v.Reference, v.Start, v.Proposal)
			continue
		}
		taken[v.Proposal.Start.String()]++
	}
	for start, n := range taken {
		if n > 3 { // four desks, one of them held back from the public
			t.Errorf("%d are proposed %s", n, start)
		}
	}
	if version(noura, "riyadh-returns") != tag || len(visits[0].texts()) != 1 {
		t.Error("the draft has changed something")
	}

	// She closes. Everybody's message waits to be sent when she has the answer.
	centre.Clock.Add(5 * time.Minute)
	change := asks(t, noura, returns+"/changes", tag, map[string]any{"draft": draft.ID}, http.StatusCreated)
	comesTo(t, change, "applied", map[slots.Outcome]int{slots.OutcomeWaiting: 40})
	if n := servicetest.Query[int](
		t,
		centre.DatabaseURL,
		`SELECT count(*) FROM messages WHERE kind = 'closed' AND state = 'queued'`,
	); n != 40 {
		t.Errorf("%d messages wait, want 40", n)
	}
	if again := asks(t, noura, returns+"/changes", tag, map[string]any{"draft": draft.ID}, http.StatusCreated); again.ID != change.ID ||
		again.Affected != 40 {
		t.Errorf("again: %+v", again)
	}
	if left := places(t, centre, 0, "/v1/services/iban-update/slots?branch=riyadh&from=2026-11-23&to=2026-11-23"); left == 0 {
		t.Error("nothing is left of the morning")
	}
	centre.AuditClean()

	// The phones ring. A page shows; only a tap acts.
	centre.Jobs()
	page := visits[0].sees("")
	says(t, page, "Sorry, we can't see you at this time. Please choose another.", "Power cut", "Accept the suggested time", "Change the time",
		"Cancel the visit", "19990")
	if strings.Contains(page, "Yes, I'm coming") {
		t.Error("who can't come at that time is asked to confirm it")
	}
	if got := visits[0].texts()[0]; !strings.HasPrefix(got, "Sorry, your time is no longer available") || len(visits[0].texts()) != 2 {
		t.Errorf("told %q", visits[0].texts())
	}
	if got := morning.texts(); len(got) != 1 {
		t.Errorf("who is not affected is told %q", got)
	}
	for _, v := range visits[:27] {
		proposed := v.now().Proposal.Start
		v.taps("accept", nil)
		if now := v.now(); !now.Start.Equal(proposed) || now.Displaced() {
			t.Errorf("%s accepted %v and comes at %v", v.Reference, proposed, now.Start)
		}
	}
	for _, v := range visits[27:30] {
		choices := times(v.sees("/move?day=2026-11-25"))
		v.taps("move", url.Values{"start": {choices[0]}})
	}
	visits[30].taps("cancel", nil)

	// The evening passes, and nobody is reminded of a time that is lost.
	centre.Pass(9 * time.Hour)
	change = changeNow(t, noura, change.ID)
	comesTo(t, change, "applied", map[slots.Outcome]int{
		slots.OutcomeAccepted: 27, slots.OutcomeChose: 3, slots.OutcomeCancelled: 1, slots.OutcomeWaiting: 9,
	})
	for _, v := range visits[31:] {
		for _, text := range v.texts() {
			if strings.HasPrefix(text, "Reminder") {
				t.Errorf("%s is told %q", v.Reference, text)
			}
		}
	}

	// The agent of 19990 calls the others.
	huda := centre.Agent()
	call := visitsOf(t, huda, change.ID, "waiting")
	if len(call) != 9 || change.ToCall != 9 || call[0].Mobile != visits[31].Mobile || call[0].Message != "accepted" {
		t.Fatalf("%d to call, the first %+v", len(call), call[0])
	}
	called := func(v api.AffectedVisit, outcome string, status int) servicetest.Answer {
		t.Helper()
		answer := huda.Posts("/v1/changes/"+change.ID+"/visits/"+v.Reference, map[string]any{"outcome": outcome, "note": "على الهاتف"})
		if answer.Status != status {
			t.Errorf("%s: got %d %s, want %d", outcome, answer.Status, answer.Body, status)
		}
		return answer
	}
	first, again := called(call[0], "accepts", http.StatusOK), called(call[0], "accepts", http.StatusOK)
	if string(first.Body) != string(again.Body) {
		t.Errorf("first %s\nagain %s", first.Body, again.Body)
	}
	called(call[0], "cancels", http.StatusConflict)
	called(call[1], "cancels", http.StatusOK)
	called(call[2], "keeps", http.StatusOK)
	called(call[3], "not_reached", http.StatusOK)
	var reached api.AffectedVisit
	called(call[3], "not_reached", http.StatusOK).JSON(t, &reached)
	if reached.Calls != 2 || reached.Outcome != "waiting" || reached.Note != "على الهاتف" {
		t.Errorf("not reached: %+v", reached)
	}
	centre.Jobs()
	if got := visits[33].texts()[0]; !strings.HasPrefix(got, "Your visit is booked") {
		t.Errorf("who is received all the same is told %q", got)
	}

	// Noon has come. Who never answered stays on the list, and nobody holds
	// anything for them any more.
	centre.Pass(21 * time.Hour)
	comesTo(t, changeNow(t, noura, change.ID), "applied", map[slots.Outcome]int{
		slots.OutcomeAccepted: 28, slots.OutcomeChose: 3, slots.OutcomeCancelled: 2, slots.OutcomeKept: 1, slots.OutcomeUnanswered: 6,
	})
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'held'`); n != 0 {
		t.Errorf("%d places are still held", n)
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM rebookings`); n != 0 {
		t.Errorf("%d visitors are said to have given up what the centre took", n)
	}
	acts := noura.Gets("/v1/audit?limit=200&actor=huda")
	if got := strings.Count(string(acts.Body), `"action"`); got != 3 { // accepted, cancelled, kept
		t.Errorf("%d acts of the agent: %s", got, acts.Body)
	}
	centre.AuditClean()
}

// A closure is taken back while visitors are still choosing: those who have not
// answered are received where they were, are told so once, and are reminded of
// it as everybody is. Who has answered stays with the answer.
func TestClosureIsTakenBack(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura := centre.Coordinator("revenues")
	visits := books(t, centre, 1, "iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"), servicetest.At(t, "2026-11-24T12:30"),
		servicetest.At(t, "2026-11-24T13:00"))
	centre.Jobs()
	change := asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance"),
		"exceptions": []any{map[string]any{"reference": visits[2].Reference.String(), "decision": "keep"}},
	}, http.StatusCreated)
	centre.Jobs()
	visits[0].taps("accept", nil)
	chosen := visits[0].now().Start
	if answer := changes(noura, http.MethodPost, returns+"/undo", "*", nil); answer.Status != http.StatusOK {
		t.Fatalf("undo: %d %s", answer.Status, answer.Body)
	}
	centre.Jobs()
	centre.Jobs()
	if now := visits[0].now(); !now.Start.Equal(chosen) {
		t.Errorf("who accepted %v comes at %v", chosen, now.Start)
	}
	now := visits[1].now()
	if now.Displaced() || now.Proposal != nil || !now.Start.Equal(visits[1].Start) || now.Version != 3 {
		t.Errorf("%+v", now)
	}
	if got := visits[1].texts(); len(got) != 3 || !strings.HasPrefix(got[0], "Your visit is booked") {
		t.Errorf("told %q", got)
	}
	says(t, visits[1].sees(""), "Your visit is booked", "Yes, I'm coming")
	if n := len(visits[2].texts()); n != 1 {
		t.Errorf("who was kept is told %q", visits[2].texts())
	}
	comesTo(t, changeNow(t, noura, change.ID), "applied",
		map[slots.Outcome]int{slots.OutcomeAccepted: 1, slots.OutcomeKept: 1, slots.OutcomeRestored: 1})
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM appointments WHERE status = 'held'`); n != 0 {
		t.Errorf("%d places are still held", n)
	}
	centre.Pass(28*time.Hour + 10*time.Minute) // Monday, 13:10: less than a day ahead of both
	for _, v := range visits[1:] {
		if got := v.texts()[0]; !strings.HasPrefix(got, "Reminder: your visit") {
			t.Errorf("%v: not reminded, but told %q", v.Start, got)
		}
	}
	centre.AuditClean()
}

// A second closure takes the place that the first has proposed: the visitor is
// asked once more, with another one, and the first change says so.
func TestProposedPlaceIsClosedToo(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura := centre.Coordinator("revenues")
	visit := books(t, centre, 1, "iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"))[0]
	centre.Jobs()
	shut := func(from, to string) api.Change {
		t.Helper()
		return asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
			"edit": map[string]any{"close": []any{map[string]any{
				"start": "2026-11-24T" + from + ":00+03:00", "end": "2026-11-24T" + to + ":00+03:00", "reason": both("صيانة", "Maintenance")}}},
			"reason": both("صيانة", "Maintenance"),
		}, http.StatusCreated)
	}
	first := shut("12:00", "15:00")
	centre.Jobs()
	if p := visit.now().Proposal; p == nil || !p.Start.Equal(servicetest.At(t, "2026-11-24T11:50")) {
		t.Fatalf("proposed %+v", p)
	}
	second := shut("10:00", "12:00")
	centre.Jobs()
	comesTo(t, changeNow(t, noura, first.ID), "applied", map[slots.Outcome]int{slots.OutcomeSuperseded: 1})
	comesTo(t, changeNow(t, noura, second.ID), "applied", map[slots.Outcome]int{slots.OutcomeWaiting: 1})
	if p := visit.now().Proposal; p == nil || !p.Start.Equal(servicetest.At(t, "2026-11-24T09:50")) {
		t.Fatalf("proposed %+v", p)
	}
	if n := len(visit.texts()); n != 3 { // the confirmation, and asked twice
		t.Errorf("told %q", visit.texts())
	}
	visit.taps("accept", nil)
	comesTo(t, changeNow(t, noura, second.ID), "applied", map[slots.Outcome]int{slots.OutcomeAccepted: 1})
	centre.AuditClean()
}
