package service_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
	"ziyara/slots"
)

// comes moves the clock on to an instant.
func comes(t *testing.T, centre *servicetest.Centre, at string) {
	t.Helper()
	centre.Pass(servicetest.At(t, at).Sub(centre.Clock.Now()))
}

// The counter has no hours for Ramadan yet, and people have booked
// as if it were an ordinary month. When the season comes, by its Hijri dates,
// what falls outside its hours is rebooked, and the rest stays.
func TestRamadanHoursRebookWhatFallsOutside(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura := centre.Coordinator("revenues")
	if answer := changes(noura, http.MethodPatch, returns, "*", map[string]any{"seasons": []any{}}); answer.Status != http.StatusOK {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	comes(t, centre, "2027-01-31T10:00")
	outside := books(t, centre, 1, "annual-returns", "riyadh",
		servicetest.At(t, "2027-02-09T07:30"), servicetest.At(t, "2027-02-09T09:50"),
		servicetest.At(t, "2027-02-09T18:00"), servicetest.At(t, "2027-02-10T08:10"))
	inside := books(t, centre, 50, "annual-returns", "riyadh",
		servicetest.At(t, "2027-02-07T07:30"), servicetest.At(t, "2027-02-09T10:30"), servicetest.At(t, "2027-02-10T14:10"))
	centre.Jobs()

	change := asks(t, noura, returns+"/changes", version(noura, "riyadh-returns"), map[string]any{
		"edit": map[string]any{"seasons": []any{map[string]any{
			"name": both("رمضان", "Ramadan"), "hijri": map[string]any{"from": "09-01", "until": "09-30"},
			"openings": []any{opening("10:00", "15:00", 4)},
		}}},
		"reason": both("ساعات رمضان", "Ramadan hours"),
	}, http.StatusCreated)
	comesTo(t, change, "applied", map[slots.Outcome]int{slots.OutcomeWaiting: 4})
	centre.Jobs()
	for _, v := range inside {
		if n := len(v.texts()); n != 1 || v.now().Displaced() {
			t.Errorf("%v is inside the hours, and told %q", v.Start, v.texts())
		}
	}
	for i, want := range []string{"2027-02-09T10:00", "2027-02-09T10:00", "2027-02-09T14:40", "2027-02-10T10:00"} {
		v := outside[i]
		says(t, v.sees(""), "Ramadan hours", "Accept the suggested time")
		v.taps("accept", nil)
		if got := v.now().Start; !got.Equal(servicetest.At(t, want)) {
			t.Errorf("who had %v comes at %v, want %s", v.Start, got, want)
		}
	}
	comesTo(t, changeNow(t, noura, change.ID), "applied", map[slots.Outcome]int{slots.OutcomeAccepted: 4})
	centre.AuditClean()
}

// Eid is computed, so provisional, and then announced two days
// longer. The admin announces it once; in every department and branch who had
// booked on the two days is rebooked, and so is who was booked behind it.
func TestEidTakesItsVisitorsAlong(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	comes(t, centre, "2027-02-20T10:00")
	reem := centre.Admin()
	var visits []booked
	for i, at := range []struct{ service, branch string }{
		{"annual-returns", "riyadh"}, {"annual-returns", "jeddah"}, {"annual-returns", "dammam"},
		{"bank-guarantee", "riyadh"}, {"bank-guarantee", "jeddah"}, {"exemption-request", "riyadh"}, {"supplier-claim", "riyadh"},
	} {
		for n, day := range []string{"2027-03-02", "2027-03-03"} {
			start := centre.Visitor(0).Slots(at.service, at.branch, day, day)[0].Start
			visits = append(visits, books(t, centre, 10*i+n+1, at.service, at.branch, start)...)
		}
	}
	unaffected := books(t, centre, 900, "annual-returns", "riyadh", servicetest.At(t, "2027-03-01T10:00"))[0]
	centre.Jobs()
	tag := reem.Gets("/v1/holidays").Header.Get("ETag")
	announces := map[string]any{
		"announce": map[string]any{"holiday": "eid-al-fitr", "year": 1448, "from": "2027-03-02", "until": "2027-03-14"},
		"reason":   both("إجازة عيد الفطر", "Eid al-Fitr holiday"),
	}
	draft := asks(t, reem, "/v1/holidays/changes?dry_run=true", tag, announces, http.StatusCreated)
	comesTo(t, draft, "drafted", map[slots.Outcome]int{slots.OutcomePlanned: 14})
	if !slices.Contains(draft.Departments, "exemptions") || !slices.Contains(draft.DeskGroups, "dammam-returns") || draft.HolidayList == "" {
		t.Errorf("the draft is of %q, %q, list %q", draft.Departments, draft.DeskGroups, draft.HolidayList)
	}
	change := asks(t, reem, "/v1/holidays/changes", tag, map[string]any{"draft": draft.ID}, http.StatusCreated)
	comesTo(t, change, "applied", map[slots.Outcome]int{slots.OutcomeWaiting: 14})
	centre.Jobs()
	for _, v := range visits {
		says(t, v.sees(""), "Eid al-Fitr holiday")
		v.taps("accept", nil)
		now := v.now()
		if day := now.Start.Add(3 * time.Hour).Format(time.DateOnly); day >= "2027-03-02" && day <= "2027-03-14" || now.Service != v.Service ||
			now.Branch != v.Branch {
			t.Errorf("who had %s at %s on %v comes to %s at %s on %v", v.Service, v.Branch, v.Start, now.Service, now.Branch, now.Start)
		}
	}
	if n := len(unaffected.texts()); n != 1 {
		t.Errorf("who comes before Eid is told %q", unaffected.texts())
	}
	comesTo(t, changeNow(t, reem, change.ID), "applied", map[slots.Outcome]int{slots.OutcomeAccepted: 14})
	centre.AuditClean()
}

// What a coordinator can get wrong, and what she is told to do about it.
func TestChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, public)
	noura, salma := centre.Coordinator("revenues"), centre.Coordinator("care")
	visits := books(t, centre, 1, "iban-update", "riyadh", servicetest.At(t, "2026-11-24T12:00"), servicetest.At(t, "2026-11-24T09:00"))
	affected, other := visits[0], visits[1]
	tag := version(noura, "riyadh-returns")
	closes := func(more map[string]any) map[string]any {
		body := map[string]any{"edit": map[string]any{"close": []any{closing("2026-11-24")}}, "reason": both("صيانة", "Maintenance")}
		maps.Copy(body, more)
		return body
	}
	draft := asks(t, noura, returns+"/changes?dry_run=true", tag, closes(nil), http.StatusCreated)
	exception := func(reference string) map[string]any {
		return map[string]any{"exceptions": []any{map[string]any{"reference": reference, "decision": "keep"}}}
	}
	past := map[string]any{"edit": map[string]any{"close": []any{closing("2026-11-01")}}, "reason": both("صيانة", "Maintenance")}
	for _, c := range []struct {
		name    string
		staff   *servicetest.Staff
		path    string
		version string
		body    map[string]any
		status  int
		kind    string
	}{
		{"a closure that is over", noura, returns + "/changes", tag, past, http.StatusUnprocessableEntity, "plan-invalid"},
		{"no version", noura, returns + "/changes", "", closes(nil), http.StatusPreconditionRequired, "version-needed"},
		{"a version of before", noura, returns + "/changes", `"999"`, closes(nil), http.StatusPreconditionFailed, "edit-conflict"},
		{
			"a draft, with a version of before", noura, returns + "/changes", `"999"`, map[string]any{"draft": draft.ID},
			http.StatusPreconditionFailed, "edit-conflict",
		},
		{"another department's desk group", salma, returns + "/changes?dry_run=true", tag, closes(nil), http.StatusForbidden, "forbidden"},
		{
			"a desk group that does not exist", noura, "/v1/desk-groups/nowhere/changes", tag, closes(nil), http.StatusNotFound,
			"unknown-desk-group",
		},
		{
			"a draft of another desk group", noura, "/v1/desk-groups/riyadh-returns-files/changes", "*", map[string]any{"draft": draft.ID},
			http.StatusNotFound, "unknown-change",
		},
		{
			"a draft that does not exist", noura, returns + "/changes", tag, map[string]any{"draft": "01931f2e-7c1a-7b64-9a52-0c8f6e1d2b34"},
			http.StatusNotFound, "unknown-change",
		},
		{
			"a decision for a visit that is not affected", noura, returns + "/changes", tag, closes(exception(other.Reference.String())),
			http.StatusUnprocessableEntity, "not-affected",
		},
		{
			"a decision for no visit", noura, returns + "/changes", tag, closes(exception("V-0000")), http.StatusUnprocessableEntity, "not-affected",
		},
		{
			"no edit", noura, returns + "/changes", tag, map[string]any{"reason": both("صيانة", "Maintenance")}, http.StatusUnprocessableEntity,
			"one-change",
		},
		{
			"an edit and a draft", noura, returns + "/changes", tag, closes(map[string]any{"draft": draft.ID}), http.StatusUnprocessableEntity,
			"one-change",
		},
		{
			"a draft of a draft", noura, returns + "/changes?dry_run=true", tag, map[string]any{"draft": draft.ID}, http.StatusUnprocessableEntity,
			"one-change",
		},
		{"no reason", noura, returns + "/changes", tag, map[string]any{"edit": closes(nil)["edit"]}, http.StatusUnprocessableEntity, "invalid"},
		{"a holiday that does not exist", centre.Admin(), "/v1/holidays/changes", "*",
			map[string]any{
				"announce": map[string]any{"holiday": "nowruz", "year": 1448, "from": "2027-03-02", "until": "2027-03-14"},
				"reason":   both("عيد", "Feast"),
			},
			http.StatusNotFound, "not-found"},
	} {
		centre.Refused(changes(c.staff, http.MethodPost, c.path, c.version, c.body), c.status, c.kind)
		if now := version(noura, "riyadh-returns"); now != tag {
			t.Fatalf("%s has changed the calendar", c.name)
		}
	}
	call := func(change, reference, outcome string) servicetest.Answer {
		return noura.Posts("/v1/changes/"+change+"/visits/"+reference, map[string]any{"outcome": outcome})
	}
	centre.Refused(call(draft.ID, affected.Reference.String(), "accepts"), http.StatusConflict, "not-told-yet")
	centre.Pass(slots.DraftFor)
	centre.Refused(changes(noura, http.MethodPost, returns+"/changes", tag, map[string]any{"draft": draft.ID}), http.StatusGone,
		"draft-expired")
	if c := changeNow(t, noura, draft.ID); c.State != "dropped" {
		t.Errorf("the draft is %s", c.State)
	}

	change := asks(t, noura, returns+"/changes", tag, closes(map[string]any{"decision": "cancel"}), http.StatusCreated)
	comesTo(t, change, "applied", map[slots.Outcome]int{slots.OutcomeCalledOff: 1})
	centre.Refused(call(change.ID, other.Reference.String(), "accepts"), http.StatusUnprocessableEntity, "not-affected")
	centre.Refused(call(change.ID, affected.Reference.String(), "accepts"), http.StatusConflict, "change-settled")
	centre.Refused(noura.Sends(servicetest.Request{Method: http.MethodDelete, Path: "/v1/changes/" + change.ID}), http.StatusConflict,
		"change-settled")
	centre.Refused(salma.Gets("/v1/changes/"+change.ID), http.StatusForbidden, "forbidden")
	centre.Jobs()
	if got := affected.texts()[0]; !strings.HasPrefix(got, "Sorry, we had to cancel your visit\n") ||
		!strings.Contains(got, "Reason: Maintenance\nTo book another time, call 19990") {
		t.Errorf("told %q", got)
	}
	says(t, affected.sees(""), "This visit has been cancelled", "Maintenance", "To book a new visit, call")
	centre.AuditClean()
}
