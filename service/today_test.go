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

// asksToday asks with the visit's key where the visitor stands.
func (d door) asksToday(a api.Appointment) servicetest.Answer {
	d.t.Helper()
	return d.centre.Send(servicetest.Request{Method: http.MethodGet, Path: "/v1/appointments/" + a.Reference + "/today",
		Header: map[string]string{"Authorization": "Bearer " + a.ManageToken}})
}

// stands returns where the visitor stands.
func (d door) stands(a api.Appointment) api.Today {
	d.t.Helper()
	return todayOf(d.t, d.asksToday(a))
}

// tells says with the visit's key that the visitor is late.
func (d door) tells(a api.Appointment, minutes int) servicetest.Answer {
	d.t.Helper()
	return d.centre.Send(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + a.Reference + "/late",
		Header: map[string]string{"Authorization": "Bearer " + a.ManageToken}, Body: map[string]any{"minutes": minutes}})
}

// todayOf reads where a visitor stands.
func todayOf(t *testing.T, answer servicetest.Answer) api.Today {
	t.Helper()
	if answer.Status != http.StatusOK || answer.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("today: %d, Cache-Control %q, %s", answer.Status, answer.Header.Get("Cache-Control"), answer.Body)
	}
	var out api.Today
	answer.JSON(t, &out)
	return out
}

// listed returns the visit in reception's list of the day.
func (d door) listed(a api.Appointment) api.HallVisit {
	d.t.Helper()
	list := d.looks("").Visits
	i := slices.IndexFunc(list, func(v api.HallVisit) bool { return v.Reference == a.Reference })
	if i < 0 {
		d.t.Fatalf("%s is not on the list", a.Reference)
	}
	return list[i]
}

// The day of a visit as its visitor sees it, from the morning until it is over.
func TestTodayFromMorningToDesk(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	before, a := d.books(d.centre.Visitor(1), "09:10"), d.books(d.centre.Visitor(2), "09:30")
	d.clock("07:00")
	day := d.stands(a)
	if day.Where != "expected" || !day.Start.Equal(a.Start) || !day.CheckInFrom.Equal(servicetest.At(t, "2026-11-23T08:30")) ||
		day.Number != nil || day.Before != nil || day.Call != nil || day.DelayMinutes != nil || day.AwayUntil != nil {
		t.Errorf("in the morning: %+v", day)
	}
	if got := strings.Join(day.Desks, " "); got != "1 2 3 4" {
		t.Errorf("the desks: %s", got)
	}

	delay := map[string]any{"desk_group": "riyadh-returns", "minutes": 15}
	if answer := d.Posts("/v1/branches/riyadh/delays", delay); answer.Status != http.StatusCreated {
		t.Fatalf("%d %s", answer.Status, answer.Body)
	}
	delay["minutes"] = 5 // the latest counts
	d.Posts("/v1/branches/riyadh/delays", delay)
	if day = d.stands(a); day.DelayMinutes == nil || *day.DelayMinutes != 5 {
		t.Errorf("with a delay: %+v", day)
	}

	d.clock("09:15")
	d.checksIn(before)
	d.checksIn(a)
	d.clock("09:31")
	day = d.stands(a)
	if day.Where != "waiting" || *day.Number != 2 || day.Before == nil || *day.Before != 1 ||
		!day.ArrivedAt.Equal(servicetest.At(t, "2026-11-23T09:15")) {
		t.Errorf("waiting: %+v", day)
	}
	if day.Call == nil || day.Call.From.Before(day.ComputedAt) ||
		!day.Call.To.After(day.Call.From) || !day.ComputedAt.Equal(d.centre.Clock.Now()) {
		t.Errorf("the range: %+v", day.Call)
	}
	if *d.stands(before).Before != 0 {
		t.Error("somebody is before the first")
	}

	d.calls("1")
	if v := d.calls("2"); v.Reference != a.Reference {
		t.Fatalf("called: %+v", v)
	}
	if day = d.stands(a); day.Where != "called" || day.Desk != "2" || day.CalledAt == nil || day.Call != nil || day.Before != nil {
		t.Errorf("called: %+v", day)
	}
	d.does(a, "start", map[string]any{})
	if day = d.stands(a); day.Where != "serving" || day.Desk != "2" || day.StartedAt == nil {
		t.Errorf("at the desk: %+v", day)
	}
	d.does(a, "complete", nil)
	if day = d.stands(a); day.Where != "completed" || day.CompletedAt == nil {
		t.Errorf("over: %+v", day)
	}
}

// Who may see it, and on which day.
func TestTodayIsRefused(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	visitor := d.centre.Visitor(1)
	a, cancelled := d.books(visitor, "09:30"), d.books(d.centre.Visitor(3), "09:30")
	cancels(t, d.centre.Visitor(3), cancelled)
	requested, _ := requests(t, d.centre.Visitor(4))
	tomorrow := d.centre.Visitor(2).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T09:10"))
	d.clock("07:30")
	p := d.centre.Refused(d.asksToday(tomorrow), http.StatusConflict, "not-today")
	if p.Start == nil || !p.Start.Equal(tomorrow.Start) {
		t.Errorf("when it is: %v", p.Start)
	}
	d.centre.Refused(d.tells(tomorrow, 10), http.StatusConflict, "not-today")
	d.centre.Refused(d.centre.Get("/v1/appointments/"+a.Reference+"/today"), http.StatusUnauthorized, "token-needed")
	bare := d.centre.Post("/v1/appointments/"+a.Reference+"/late", map[string]any{"minutes": 5})
	d.centre.Refused(bare, http.StatusUnauthorized, "token-needed")
	other := a
	other.ManageToken = tomorrow.ManageToken
	d.centre.Refused(d.asksToday(other), http.StatusNotFound, "not-found")
	d.centre.Refused(d.tells(other, 5), http.StatusNotFound, "not-found")
	for _, minutes := range []int{-5, 7, 35} {
		d.centre.Refused(d.tells(a, minutes), http.StatusUnprocessableEntity, "invalid")
	}
	d.centre.Refused(d.asksToday(requested), http.StatusConflict, "not-approved-yet")
	d.centre.Refused(d.asksToday(cancelled), http.StatusConflict, "not-booked")
	d.centre.Refused(d.tells(cancelled, 5), http.StatusConflict, "not-booked")
	d.centre.Clock.Set(servicetest.At(t, "2026-11-25T08:10"))
	d.centre.Refused(d.asksToday(tomorrow), http.StatusConflict, "not-today")
}

// A visitor says that they come later: reception sees it at once, at any replica, and
// they are no no-show before that.
func TestLateBeforeCheckIn(t *testing.T) {
	t.Parallel()
	d := reception(t, 2)
	a := d.books(d.centre.Visitor(1), "09:10")
	d.clock("08:40")
	until := func(what, hhmm string, got *time.Time) {
		t.Helper()
		if got == nil || !got.Equal(servicetest.At(t, "2026-11-23T"+hhmm)) {
			t.Errorf("%s: away until %v, want %s", what, got, hhmm)
		}
	}
	until("told", "09:20", todayOf(t, d.tells(a, 10)).AwayUntil)
	until("told again", "09:20", todayOf(t, d.tells(a, 10)).AwayUntil)
	until("told once more", "09:40", todayOf(t, d.tells(a, 30)).AwayUntil)
	until("reception sees", "09:40", d.listed(a).AwayUntil)
	d.clock("09:39")
	p := d.centre.Refused(d.tries(a, "no-show", nil), http.StatusConflict, "no-show-too-early")
	until("no no-show before", "09:40", p.PossibleFrom)
	d.centre.Refused(d.tells(a, 25), http.StatusUnprocessableEntity, "late-minutes")

	if day := todayOf(t, d.tells(a, 0)); day.AwayUntil != nil || d.listed(a).AwayUntil != nil {
		t.Errorf("taken back: %+v", day)
	}
	d.tells(a, 30)
	d.clock("09:40")
	stands(t, d.does(a, "no-show", nil), "no_show")
	if evidence := servicetest.Query[string](t, d.centre.DatabaseURL,
		`SELECT evidence->>'said_until' FROM appointment_events WHERE kind = 'no_show'`); evidence != "2026-11-23T06:40:00Z" {
		t.Errorf("the evidence: %s", evidence)
	}
	d.centre.Refused(d.tells(a, 30), http.StatusConflict, "not-awaited")
	if v := d.checksIn(a); v.AwayUntil != nil || d.stands(a).AwayUntil != nil {
		t.Errorf("checked in, and still away: %+v", v)
	}

	// What was said of another start is said no more.
	b := d.books(d.centre.Visitor(2), "13:10")
	d.tells(b, 30)
	d.does(b, "move-on-behalf", map[string]any{"start": servicetest.At(t, "2026-11-23T12:10"), "reason": "طلب الزائر"})
	if day := d.stands(b); day.AwayUntil != nil {
		t.Errorf("moved: %+v", day)
	}
	d.centre.AuditClean()
}

// A visitor with a number leaves the hall for a moment: others are called, reception
// reads why, and the visitor is called when they are back.
func TestLateAfterCheckIn(t *testing.T) {
	t.Parallel()
	d := reception(t, 1)
	a, b := d.books(d.centre.Visitor(1), "09:10"), d.books(d.centre.Visitor(2), "09:30")
	d.clock("09:00")
	d.checksIn(a)
	d.checksIn(b)
	d.clock("09:30")
	day := todayOf(t, d.tells(a, 10))
	if day.Where != "waiting" || *day.Number != 1 || !day.AwayUntil.Equal(servicetest.At(t, "2026-11-23T09:40")) ||
		!day.Call.From.Equal(servicetest.At(t, "2026-11-23T09:40")) {
		t.Errorf("away: %+v", day)
	}
	if *d.stands(b).Before != 0 {
		t.Error("who is away is before others")
	}
	why := d.looks("").Queues[0].Waiting[0].Why
	if !slices.ContainsFunc(why, func(w api.Text) bool { return strings.Contains(w.EN, "back in the waiting hall at 9:40 am") }) {
		t.Errorf("why: %+v", why)
	}
	if v := d.calls("1"); v.Reference != b.Reference {
		t.Errorf("called while the first is away: %+v", v)
	}
	d.centre.Refused(d.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "2"}), http.StatusConflict, "nobody-waits")
	if v := d.checksIn(a); *v.Number != 1 || v.AwayUntil != nil { // scanned on return
		t.Errorf("back: %+v", v)
	}
	if v := d.calls("2"); v.Reference != a.Reference {
		t.Errorf("called on return: %+v", v)
	}
	d.centre.Refused(d.tells(a, 10), http.StatusConflict, "not-awaited")
}
