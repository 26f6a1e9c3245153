package service_test

import (
	"fmt"
	"net/http"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// returns is a service of the revenues whose visits need no approval.
const annualReturns = "annual-returns"

// ofHall asks about the hall of Riyadh, as the revenues see it.
func ofHall(method, suffix string, body any) fixture {
	return func(*walk) asked {
		return asked{
			Request:    servicetest.Request{Method: method, Path: "/v1/branches/riyadh" + suffix, Body: body},
			Department: "revenues", Branch: "riyadh",
		}
	}
}

// removesDesk adds a desk and asks for it to be removed.
func removesDesk(w *walk) asked {
	a := ofHall(http.MethodDelete, "/desks/R2", nil)(w)
	w.done(servicetest.Request{Method: http.MethodPut, Path: a.Path, Body: map[string]any{"desk_group": "riyadh-returns"}})
	return a
}

// arrives asks for somebody to be checked in by the identity number.
func arrives(w *walk) asked {
	a := w.arriving()
	body := map[string]any{"branch": "riyadh", "reference": a.Reference}
	return asked{
		Request: servicetest.Request{Method: http.MethodPost, Path: "/v1/arrivals", Body: body}, Department: "revenues", Branch: "riyadh",
	}
}

// calls asks for the next visitor at the first desk.
func calls(w *walk) asked {
	a := w.arriving()
	w.done(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + a.Reference + "/check-in", Body: map[string]any{"branch": "riyadh"}})
	return ofHall(http.MethodPost, "/calls", map[string]any{"desk": w.desk()})(w)
}

// walksIn asks for somebody to be served without a booking.
func walksIn(w *walk) asked {
	v := w.visitor()
	return asked{
		Request: servicetest.Request{Method: http.MethodPost, Path: "/v1/walk-ins", Body: map[string]any{
			"branch": "riyadh", "service": "iban-update", "visitor": map[string]any{"name": v.Name, "id": v.ID}}},
		Department: "revenues", Branch: "riyadh",
	}
}

// ofArrival asks about a visitor who stands somewhere: "" for at the door.
func ofArrival(where, suffix string, body any) fixture {
	return func(w *walk) asked {
		a := w.arriving()
		post := func(suffix string, body any) {
			w.done(servicetest.Request{Method: http.MethodPost, Path: "/v1/appointments/" + a.Reference + suffix, Body: body})
		}
		switch where {
		case "called", "serving":
			post("/check-in", map[string]any{"branch": "riyadh"})
			w.done(servicetest.Request{Method: http.MethodPost, Path: "/v1/branches/riyadh/calls", Body: map[string]any{"desk": w.desk(), "reference": a.Reference}})
			if where == "serving" {
				post("/start", map[string]any{})
			}
		case "late", "no_show":
			w.Clock.Set(a.Start.Add(time.Hour))
			if where == "no_show" {
				post("/no-show", nil)
			}
		}
		return w.about(a, http.MethodPost, suffix, body)
	}
}

// arriving returns a visit to the revenues at Riyadh that begins now.
func (w *walk) arriving() api.Appointment {
	w.t.Helper()
	a := w.booked(annualReturns)
	before := w.Clock.Now()
	w.t.Cleanup(func() { w.Clock.Set(before) })
	w.Clock.Set(a.Start)
	return a
}

// desk returns a desk at which nobody is.
func (w *walk) desk() string {
	w.t.Helper()
	name := fmt.Sprintf("T%d", w.visitors%100000)
	w.done(servicetest.Request{Method: http.MethodPut, Path: "/v1/branches/riyadh/desks/" + name, Body: map[string]any{"desk_group": "riyadh-returns"}})
	return name
}

// done asks as an admin for what has to be done before.
func (w *walk) done(r servicetest.Request) {
	w.t.Helper()
	if answer := w.Admin().Sends(r); answer.Status != http.StatusOK {
		w.t.Fatalf("%s %s: %d %s", r.Method, r.Path, answer.Status, answer.Body)
	}
}
