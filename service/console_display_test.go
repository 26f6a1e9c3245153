package service_test

import (
	"net/http"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// The screen on the wall shows numbers and desks to everybody, and nothing of a person.
func TestConsoleDisplay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn)
	visitor := centre.Visitor(1)
	booked := visitor.Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-23T08:30"))
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:25"))
	wall := seat{newBrowser(t, centre)}
	if page := wall.opens("/display/riyadh?lang=en"); !strings.Contains(said(page), "Please wait until your number is shown here") {
		t.Errorf("nobody was called: %s", said(page))
	}
	desk := sits(t, centre, "salem")
	desk.submits("/console/hall/arrivals", "who", booked.Reference)
	centre.Clock.Set(servicetest.At(t, "2026-11-23T08:31"))
	desk.submits("/console/hall", "act", "next", "desk", "2")
	answer := wall.send(http.MethodGet, "/display/riyadh?lang=ar", nil, nil)
	page := string(answer.Body)
	for _, want := range []string{"نرجو التوجه إلى المكتب 2", "Please go to desk 2"} {
		if !strings.Contains(said(page), want) {
			t.Errorf("the screen lacks %q: %s", want, said(page))
		}
	}
	for _, secret := range []string{visitor.Name, booked.Reference, visitor.ID, visitor.Mobile} {
		if strings.Contains(page, secret) {
			t.Errorf("the screen shows %q", secret)
		}
	}
	if answer.Header.Get("Refresh") == "" {
		t.Error("without a script the screen stands still")
	}
	desk.submits("/console/hall", "act", "start", "visit", booked.Reference, "desk", "2")
	if page = wall.opens("/display/riyadh?lang=en"); strings.Contains(said(page), "Please go to desk") ||
		!strings.Contains(said(page), "Previous calls") {
		t.Errorf("after the visitor came: %s", said(page))
	}
	for _, path := range []string{"/display/nowhere", "/display/"} {
		if got := wall.send(http.MethodGet, path, nil, nil); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}
