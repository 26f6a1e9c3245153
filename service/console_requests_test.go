package service_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// pending is a centre where three meetings wait for their department, and two visitors for a
// place at Dammam, of whom the first is offered one.
func pending(t *testing.T, options ...servicetest.Option) (centre *servicetest.Centre, meetings []api.Appointment) {
	t.Helper()
	centre = servicetest.Open(t, 1, append(options, demoSignIn)...)
	for i, slot := range centre.Visitor(0).Slots(meeting, "riyadh", "2026-11-26", "2026-12-03")[:3] {
		meetings = append(meetings, centre.Visitor(1+i).Books(meeting, "riyadh", slot.Start))
	}
	visit := centre.Visitor(11).Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	waitsFor(centre.Visitor(12), "09:00")
	centre.Pass(time.Minute)
	waitsFor(centre.Visitor(13), "09:00")
	cancels(t, centre.Visitor(11), visit)
	centre.Jobs()
	return centre, meetings
}

// A department answers its requests: it approves one, suggests another time for the second,
// and declines the third with the reason that the visitor reads.
func TestConsoleRequests(t *testing.T) {
	t.Parallel()
	centre, meetings := pending(t)
	of := coordinatorOf(t, centre, meeting)
	s := sits(t, centre, of)
	page := said(s.opens("/console/requests?lang=en"))
	for _, want := range []string{"3 requests waiting for approval", centre.Visitor(1).Name, "Answer by"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
	if status, page := s.submits("/console/requests", "act", "approve", "visit", meetings[0].Reference); status != http.StatusOK ||
		!strings.Contains(said(page), "The request was approved") || !strings.Contains(said(page), "2 requests waiting") {
		t.Errorf("approved: %d %s", status, said(page))
	}
	status, page := s.submits("/console/requests", "act", "decline", "visit", meetings[1].Reference, "reason-"+meetings[1].Reference, " ")
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, "Please give the reason") {
		t.Errorf("declined without a reason: %d %s", status, said(page))
	}
	second := meetings[1].Reference
	status, page = s.submits("/console/requests", "act", "decline", "visit", second, "reason-"+second, "القاعة مغلقة")
	if status != http.StatusOK || !strings.Contains(said(page), "The request was declined") {
		t.Errorf("declined: %d %s", status, said(page))
	}
	if got := told(centre.Visitor(2)); !strings.Contains(strings.Join(got, " "), "not approved") {
		t.Errorf("told %q", got)
	}
	status, page = s.submits("/console/requests", "act", "times", "visit", meetings[2].Reference)
	_, rest, ok := strings.Cut(page, `name="start" value="`)
	if status != http.StatusOK || !ok {
		t.Fatalf("times: %d %s", status, said(page))
	}
	start, _, _ := strings.Cut(rest, `"`)
	status, page = s.submits("/console/requests", "act", "propose", "visit", meetings[2].Reference, "start", start)
	if status != http.StatusOK || !strings.Contains(said(page), "The time was suggested") {
		t.Errorf("proposed: %d %s", status, said(page))
	}
	if a := centre.Visitor(3).Shows(meetings[2]); a.Proposal == nil || a.Proposal.Start.Format(time.RFC3339) != start {
		t.Errorf("the visitor sees %+v, want %s", a.Proposal, start)
	}
	// What was answered is answered.
	done := meetings[0].Reference
	if status, _ = s.submits("/console/requests", "act", "decline", "visit", done, "reason-"+done, "x"); status != http.StatusConflict {
		t.Errorf("declined after it was approved: %d", status)
	}
	for _, who := range []string{"salem", "majed"} { // they see, and don't decide
		other := sits(t, centre, who)
		if page := other.opens("/console/requests?lang=en"); strings.Contains(page, `value="approve"`) {
			t.Errorf("%s is offered to approve", who)
		}
		if status, _ := other.submits("/console/requests", "act", "approve", "visit", meetings[2].Reference); status != http.StatusForbidden {
			t.Errorf("%s approves: %d", who, status)
		}
	}
	if got := sits(t, centre, "huda").send(http.MethodGet, "/console/requests", nil, nil); got.Status != http.StatusForbidden {
		t.Errorf("an agent: %d", got.Status)
	}
	elsewhere := sits(t, centre, "noura") // of another department
	if page := elsewhere.opens("/console/requests?lang=en"); strings.Contains(page, centre.Visitor(3).Name) {
		t.Errorf("another department reads it")
	}
	if status, _ := elsewhere.submits("/console/requests", "act", "approve", "visit", meetings[2].Reference); status != http.StatusForbidden {
		t.Errorf("another department approves: %d", status)
	}
}

// coordinatorOf is the member of the demo's staff who runs the department of a service.
func coordinatorOf(t *testing.T, centre *servicetest.Centre, service string) string {
	t.Helper()
	var of api.Service
	centre.Get("/v1/services/"+service).JSON(t, &of)
	for _, user := range []string{"noura", "fahad", "abeer", "khaled", "lama", "turki"} {
		var me api.Me
		byToken(t, centre, user, http.MethodGet, "/v1/me", nil).JSON(t, &me)
		if slices.Contains(me.Departments, of.Department.Slug) {
			return user
		}
	}
	t.Fatalf("nobody runs %s", service)
	return ""
}

// Staff see who waits, in the order of arrival and with their offers, without anything
// personal, and as far as their department and branch.
func TestWhoWaits(t *testing.T) {
	t.Parallel()
	centre, _ := pending(t)
	var line api.WaitlistLine
	answer := byToken(t, centre, "reem", http.MethodGet, "/v1/waitlist", nil)
	answer.JSON(t, &line)
	if len(line.Entries) != 2 || line.Entries[0].Offers != 1 || line.Entries[0].Offer == nil || line.Entries[1].Offer != nil ||
		line.Entries[0].Service != heirs || line.Entries[0].Earlier {
		t.Errorf("the line: %s", answer.Body)
	}
	for _, personal := range []string{centre.Visitor(12).Name, centre.Visitor(12).Mobile[1:], centre.Visitor(12).ID} {
		if strings.Contains(string(answer.Body), personal) {
			t.Errorf("it tells %s", personal)
		}
	}
	byToken(t, centre, "reem", http.MethodGet, "/v1/waitlist?limit=1", nil).JSON(t, &line)
	if len(line.Entries) != 1 || line.NextCursor == "" {
		t.Fatalf("a page of one: %+v", line)
	}
	first := line.Entries[0].ID
	byToken(t, centre, "reem", http.MethodGet, "/v1/waitlist?limit=1&cursor="+line.NextCursor, nil).JSON(t, &line)
	if len(line.Entries) != 1 || line.Entries[0].ID == first {
		t.Errorf("the next page: %+v", line)
	}
	for query, want := range map[string]int{
		"?branch=" + dammam: 2, "?branch=riyadh": 0, "?service=" + heirs: 2, "?service=" + meeting: 0,
	} {
		line = api.WaitlistLine{}
		byToken(t, centre, "reem", http.MethodGet, "/v1/waitlist"+query, nil).JSON(t, &line)
		if len(line.Entries) != want {
			t.Errorf("%s: %d, want %d", query, len(line.Entries), want)
		}
	}
	for user, want := range map[string]int{"noura": 2, "fahad": 0, "salem": 0, "yousef": 2} {
		line = api.WaitlistLine{}
		byToken(t, centre, user, http.MethodGet, "/v1/waitlist", nil).JSON(t, &line)
		if len(line.Entries) != want {
			t.Errorf("%s sees %d, want %d", user, len(line.Entries), want)
		}
	}
	page := said(sits(t, centre, "noura").opens("/console/requests?lang=en"))
	for _, want := range []string{"Waiting list: 2 visitors", "Wednesday 25 November 9:00 am , until", "to 25 November 2026"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in %s", want, page)
		}
	}
}
