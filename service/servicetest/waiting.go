package servicetest

import (
	"net/http"

	"ziyara/service/api"
)

// WaitingBody returns the request to wait for a service at a branch in a range
// of dates.
func (v *Visitor) WaitingBody(service, branch, from, to string) map[string]any {
	v.centre.t.Helper()
	return map[string]any{
		"service": service, "branch": branch, "from": from, "to": to, "verification": v.Proves(),
		"visitor": map[string]any{"name": v.Name, "id": v.ID}, "documents_acknowledged": true,
	}
}

// TryWait sends a request to wait and returns the answer.
func (v *Visitor) TryWait(body map[string]any) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/waitlist", body, nil)
}

// Waits joins the waitlist.
func (v *Visitor) Waits(service, branch, from, to string) api.WaitlistTicket {
	v.centre.t.Helper()
	return v.WaitsBy(v.WaitingBody(service, branch, from, to))
}

// WaitsBy joins the waitlist with a request.
func (v *Visitor) WaitsBy(body map[string]any) api.WaitlistTicket {
	v.centre.t.Helper()
	answer := v.TryWait(body)
	v.expect(answer, http.StatusCreated)
	var ticket api.WaitlistTicket
	answer.JSON(v.centre.t, &ticket)
	return ticket
}

// Entry returns the visitor's entry of the waitlist as it is once the periodic
// jobs have run.
func (v *Visitor) Entry(ticket api.WaitlistTicket) api.WaitlistEntry {
	v.centre.t.Helper()
	v.centre.Jobs()
	answer := v.send(http.MethodGet, "/v1/waitlist/"+ticket.ID, nil, waiter(ticket))
	v.expect(answer, http.StatusOK)
	var e api.WaitlistEntry
	answer.JSON(v.centre.t, &e)
	return e
}

// IsOffered returns what the visitor is offered. Another replica may be at it,
// so it asks more than once.
func (v *Visitor) IsOffered(ticket api.WaitlistTicket) api.WaitlistOffer {
	v.centre.t.Helper()
	var e api.WaitlistEntry
	for range 50 {
		if e = v.Entry(ticket); e.Offer != nil {
			return *e.Offer
		}
	}
	v.centre.t.Fatalf("visitor %s is offered nothing: %+v", v.ID, e)
	return api.WaitlistOffer{}
}

// TryAcceptOffer accepts the offered place and returns the answer.
func (v *Visitor) TryAcceptOffer(ticket api.WaitlistTicket) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/waitlist/"+ticket.ID+"/accept", nil, waiter(ticket))
}

// AcceptsOffer accepts the offered place.
func (v *Visitor) AcceptsOffer(ticket api.WaitlistTicket) api.Appointment {
	v.centre.t.Helper()
	answer := v.TryAcceptOffer(ticket)
	v.expect(answer, http.StatusCreated)
	var a api.Appointment
	answer.JSON(v.centre.t, &a)
	return a
}

// TryDecline declines the offered place and returns the answer.
func (v *Visitor) TryDecline(ticket api.WaitlistTicket) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/waitlist/"+ticket.ID+"/decline", nil, waiter(ticket))
}

// Declines declines the offered place.
func (v *Visitor) Declines(ticket api.WaitlistTicket) api.WaitlistEntry {
	v.centre.t.Helper()
	answer := v.TryDecline(ticket)
	v.expect(answer, http.StatusOK)
	var e api.WaitlistEntry
	answer.JSON(v.centre.t, &e)
	return e
}

// TryLeave leaves the waitlist and returns the answer.
func (v *Visitor) TryLeave(ticket api.WaitlistTicket) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodDelete, "/v1/waitlist/"+ticket.ID, nil, waiter(ticket))
}

// waiter returns the header with the token of the entry.
func waiter(ticket api.WaitlistTicket) map[string]string {
	return bearer(ticket.Token)
}

// TryWaitEarlier sends a request to wait for an earlier start of a visit and
// returns the answer.
func (v *Visitor) TryWaitEarlier(a api.Appointment, body map[string]any) Answer {
	v.centre.t.Helper()
	return v.send(http.MethodPost, "/v1/appointments/"+a.Reference+"/earlier", body, owner(a))
}

// WaitsEarlier waits for an earlier start of a visit.
func (v *Visitor) WaitsEarlier(a api.Appointment, body map[string]any) api.WaitlistTicket {
	v.centre.t.Helper()
	answer := v.TryWaitEarlier(a, body)
	v.expect(answer, http.StatusCreated)
	var ticket api.WaitlistTicket
	answer.JSON(v.centre.t, &ticket)
	return ticket
}
