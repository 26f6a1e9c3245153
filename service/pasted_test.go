package service_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// josefa is a visitor whose details were pasted from a chat.
func josefa(t *testing.T) (*servicetest.Centre, api.Appointment) {
	t.Helper()
	centre := servicetest.Open(t, 1)
	v := centre.Visitor(1)
	body := v.BookingBody(v.Holds(heirs, dammam, servicetest.At(t, "2026-11-25T09:00")))
	body["visitor"] = map[string]any{
		"name": "\u200fJose\u0301\u00a0 de la Cruz\u200e", "id": "\u200f" + v.ID + "\u202c", "email": "\u200ea@b\u00ad.sa\ufeff",
	}
	answer := centre.Post("/v1/appointments", body)
	if answer.Status != http.StatusCreated {
		t.Fatalf("book: %d %s", answer.Status, answer.Body)
	}
	var visit api.Appointment
	answer.JSON(t, &visit)
	return centre, visit
}

// What people paste means what they see: in a body, in a path and in a query.
func TestPastedValues(t *testing.T) {
	t.Parallel()
	centre, visit := josefa(t)
	if want := "José de la Cruz"; visit.Visitor != want {
		t.Errorf("booked for %+q, want %+q", visit.Visitor, want)
	}
	v := centre.Visitor(1)
	v.Email = "a@b.sa"
	if mails := v.Mails(); len(mails) != 1 {
		t.Errorf("%d e-mails to the address that was meant, want 1", len(mails))
	}
	for _, reference := range []string{
		visit.Reference[:1] + "\u2011" + visit.Reference[2:], visit.Reference + "\u200e",
		"\u2067" + visit.Reference + "\u2069", "\u00a0" + visit.Reference,
	} {
		answer := centre.Send(servicetest.Request{
			Method: http.MethodGet, Path: "/v1/appointments/" + url.PathEscape(reference),
			Header: map[string]string{"Authorization": "Bearer " + visit.ManageToken},
		})
		if answer.Status != http.StatusOK {
			t.Errorf("%+q: %d %s", reference, answer.Status, answer.Body)
		}
		if got := centre.Agent().Lists("q=" + url.QueryEscape(reference)); !slices.Equal(got, []string{visit.Reference}) {
			t.Errorf("staff look for %+q: %q", reference, got)
		}
	}
	blank := centre.Visitor(2)
	body := blank.BookingBody(blank.Holds(heirs, dammam, servicetest.At(t, "2026-11-25T09:45")))
	body["visitor"] = map[string]any{"name": "\u00a0\u200f\u3164\u2800", "id": blank.ID}
	centre.Refused(centre.Post("/v1/appointments", body), http.StatusUnprocessableEntity, "invalid")
}

// Staff find a name however it is written, also one whose key a former version of
// the program has saved.
func TestNamesAreFoundHoweverWritten(t *testing.T) {
	t.Parallel()
	centre, visit := josefa(t)
	agent := centre.Agent()
	spellings := []string{"Jose", "José", "Jose\u0301", "JOSÉ", "Ｊｏｓé", "cruz"}
	found := func(what string) {
		t.Helper()
		for _, q := range spellings {
			if got := agent.Lists("q=" + url.QueryEscape(q)); !slices.Equal(got, []string{visit.Reference}) {
				t.Errorf("%s, %+q: %q", what, q, got)
			}
		}
	}
	found("booked")
	servicetest.Exec(t, centre.DatabaseURL, `UPDATE appointments
		SET visitor_name = 'José de la Cruz', visitor_key = ' josé de la cruz ' WHERE visitor_name IS NOT NULL`)
	if got := agent.Lists("q=jose"); len(got) > 0 {
		t.Errorf("found by the former key: %q", got)
	}
	centre.Job("renew name keys")
	found("booked by a former version")
}
