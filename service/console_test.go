package service_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// seat is a member of staff before a browser, in a story at Riyadh on Monday 23 November
// 2026.
type seat struct {
	*browser
}

// sits signs a member of the demo's staff in.
func sits(t testing.TB, centre *servicetest.Centre, user string) seat {
	t.Helper()
	s := seat{newBrowser(t, centre)}
	s.presses(s.send(http.MethodGet, "/staff/sign-in?return=/console?lang=en", nil, nil), user)
	return s
}

// opens opens a page and returns its text.
func (s seat) opens(path string) string {
	s.t.Helper()
	page := s.send(http.MethodGet, path, nil, nil)
	if page.Status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, page.Status, page.Body)
	}
	return string(page.Body)
}

// submits sends a form of the console.
func (s seat) submits(path string, fields ...string) (status int, page string) {
	s.t.Helper()
	form := url.Values{"lang": {"en"}, "branch": {"riyadh"}}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	answer := s.send(http.MethodPost, path, form, ownPage())
	return answer.Status, string(answer.Body)
}

// column returns the text of a column of the hall.
func column(t *testing.T, page, where string) string {
	t.Helper()
	_, rest, ok := strings.Cut(page, `id="column-`+where+`"`)
	if !ok {
		t.Fatalf("no column %s on\n%s", where, page)
	}
	part, _, _ := strings.Cut(rest, "</section>")
	return said(part)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// said is the text of a piece of a page.
func said(page string) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(page, " "))), " ")
}

// notices is what a page says has happened.
func notices(page string) string {
	_, rest, _ := strings.Cut(page, "data-notice>")
	part, _, _ := strings.Cut(rest, `<form method="post" action="/console/hall"`)
	return said(part)
}

// Reception's morning: two come with a booking, one without, one stays away; they are
// called, served and done, with nothing but forms.
func TestConsoleHall(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	first := centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	second := centre.Visitor(2).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	third := centre.Visitor(3).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:50"))
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:20"))
	desk := sits(t, centre, "salem")

	page := desk.opens("/console/hall?lang=en")
	if got := column(t, page, "expected"); !strings.Contains(got, "Expected 3") || !strings.Contains(got, "3 within an hour") ||
		!strings.Contains(got, centre.Visitor(1).Name) {
		t.Errorf("expected: %s", got)
	}
	if got := column(t, page, "waiting"); !strings.Contains(got, "No one is waiting.") {
		t.Errorf("waiting: %s", got)
	}

	// By reference, by identity number, and by name from a list.
	_, page = desk.submits("/console/hall/arrivals", "who", first.Reference)
	if got := notices(page); got != "Checked in with number 1" {
		t.Errorf("checked in: %s", got)
	}
	_, page = desk.submits("/console/hall/arrivals", "who", " "+centre.Visitor(2).ID)
	if got := notices(page); got != "Checked in with number 2" {
		t.Errorf("checked in: %s", got)
	}
	_, page = desk.submits("/console/hall/arrivals", "who", centre.Visitor(3).Name)
	if got := notices(page); !strings.Contains(got, "1 visit today") || !strings.Contains(page, `value="`+third.Reference+`"`) {
		t.Errorf("found: %s", got)
	}
	for _, who := range []string{"V-2222-2222-2", "Nobody At All"} {
		if _, page = desk.submits("/console/hall/arrivals", "who", who); !strings.Contains(notices(page), "0 visits today") {
			t.Errorf("%s: %s", who, notices(page))
		}
	}

	// Without a desk nobody is called; the next one is called to it, and only one.
	status, page := desk.submits("/console/hall", "act", "next")
	if status != http.StatusUnprocessableEntity || notices(page) != "Please choose your desk first" {
		t.Errorf("without a desk: %d %s", status, notices(page))
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:31"))
	_, page = desk.submits("/console/hall", "act", "next", "desk", "1")
	if got := notices(page); got != "Number 1 was called to desk 1" {
		t.Errorf("called: %s", got)
	}
	if got := column(t, page, "called"); !strings.Contains(got, "To desk 1") {
		t.Errorf("called: %s", got)
	}
	status, page = desk.submits("/console/hall", "act", "next", "desk", "1")
	if status != http.StatusConflict || notices(page) == "" {
		t.Errorf("called to an occupied desk: %d %s", status, notices(page))
	}
	desk.submits("/console/hall", "act", "start", "visit", first.Reference, "desk", "1")
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:43"))
	page = desk.opens("/console/hall?lang=en")
	if got := column(t, page, "serving"); !strings.Contains(got, "12 of 20 minutes") {
		t.Errorf("at the desk: %s", got)
	}
	if got := column(t, page, "waiting"); !strings.Contains(got, "3 minutes over") {
		t.Errorf("the promise: %s", got)
	}
	_, page = desk.submits("/console/hall", "act", "complete", "visit", first.Reference)
	if got := notices(page); strings.Contains(got, "not") {
		t.Errorf("completed: %s", got)
	}
	if got := column(t, page, "serving"); !strings.Contains(got, "No visit is going on.") {
		t.Errorf("after the end: %s", got)
	}
	// Called, and did not come; then called again.
	desk.submits("/console/hall", "act", "call", "visit", second.Reference, "desk", "2")
	_, page = desk.submits("/console/hall", "act", "missed", "visit", second.Reference)
	if got := column(t, page, "waiting"); !strings.Contains(got, centre.Visitor(2).Name) {
		t.Errorf("after a call in vain: %s", got)
	}
	// A no-show before its time is refused with the reason of the API.
	status, page = desk.submits("/console/hall", "act", "absent", "visit", third.Reference)
	if status != http.StatusConflict || notices(page) == "" {
		t.Errorf("a no-show too early: %d %s", status, notices(page))
	}
	// After its grace time it is recorded, and said.
	centre.Clock.Set(servicetest.At(t, "2026-11-23T09:10"))
	_, page = desk.submits("/console/hall", "act", "absent", "visit", third.Reference)
	if got := notices(page); got != "The no-show was recorded" {
		t.Errorf("a no-show: %s", got)
	}
	// They come after all, and are found by name.
	_, page = desk.submits("/console/hall/arrivals", "who", centre.Visitor(3).Name)
	if got := notices(page); !strings.Contains(got, "Recorded as a no-show; checking in removes that") {
		t.Errorf("a no-show at the door: %s", got)
	}
	_, page = desk.submits("/console/hall/arrivals", "who", third.Reference)
	if got := notices(page); got != "Checked in with number 3" {
		t.Errorf("a no-show who came: %s", got)
	}
	for _, act := range []string{"call", "recall", "start", "complete", "missed", "absent"} {
		if status, page = desk.submits("/console/hall", "act", act); status != http.StatusUnprocessableEntity ||
			notices(page) != "Please select a visitor first" {
			t.Errorf("%s of nobody: %d %s", act, status, notices(page))
		}
	}

	// A walk-in, with a mistake first.
	form := []string{"service", annualReturns, "name", "نوف الشهري", "identity", "12", "desk", "2"}
	status, page = desk.submits("/console/hall/walk-in", form...)
	if status != http.StatusUnprocessableEntity || !strings.Contains(page, `href="#identity"`) ||
		!strings.Contains(page, `value="نوف الشهري"`) {
		t.Errorf("a wrong number: %d %s", status, said(page))
	}
	form[5] = centre.Visitor(9).ID
	_, page = desk.submits("/console/hall/walk-in", append(form, "once", "3c1a62d2-0000-4000-8000-000000000001")...)
	_, again := desk.submits("/console/hall/walk-in", append(form, "once", "3c1a62d2-0000-4000-8000-000000000001")...)
	if got := notices(page); got != "Checked in with number 4" || notices(again) != got {
		t.Errorf("a walk-in sent twice: %s, %s", got, notices(again))
	}
	// A delay is announced.
	_, page = desk.submits("/console/hall/delay", "desk_group", "riyadh-returns", "minutes", "20")
	if got := notices(page); !strings.Contains(got, "told") {
		t.Errorf("a delay: %s", got)
	}
	if status, page = desk.submits("/console/hall/delay", "minutes", "x"); status != http.StatusUnprocessableEntity ||
		!strings.Contains(page, `href="#desk_group"`) || !strings.Contains(page, `href="#minutes"`) {
		t.Errorf("a delay of nothing: %d %s", status, said(page))
	}
	// What was shown is in the log by its operation, as for any other client.
	for _, want := range []string{"read", "search", "checked_in"} {
		var acts api.ActList
		centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/audit?actor=salem&action=" + want,
			Header: map[string]string{"Authorization": "Bearer " + devToken(t, centre, "reem")},
		}).JSON(t, &acts)
		if len(acts.Acts) == 0 {
			t.Errorf("no %s by reception in the log", want)
		}
	}
}

// Each room is for the roles of its operation only: without it there is no link, and its
// address is refused; nobody acts from another site, and without a session one signs in
// and comes back.
func TestConsoleIsForWhoMay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	for _, c := range []struct {
		user             string
		hall, act, visit bool
	}{
		{"salem", true, true, true}, {"noura", true, true, true}, {"majed", true, false, true},
		{"huda", false, false, true}, {"reem", true, true, true},
	} {
		t.Run(c.user, func(t *testing.T) {
			t.Parallel()
			s := sits(t, centre, c.user)
			page := s.opens("/console?lang=en")
			if got := strings.Contains(page, `href="/console/hall?`); got != c.hall {
				t.Errorf("leads to the hall: %v, want %v", got, c.hall)
			}
			want := map[bool]int{true: http.StatusOK, false: http.StatusForbidden}
			if got := s.send(http.MethodGet, "/console/hall?lang=en", nil, nil); got.Status != want[c.hall] {
				t.Errorf("the hall: %d, want %d", got.Status, want[c.hall])
			} else if got := strings.Contains(string(got.Body), `value="next"`); got != c.act {
				t.Errorf("offers acts: %v, want %v", got, c.act)
			}
			if got := s.send(http.MethodHead, "/console/hall/changes?branch=riyadh", nil, nil); got.Status != want[c.hall] {
				t.Errorf("the changes of the hall: %d, want %d", got.Status, want[c.hall])
			}
			if got := s.send(http.MethodGet, "/console/visits?lang=en", nil, nil); got.Status != want[c.visit] {
				t.Errorf("the visits: %d, want %d", got.Status, want[c.visit])
			}
			if status, _ := s.submits("/console/hall", "act", "next", "desk", "1"); (status == http.StatusForbidden) == c.act {
				t.Errorf("calls the next: %d", status)
			}
		})
	}
}

// A receptionist sees and follows the hall of their own branch only.
func TestConsoleOfAnotherBranch(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	s := sits(t, centre, "salem")
	for path, want := range map[string]int{
		"/console/hall?branch=jeddah": http.StatusNotFound, "/console/hall?branch=nowhere": http.StatusNotFound,
		"/console/hall/walk-in?branch=jeddah": http.StatusNotFound, "/console/hall/changes?branch=jeddah": http.StatusForbidden,
		"/console/hall/changes?branch=nowhere": http.StatusForbidden,
	} {
		if got := s.send(http.MethodGet, path, nil, nil); got.Status != want {
			t.Errorf("%s: %d, want %d", path, got.Status, want)
		}
	}
}
