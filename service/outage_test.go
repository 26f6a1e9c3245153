package service_test

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// until polls a condition, much longer than anything takes.
func until(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// When the database is gone, requests are told to come back; when it is back,
// so is the service, and a booking that was tried meanwhile happens once.
func TestDatabaseGoneAndBack(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1)
	visitor := centre.Visitor(1)
	hold := visitor.Holds("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	booking := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(key), Body: visitor.BookingBody(hold)}

	line.Cut()
	for _, r := range []servicetest.Request{
		{Method: http.MethodGet, Path: "/readyz"},
		{Method: http.MethodGet, Path: "/v1/services/heirs-returns/slots?branch=riyadh"},
		{Method: http.MethodPost, Path: "/v1/verifications", Body: map[string]any{"mobile": "0555555555"}},
		{Method: http.MethodPost, Path: "/v1/holds", Body: map[string]any{"service": "heirs-returns", "branch": "riyadh", "start": hold.Start}},
		{Method: http.MethodDelete, Path: "/v1/holds/" + hold.ID, Header: map[string]string{"Hold-Token": hold.Token}},
		booking,
	} {
		answer := centre.Send(r)
		p := centre.Refused(answer, http.StatusServiceUnavailable, "unavailable")
		if answer.Header.Get("Retry-After") == "" || p.RetryAfter < 1 {
			t.Errorf("%s %s: Retry-After %q, retry_after %d", r.Method, r.Path, answer.Header.Get("Retry-After"), p.RetryAfter)
		}
	}
	if status, why := centre.Operations("/readyz"); status != http.StatusServiceUnavailable || len(why) < 10 {
		t.Errorf("operators are told %d %q, want why", status, why)
	}
	for _, path := range []string{"/healthz", "/v1/services", "/v1/branches"} { // need no database
		if answer := centre.Get(path); answer.Status != http.StatusOK {
			t.Errorf("%s: got %d %s, want 200", path, answer.Status, answer.Body)
		}
	}

	line.Heal()
	until(t, "the service is ready", func() bool { return centre.Get("/readyz").Status == http.StatusOK })
	first, again := centre.Send(booking), centre.Send(booking)
	if first.Status != http.StatusCreated || !bytes.Equal(first.Body, again.Body) {
		t.Errorf("booking: %d %s\nand again: %d %s", first.Status, first.Body, again.Status, again.Body)
	}
	if got := len(visitor.Messages()); got != 2 { // code and confirmation
		t.Errorf("got %d messages, want 2", got)
	}
	centre.AuditClean()
}

// When the line breaks just as a booking is written, its caller can't know
// whether it was. Repeated with its key, it is answered and there is one visit.
func TestBookingWhoseAnswerWasLost(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1)
	visitor := centre.Visitor(1)
	hold := visitor.Holds("heirs-returns", "dammam", servicetest.At(t, "2026-11-24T09:00"))
	booking := servicetest.Request{
		Method: http.MethodPost, Path: "/v1/appointments", Header: withKey(key), Body: visitor.BookingBody(hold)}

	line.LoseCommit(key)
	centre.Refused(centre.Send(booking), http.StatusServiceUnavailable, "not-known")
	until(t, "the commit went through", line.Lost)
	line.Heal()
	if got := servicetest.Query[int](t, line.URL, "SELECT count(*) FROM appointments WHERE status = 'booked'"); got != 1 {
		t.Fatalf("got %d visits in the database, want the 1 whose answer was lost", got)
	}
	answer := centre.Send(booking)
	if answer.Status != http.StatusCreated {
		t.Fatalf("repeated: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	if now := visitor.Shows(visit); now.Status != api.AppointmentStatusBooked {
		t.Errorf("the visit is %s, want booked", now.Status)
	}
	if got := len(visitor.Messages()); got != 2 { // code and confirmation
		t.Errorf("got %d messages, want 2", got)
	}
	centre.AuditClean()
}

// A replica that is told to stop while the database is gone has nothing left
// to say to it, and stops without complaint: nothing was lost.
func TestStopWhileDatabaseIsGone(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1)
	centre.Visitor(1).Books("heirs-returns", "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	line.Cut()
	if err := centre.Stop(0); err != nil {
		t.Errorf("stop: %v", err)
	}
}
