package service_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

// Anybody can type somebody else's identity number. With a mobile of their own they
// book, give up three visits and wait under the number of another person: that person
// books all the same. Nor do they learn anything of the person's visits.
func TestNumberOfAnother(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 2)
	victim := centre.Visitor(1)
	start := servicetest.At(t, "2026-11-26T09:00")
	attacker := func(n int) *servicetest.Visitor {
		v := centre.Visitor(n)
		v.ID, v.Replica = victim.ID, n%2
		return v
	}

	gives := attacker(2)
	for range 3 {
		gives.TryCancel(gives.Books(heirs, "riyadh", start))
	}
	centre.Refused(gives.TryBook(gives.Holds(heirs, "riyadh", start)), http.StatusTooManyRequests, "rebooking-pause")
	attacker(3).Books(heirs, "riyadh", start)
	attacker(4).Waits(heirs, "riyadh", "2026-11-25", "2026-11-30")

	// No pause, no limit, no visit at the same time, no entry is in the person's way.
	victim.Waits(heirs, "riyadh", "2026-11-25", "2026-11-30")
	visit := victim.Books(heirs, "riyadh", start)

	// Whether the number has a visit or not, its answers are the same.
	for n, id := range []string{victim.ID, centre.Visitor(1000).ID} {
		v := centre.Visitor(5 + n)
		v.ID = id
		v.Waits(heirs, "riyadh", "2026-11-25", "2026-11-30")
		v.Books(heirs, "riyadh", start.AddDate(0, 0, 4))
	}

	// The person's own limits stay: one visit to this service, one place at a time.
	centre.Refused(victim.TryBook(victim.Holds(heirs, "riyadh", start.Add(45*time.Minute))), http.StatusConflict, "person-limit")
	centre.Refused(victim.TryBook(victim.Holds("document-handover", "riyadh", start.Add(30*time.Minute))), http.StatusConflict, "person-busy")

	// Staff find all visits with the number, and reception checks in by it.
	if got := centre.Agent().Lists("q=" + victim.ID); len(got) != 6 || !slices.Contains(got, visit.Reference) {
		t.Errorf("found by the number: %q", got)
	}
	centre.AuditClean()
}
