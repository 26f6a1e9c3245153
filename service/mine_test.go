package service_test

import (
	"net/http"
	"testing"
	"time"

	"ziyara/service/api"
	"ziyara/service/servicetest"
)

// mine returns what a visitor is shown of their visits.
func mine(t *testing.T, v *servicetest.Visitor) api.MyVisits {
	t.Helper()
	answer := v.TryMine(v.Proves())
	if answer.Status != http.StatusOK {
		t.Fatalf("my visits: %d %s", answer.Status, answer.Body)
	}
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("my visits may be kept: %q", got)
	}
	var list api.MyVisits
	answer.JSON(t, &list)
	return list
}

// A visitor who proves a mobile finds all that belongs to it: what is to come,
// what is over, what waits; and the lost keys to them.
func TestMyVisits(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura, other := centre.Visitor(1), centre.Visitor(2)
	if list := mine(t, noura); len(list.Coming)+len(list.Past)+len(list.Waiting) != 0 {
		t.Fatalf("before any booking: %+v", list)
	}
	late := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-30T09:00"))
	cancels(t, noura, late)
	early := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	other.Books(heirs, dammam, servicetest.At(t, "2026-11-25T09:00"))
	body := other.WaitingBody("annual-returns", dammam, "2026-11-25", "2026-11-25")
	ticket := other.WaitsBy(body)

	list := mine(t, noura)
	if len(list.Coming) != 1 || list.Coming[0].Reference != early.Reference || list.Coming[0].ManageToken != early.ManageToken {
		t.Errorf("coming: %+v, want %s with its key", list.Coming, early.Reference)
	}
	if len(list.Past) != 1 || list.Past[0].Reference != late.Reference || list.Past[0].Status != "cancelled" {
		t.Errorf("past: %+v, want the cancelled %s", list.Past, late.Reference)
	}
	cancels(t, noura, list.Coming[0]) // the key that was found again works

	list = mine(t, other)
	if len(list.Coming) != 1 || len(list.Waiting) != 1 || list.Waiting[0].ID != ticket.ID || list.Waiting[0].Token != ticket.Token {
		t.Errorf("the other has %+v, want a visit and an entry", list)
	}
	found := api.WaitlistTicket{ID: list.Waiting[0].ID, Token: list.Waiting[0].Token}
	if answer := other.TryLeave(found); answer.Status != http.StatusNoContent {
		t.Errorf("leave: %d %s", answer.Status, answer.Body)
	}
	if list = mine(t, other); len(list.Waiting) != 0 {
		t.Errorf("an entry that was left is still listed: %+v", list.Waiting)
	}
}

// What is long over is not listed any more.
func TestMyVisitsForget(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Visitor(1)
	noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	centre.Clock.Set(servicetest.At(t, "2026-11-24T12:00"))
	if list := mine(t, noura); len(list.Coming) != 0 || len(list.Past) != 1 {
		t.Errorf("after the visit: %+v, want it as past", list)
	}
	centre.Clock.Set(servicetest.At(t, "2027-02-23T12:00"))
	if list := mine(t, noura); len(list.Past) != 0 {
		t.Errorf("91 days later: %+v, want nothing", list)
	}
}

// Without the proof of a mobile nothing is said.
func TestMyVisitsNeedAProof(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	noura := centre.Visitor(1)
	visit := noura.Books(heirs, "riyadh", servicetest.At(t, "2026-11-24T09:00"))
	proof := noura.Proves()
	centre.Refused(noura.TryMine(""), http.StatusUnauthorized, "proof-needed")
	centre.Refused(noura.TryMine(visit.ManageToken), http.StatusForbidden, "proof-invalid")
	centre.Refused(noura.TryMine(proof+"A"), http.StatusForbidden, "proof-invalid")
	centre.Clock.Add(30 * time.Minute)
	centre.Refused(noura.TryMine(proof), http.StatusForbidden, "proof-expired")
}
