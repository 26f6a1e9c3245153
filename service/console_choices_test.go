package service_test

import (
	"net/http"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// A member of staff chooses digits and calendars once, for all rooms; a colleague at the
// same computer keeps their own, and no other site chooses for them.
func TestConsoleChoices(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	visit := centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	s := sits(t, centre, "majed")
	before := s.opens("/console/visits?lang=ar")
	if !strings.Contains(before, "22 نوفمبر 2026م") || strings.Contains(before, "one-calendar") {
		t.Errorf("before any choice: %s", said(before))
	}
	status, page := s.submits("/console/choices", "lang", "ar", "digits", "arabic", "dates", "gregorian")
	if status != http.StatusOK || !strings.Contains(page, `value="arabic" checked`) || !strings.Contains(page, `value="gregorian" checked`) {
		t.Errorf("kept: %d %s", status, page)
	}
	for _, path := range []string{
		"/console/hall", "/console/visits", "/console/overview", "/console/reports/no-shows", "/console/log", "/console/nothing",
	} {
		answer := s.send(http.MethodGet, path+"?lang=ar", nil, nil)
		if text := said(string(answer.Body)); !strings.Contains(text, "٢٢ نوفمبر ٢٠٢٦م") || strings.Contains(text, "22 نوفمبر") ||
			!strings.Contains(string(answer.Body), "console one-calendar") {
			t.Errorf("%s: %s", path, text)
		}
	}
	if got := s.opens("/console/visits?lang=ar&date=2026-11-23"); !strings.Contains(got, visit.Reference) {
		t.Errorf("the reference is another one: %s", said(got))
	}
	if got := s.opens("/console/visits?lang=en"); !strings.Contains(got, "22 November 2026") {
		t.Errorf("in English: %s", said(got))
	}
	led := map[string]string{"Sec-Fetch-Site": "cross-site"}
	if answer := s.send(http.MethodPost, "/console/choices", nil, led); answer.Status != http.StatusForbidden {
		t.Errorf("another site chooses: %d", answer.Status)
	}
	s.send(http.MethodGet, "/staff/sign-out", nil, nil)
	s.presses(s.send(http.MethodGet, "/staff/sign-in?return=/console?lang=ar", nil, nil), "salem")
	if got := s.opens("/console/visits?lang=ar"); !strings.Contains(got, "سالم") || !strings.Contains(got, "22 نوفمبر 2026م") {
		t.Errorf("the next one at this computer: %s", said(got))
	}
	_, page = s.submits("/console/choices", "lang", "ar", "digits", "<roman>", "dates", "julian")
	if !strings.Contains(page, `value="latin" checked`) || !strings.Contains(page, `value="both" checked`) {
		t.Errorf("what nobody can choose: %s", page)
	}
}
