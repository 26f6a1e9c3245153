//go:build peers

package service_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/servicetest"
)

// The tour of the README does what it says when it is pasted into a shell:
// with the real clock, the sandbox phone and curl.
func TestPeerTour(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tour, _ := strings.Cut(string(readme), "## A tour in five requests")
	_, tour, _ = strings.Cut(tour, "```sh\n")
	tour, rest, found := strings.Cut(tour, "```")
	_, rest, _ = strings.Cut(rest, "```sh\n")
	staff, _, _ := strings.Cut(rest, "```")
	tour += staff
	if !found || !strings.Contains(tour, "http://127.0.0.1:8080") {
		t.Fatalf("no tour in the README: %q", tour)
	}
	centre := servicetest.Open(t, 1, demoSignIn, servicetest.Running, func(c *service.Config) { c.Sender, c.Now = nil, time.Now })
	tour = strings.ReplaceAll(tour, "http://127.0.0.1:8080", centre.Replicas[0].URL())
	out, err := exec.CommandContext(t.Context(), "bash", "-c", tour).CombinedOutput()
	if err != nil {
		t.Fatalf("%v; the tour needs bash and curl (Debian packages of these names)\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for i, want := range []string{
		`"slug":"iban-update"`, "first free start: 20", `"expires_at"`, `"status":"booked"`, `"event":"moved"`, `"status":"cancelled"`,
		`"departments":["revenues"]`, `"acts":[`,
	} {
		if i >= len(lines) || !strings.Contains(lines[i], want) {
			t.Fatalf("step %d: no %s in\n%s", i+1, want, out)
		}
	}
	centre.AuditClean()
}
