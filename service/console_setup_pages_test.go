//go:build pages

package service_test

import (
	"net/http"
	"testing"

	"ziyara/service/servicetest"
)

// The set-up of the centre, in both languages, narrow and wide, light and dark.
func TestBrowserConsoleSetup(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, demoSignIn, official)
	centre.Visitor(1).Books(annualReturns, "riyadh", servicetest.At(t, "2026-11-24T08:30"))
	const service = "/console/centre/services/" + annualReturns
	admin := sits(t, centre, "reem")
	_, review := admin.sendsForm(service, admin.fills(admin.opens(service), service, "/duration", "50", "do", "look"))
	if status, page := admin.sendsForm(service, admin.fills(review, service, "do", "save")); status != http.StatusOK {
		t.Fatalf("a longer visit: %d %s", status, said(page))
	}
	b := opensAs(t, centre, "reem", "/console/centre")
	b.everyLanguage("setup-branches", "/console/centre/branches")
	b.everyLanguage("setup-services", "/console/centre/services")
	b.everyLanguage("setup-service", "/console/centre/services/"+annualReturns)
	b.everyLanguage("setup-review", service+"?version=0", service)
	b.everyLanguage("setup-wrong", "/console/centre/departments?add=1", "/console/centre/departments")
	b.everyLanguage("setup-branch", "/console/centre/branches/riyadh")
	b.everyLanguage("setup-desk-group-new", "/console/centre/desk-groups?add=1")
	b.everyLanguage("setup-entities", "/console/centre/entities")
}
