package service_test

import (
	"bytes"
	"net/http"
	"regexp"
	"testing"

	"ziyara/service/servicetest"
)

// Whoever guesses learns nothing: what is another's is answered as what is not there, in
// every word, and without asking the database, so in the same time.
func TestForeignAndUnknownAreOne(t *testing.T) {
	t.Parallel()
	line := servicetest.NewLine(t, servicetest.Database(t))
	centre := servicetest.OpenOn(t, line.URL, 1, public)
	visitor, other := centre.Visitor(1), centre.Visitor(2)
	nine := servicetest.At(t, "2026-11-25T09:00")
	visit := visitor.Books(heirs, "riyadh", nine)
	hold := visitor.Holds(heirs, "riyadh", nine)
	mine := other.Books("iban-update", "riyadh", nine)
	token := map[string]string{"Authorization": "Bearer " + mine.ManageToken}
	hidden := regexp.MustCompile(`"request_id":"[^"]*"`)
	ask := func(method, path string, header map[string]string) servicetest.Answer {
		answer := centre.Send(servicetest.Request{Method: method, Path: path, Header: header})
		answer.Body = hidden.ReplaceAll(answer.Body, nil)
		return answer
	}
	line.Cut() // whoever needs the database now gets 503
	for _, c := range []struct {
		method, known, unknown string
		header                 map[string]string
	}{
		{"GET", "/v1/appointments/" + visit.Reference, "/v1/appointments/V-0000-0000-0", token},
		{"GET", "/v1/appointments/" + visit.Reference + "/calendar.ics", "/v1/appointments/V-2222-2222-2/calendar.ics", token},
		{"GET", "/v1/appointments/" + visit.Reference + "/code.svg", "/v1/appointments/V-2222-2222-2/code.svg", token},
		{"POST", "/v1/appointments/" + visit.Reference + "/cancel", "/v1/appointments/V-2222-2222-2/cancel", token},
		{"POST", "/v1/appointments/" + visit.Reference + "/confirm", "/v1/appointments/V-2222-2222-2/confirm", token},
		{"DELETE", "/v1/holds/" + hold.ID, "/v1/holds/" + nobody, map[string]string{"Hold-Token": "kq3vXo0b7m5C1u2Y8fJwRg"}},
		{"GET", "/v1/waitlist/" + hold.ID, "/v1/waitlist/" + nobody, token},
		{"GET", "/m/" + mine.ManageToken, "/m/kq3vXo0b7m5C1u2Y8fJwRg", nil},
	} {
		known, unknown := ask(c.method, c.known, c.header), ask(c.method, c.unknown, c.header)
		if known.Status != unknown.Status || known.Status >= http.StatusInternalServerError || known.Status < http.StatusBadRequest ||
			c.method != "GET" && !bytes.Equal(known.Body, unknown.Body) {
			t.Errorf("%s %s: %d %s\n%s: %d %s", c.method, c.known, known.Status, known.Body, c.unknown, unknown.Status, unknown.Body)
		}
	}
}
