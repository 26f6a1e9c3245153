package service_test

import (
	"net/http"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// What reception can't do is a problem that says what to do instead.
func TestHallRefuses(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	d.centre.Clock.Set(servicetest.At(t, "2026-11-22T09:00"))
	today, tomorrow := d.centre.Visitor(1), d.centre.Visitor(2)
	a := d.books(today, "09:10")
	b := tomorrow.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T09:10"))
	c := d.books(d.centre.Visitor(3), "10:10")
	cancelled := d.centre.Visitor(4)
	gone := d.books(cancelled, "10:30")
	if answer := cancelled.TryCancel(gone); answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	request, _ := requests(t, d.centre.Visitor(5))
	at := map[string]any{"branch": "riyadh"}
	d.centre.Refused(d.tries(request, "check-in", at), http.StatusConflict, "visit-not-approved")

	d.clock("08:00")
	p := d.centre.Refused(d.tries(a, "check-in", at), http.StatusConflict, "check-in-too-early")
	if p.PossibleFrom == nil || !p.PossibleFrom.Equal(servicetest.At(t, "2026-11-23T08:10")) || p.RetryAfter != 600 {
		t.Errorf("too early: possible from %v, in %d s", p.PossibleFrom, p.RetryAfter)
	}
	d.clock("09:00")
	p = d.centre.Refused(d.tries(b, "check-in", at), http.StatusConflict, "wrong-day")
	if p.Branch != "riyadh" || p.Start == nil || !p.Start.Equal(b.Start) {
		t.Errorf("wrong day: %q at %v", p.Branch, p.Start)
	}
	jeddah := d.centre.Receptionist("jeddah")
	p = d.centre.Refused(jeddah.Posts("/v1/appointments/"+a.Reference+"/check-in", map[string]any{"branch": "jeddah"}), http.StatusConflict,
		"wrong-branch")
	if p.Branch != "riyadh" || p.Start == nil || !p.Start.Equal(a.Start) {
		t.Errorf("wrong branch: %q at %v", p.Branch, p.Start)
	}
	d.centre.Refused(d.tries(gone, "check-in", at), http.StatusConflict, "visit-cancelled")
	d.centre.Refused(d.Posts("/v1/appointments/V-0000-0000-1/check-in", at), http.StatusNotFound, "not-found")

	d.centre.Refused(d.tries(a, "start", map[string]any{}), http.StatusConflict, "not-arrived")
	d.centre.Refused(d.tries(a, "restore", map[string]any{"reason": "why not"}), http.StatusConflict, "not-a-no-show")
	d.checksIn(a)
	d.centre.Refused(d.tries(a, "complete", nil), http.StatusConflict, "not-started")
	d.centre.Refused(d.tries(a, "start", map[string]any{}), http.StatusConflict, "not-called")
	d.centre.Refused(d.tries(a, "recall", nil), http.StatusConflict, "not-called")
	call := func(desk, reference string) servicetest.Answer {
		return d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": desk, "reference": reference})
	}
	p = d.centre.Refused(call("77", a.Reference), http.StatusUnprocessableEntity, "unknown-desk")
	if len(p.Desks) == 0 || p.Desks[0] != "1" {
		t.Errorf("an unknown desk: %v", p.Desks)
	}
	p = d.centre.Refused(call("5", a.Reference), http.StatusConflict, "desk-of-others")
	if strings.Join(p.Desks, " ") != "1 2 3 4" {
		t.Errorf("another group's desk: %v", p.Desks)
	}
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "77"}), http.StatusUnprocessableEntity, "unknown-desk")

	// Who is in the hall is the reception's: nothing else happens to the visit.
	d.centre.Refused(today.TryCancel(a), http.StatusConflict, "in-the-hall")
	d.centre.Refused(today.TryMove(a, b.Start), http.StatusConflict, "in-the-hall")
	d.clock("09:40")
	d.centre.Refused(d.tries(a, "no-show", nil), http.StatusConflict, "visitor-here")
	inHall(t, call("2", a.Reference))
	d.does(a, "start", map[string]any{})
	p = d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2"}), http.StatusConflict, "desk-busy")
	if p.Reference != a.Reference {
		t.Errorf("busy with %q", p.Reference)
	}
	d.centre.Refused(d.tries(a, "not-there", nil), http.StatusConflict, "at-a-desk")
	d.does(a, "complete", nil)
	d.centre.Refused(d.tries(a, "check-in", at), http.StatusConflict, "visit-over")
	d.centre.Refused(d.tries(a, "no-show", nil), http.StatusConflict, "visit-over")

	// By the identity number it is today's visit, or where the next one is.
	byID := func(id string) servicetest.Answer {
		return d.Posts("/v1/arrivals", map[string]any{"branch": "riyadh", "id_number": id})
	}
	p = d.centre.Refused(byID(tomorrow.ID), http.StatusConflict, "wrong-day")
	if p.Start == nil || !p.Start.Equal(b.Start) {
		t.Errorf("by identity: %v", p.Start)
	}
	d.centre.Refused(byID(servicetest.NationalID(99)), http.StatusNotFound, "no-visit-today")
	d.centre.Refused(byID("123"), http.StatusUnprocessableEntity, "invalid")
	d.centre.Refused(d.Posts("/v1/arrivals", map[string]any{"branch": "riyadh"}), http.StatusUnprocessableEntity, "invalid")
	if v := inHall(t, byID(servicetest.NationalID(3))); v.Reference != c.Reference {
		t.Errorf("by identity: %+v", v)
	}

	d.centre.Refused(d.Posts("/v1/branches/riyadh/delays", map[string]any{"desk_group": "nobodys", "minutes": 20}), http.StatusNotFound,
		"no-desk-group-here")
	d.centre.Refused(d.Posts("/v1/branches/riyadh/delays", map[string]any{"desk_group": "riyadh-returns", "minutes": 20, "until": "2026-11-22T09:00:00+03:00"}),
		http.StatusUnprocessableEntity, "delay-invalid")
	d.centre.Refused(d.Gets("/v1/branches/riyadh/hall?cursor=nonsense"), http.StatusUnprocessableEntity, "invalid")
	d.centre.AuditClean()
}

// A visitor who declared a need is called to the accessible desk, wherever the
// others go; desks are the department's to name.
func TestDeclaredNeedAtTheDesk(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	visitor := d.centre.Visitor(1)
	hold := d.centre.Post("/v1/holds", map[string]any{
		"service": annualReturns, "branch": "riyadh", "start": servicetest.At(t, "2026-11-23T09:10"), "needs": []string{"wheelchair"}})
	var held api.Hold
	hold.JSON(t, &held)
	var a api.Appointment
	visitor.TryBook(held).JSON(t, &a)
	d.clock("09:10")
	if v := d.checksIn(a); !*v.Accessible {
		t.Errorf("%+v", v)
	}
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2"}), http.StatusConflict, "nobody-waits")
	p := d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2", "reference": a.Reference}), http.StatusConflict,
		"desk-not-accessible")
	if strings.Join(p.Desks, " ") != "1" {
		t.Errorf("%v", p.Desks)
	}
	noura := d.centre.Coordinator("revenues")
	put := func(by *servicetest.Staff, desk, group string) servicetest.Answer {
		return by.Sends(servicetest.Request{Method: http.MethodPut, Path: "/v1/branches/riyadh/desks/" + desk,
			Body: map[string]any{"desk_group": group, "accessible": true}})
	}
	d.centre.Refused(put(noura, "5", "riyadh-returns"), http.StatusConflict, "desk-of-others")
	d.centre.Refused(put(d.centre.Coordinator("care"), "2", "riyadh-returns"), http.StatusForbidden, "forbidden")
	if answer := put(noura, "2", "riyadh-returns"); answer.Status != http.StatusOK {
		t.Errorf("%d %s", answer.Status, answer.Body)
	}
	if v := d.calls("2"); v.Reference != a.Reference {
		t.Errorf("%+v", v)
	}
	d.centre.AuditClean()
}

// Pages of the hall leave nobody out, and a coordinator sees their departments.
func TestHallPages(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	for i := range 5 {
		d.books(d.centre.Visitor(1+i), []string{"08:50", "09:10"}[i%2])
	}
	d.centre.Visitor(9).Books("document-handover", "riyadh", servicetest.At(t, "2026-11-23T09:00"))
	seen, query := map[string]bool{}, "?date=2026-11-23&limit=2"
	for page := query; ; {
		h := d.looks(page)
		if len(h.Visits) > 2 || h.Counts.Expected != 6 || len(h.Queues) != 0 {
			t.Fatalf("a page of %d, %+v, %d queues", len(h.Visits), h.Counts, len(h.Queues))
		}
		for _, v := range h.Visits {
			seen[v.Reference] = true
		}
		if h.NextCursor == "" {
			break
		}
		page = query + "&cursor=" + h.NextCursor
	}
	if len(seen) != 6 {
		t.Errorf("%d visits on the pages, want 6", len(seen))
	}
	d.Staff = d.centre.Coordinator("revenues")
	if h := d.looks("?date=2026-11-23"); len(h.Visits) != 5 || h.Counts.Expected != 5 {
		t.Errorf("the revenues see %d visits", len(h.Visits))
	}
	if h := d.looks("?date=2026-11-23&where=waiting"); len(h.Visits) != 0 {
		t.Errorf("%d wait", len(h.Visits))
	}
}
