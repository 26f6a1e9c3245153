//go:build peers

package service_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// The validators of RPDE and of FHIR R4 find nothing wrong with what is published.
func TestPeerOpenPlaces(t *testing.T) {
	t.Parallel()
	found, err := filepath.Glob("../.tools/open-formats-*/node_modules")
	if err != nil || len(found) == 0 {
		t.Fatal("the validators are not installed: run make peers")
	}
	modules, err := filepath.Abs(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	var to *httputil.ReverseProxy
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { to.ServeHTTP(w, r) }))
	t.Cleanup(site.Close)
	centre := servicetest.Open(t, 1, func(c *service.Config) { c.PublicURL = site.URL })
	replica, err := url.Parse(centre.Replicas[0].URL())
	if err != nil {
		t.Fatal(err)
	}
	to = httputil.NewSingleHostReverseProxy(replica)
	publishes(t, centre)
	visitor := centre.Visitor(1)
	visitor.Books("iban-update", "riyadh", visitor.Slots("iban-update", "riyadh", "2026-11-24", "2026-12-01")[0].Start)
	centre.Jobs()
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE services SET published = false WHERE slug = 'annual-returns'") // its days are gone
	servicetest.Exec(t, centre.DatabaseURL, "UPDATE centre SET version = version + 1")
	centre.Jobs()
	centre.Jobs()
	out, err := exec.CommandContext(t.Context(), "node", "testdata/open.js", modules, site.URL).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !regexp.MustCompile(`^pages [2-9]\nLocation [1-9]\nSchedule [1-9]\d*\nSlot \d{3,}\n$`).Match(out) {
		t.Errorf("the validators say\n%s", out)
	}
}
