package service_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// endsSessions ends all sessions, as it happens to a page that stood open for too long.
func endsSessions(t *testing.T, centre *servicetest.Centre) {
	t.Helper()
	servicetest.Exec(t, centre.DatabaseURL, `DELETE FROM staff_sessions`)
}

// Somebody fills in a form while their session ends: they sign in, and find the form as they
// left it; nothing was sent. Nobody else finds it, and another site can't leave one there.
func TestConsoleKeepsWhatWasTyped(t *testing.T) {
	t.Parallel()
	centre := busyWeek(t)
	again := func(s seat, user, path string, header map[string]string, form url.Values) string {
		t.Helper()
		endsSessions(t, centre)
		return string(s.presses(s.send(http.MethodPost, path, form, header), user).Body)
	}
	values := func(version string) url.Values {
		form := url.Values{"lang": {"en"}}
		for name, value := range closingForm(version) {
			form.Set(name, value)
		}
		form.Set("from", "09:35")
		form.Set("cause", "own")
		form.Set("cause_ar", "سبب كتبته نورة")
		return form
	}
	noura := sits(t, centre, "noura")
	version := versionOn(t, noura)
	page := again(noura, "noura", "/console/calendar", ownPage(), values(version))
	for _, want := range []string{`value="09:35"`, "سبب كتبته نورة", "You were signed out meanwhile"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s on the page after signing in: %s", want, said(page))
		}
	}
	if n := servicetest.Query[int](t, centre.DatabaseURL, `SELECT count(*) FROM changes`); n != 0 {
		t.Errorf("%d changes were sent", n)
	}
	if page = noura.opens("/console/calendar?lang=en"); strings.Contains(page, `value="09:35"`) {
		t.Error("the form is there twice")
	}
	if page = again(noura, "reem", "/console/calendar", ownPage(), values(version)); strings.Contains(page, "سبب كتبته نورة") {
		t.Error("somebody else finds it")
	}
	foreign := sits(t, centre, "noura")
	foreign.opens("/console/calendar?lang=en")
	page = again(foreign, "noura", "/console/calendar", map[string]string{"Sec-Fetch-Site": "cross-site"}, values(version))
	if strings.Contains(page, "سبب كتبته نورة") {
		t.Error("another site leaves a form")
	}
	// Forms of other rooms, too.
	salem := sits(t, centre, "salem")
	page = again(salem, "salem", "/console/hall/walk-in", ownPage(), url.Values{"branch": {"riyadh"}, "name": {"نوف الشهري"}})
	if !strings.Contains(page, `value="نوف الشهري"`) {
		t.Errorf("a walk-in: %s", said(page))
	}
}
