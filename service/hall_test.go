package service_test

import (
	"net/http"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// checkedIn checks a visitor in at Riyadh.
func checkedIn(t *testing.T, by *servicetest.Staff, reference string) api.HallVisit {
	t.Helper()
	return inHall(t, by.Posts("/v1/appointments/"+reference+"/check-in", map[string]any{"branch": "riyadh"}))
}

// inHall reads the visit that reception is shown.
func inHall(t *testing.T, answer servicetest.Answer) api.HallVisit {
	t.Helper()
	var v api.HallVisit
	if answer.Status != http.StatusOK {
		t.Fatalf("got %d %s", answer.Status, answer.Body)
	}
	answer.JSON(t, &v)
	return v
}

// A visitor comes, is called, served, and asked how it was.
func TestHallDay(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	salem := centre.Receptionist("riyadh")
	noura := centre.Visitor(1)
	a := noura.Books("annual-returns", "riyadh", servicetest.At(t, "2026-11-23T09:10"))
	centre.Clock.Set(servicetest.At(t, "2026-11-23T09:00"))
	v := checkedIn(t, salem, a.Reference)
	if v.Where != "waiting" || *v.Number != 1 || *v.Late {
		t.Errorf("%+v", v)
	}
	again := checkedIn(t, salem, a.Reference)
	if *again.Number != 1 || !again.ArrivedAt.Equal(*v.ArrivedAt) {
		t.Errorf("checked in again: %+v", again)
	}
	v = inHall(t, salem.Posts("/v1/branches/riyadh/calls", map[string]any{"desk": "1"}))
	if v.Reference != a.Reference || v.Where != "called" || v.Desk != "1" {
		t.Errorf("called: %+v", v)
	}
	centre.Clock.Add(2 * time.Minute)
	v = inHall(t, salem.Posts("/v1/appointments/"+a.Reference+"/start", map[string]any{}))
	centre.Clock.Add(15 * time.Minute)
	v = inHall(t, salem.Posts("/v1/appointments/"+a.Reference+"/complete", nil))
	if v.Where != "completed" {
		t.Errorf("in the end: %+v", v)
	}
	if now := noura.Shows(a); now.Status != api.AppointmentStatusCompleted || eventsOf(now) != "booked checked_in started completed" {
		t.Errorf("%s, %s", now.Status, eventsOf(now))
	}
	centre.AuditClean()
}
