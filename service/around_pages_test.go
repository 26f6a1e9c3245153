//go:build pages

package service_test

import (
	"net/http"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// contacted gives the centre what the foot of a page can have, and a colour of its own.
func contacted(c *service.Config) {
	official(c)
	c.Brand = service.Brand{Email: "visits@example.gov.sa", X: "example_gov"}
}

// The pages around the portal, and what visitors and testers see at its edges.
func TestBrowserAround(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, contacted)
	b := newChromium(t, centre.Replicas[0].URL())
	for name, path := range map[string]string{
		"privacy": "/privacy", "accessibility": "/accessibility", "how": "/how",
		"not-found-portal": "/nothing", "service-unknown": "/services/nothing",
	} {
		b.everyLanguage(name, path)
	}
	servicetest.Exec(t, centre.DatabaseURL, "ALTER TABLE ledger_days RENAME COLUMN used TO gone")
	t.Cleanup(func() { servicetest.Exec(t, centre.DatabaseURL, "ALTER TABLE ledger_days RENAME COLUMN gone TO used") })
	if got := newWalker(t, centre).goes("/services/heirs-returns/riyadh").status; got != http.StatusInternalServerError {
		t.Fatalf("the page answers %d", got)
	}
	b.everyLanguage("fault", "/services/heirs-returns/riyadh")
}

// A page in another colour, and those of the trial.
func TestBrowserBrand(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, contacted, func(c *service.Config) { c.Brand.Colour = "#5925dc" })
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("start-violet", "/?q=iban")
	b.everyLanguage("how-violet", "/how")
}

func TestBrowserTrialPages(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1, contacted, sandboxed, demoSignIn, func(c *service.Config) { c.Postman = nil })
	b := newChromium(t, centre.Replicas[0].URL())
	b.everyLanguage("trial", "/dev")
	b.everyLanguage("trial-start", "/")
}
