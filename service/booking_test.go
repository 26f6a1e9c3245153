package service_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"ziyara/service/servicetest"
)

func TestMain(m *testing.M) {
	runReplica()
	os.Exit(servicetest.Main(m))
}

// A visitor finds a service, holds a place, proves a number, books, is told,
// moves, is told, cancels, is told; and everything stands in the history.
func TestVisitFromSearchToCancellation(t *testing.T) {
	t.Parallel()
	centre := servicetest.Open(t, 1)
	visitor := centre.Visitor(1)

	free := visitor.Slots("heirs-returns", "riyadh", "2026-11-24", "2026-11-26")
	if len(free) < 2 {
		t.Fatalf("got %d free starts, want some", len(free))
	}
	visit := visitor.Books("heirs-returns", "riyadh", free[0].Start)
	if got := visitor.Receives().Text; !strings.Contains(got, visit.Reference) {
		t.Errorf("confirmation %q does not name %s", got, visit.Reference)
	}
	answer := visitor.TryMove(visit, free[1].Start)
	if answer.Status != http.StatusOK {
		t.Fatalf("move: %d %s", answer.Status, answer.Body)
	}
	visitor.Receives()
	answer = visitor.TryCancel(visit)
	if answer.Status != http.StatusOK {
		t.Fatalf("cancel: %d %s", answer.Status, answer.Body)
	}
	if got, want := len(visitor.Messages()), 4; got != want { // code, booked, moved, cancelled
		t.Errorf("got %d messages, want %d", got, want)
	}
	now := visitor.Shows(visit)
	var events []string
	for _, e := range now.History {
		events = append(events, e.Event)
	}
	if got, want := strings.Join(events, " "), "booked moved cancelled"; got != want {
		t.Errorf("history %q, want %q", got, want)
	}
	centre.Pass(time.Hour)
	centre.AuditClean()
}
