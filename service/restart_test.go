package service_test

import (
	"context"
	"os"
	"testing"
	"time"

	"ziyara/service"
	"ziyara/service/privatepg"
	"ziyara/service/servicetest"
)

// The database server is restarted in the middle of a delivery of reminders.
// The service is not, and goes on by itself: every reminder is accepted, once,
// for what was sent and could not be recorded is remembered.
func TestDatabaseRestartedInADelivery(t *testing.T) {
	t.Parallel()
	const n = 600
	// That of t.TempDir is closed to the user who runs PostgreSQL for root.
	dir, err := os.MkdirTemp("", "ziyara-restart-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	start := func() *privatepg.Instance {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		instance, err := privatepg.Start(ctx, privatepg.Config{Dir: dir, Log: os.Stderr})
		if err != nil {
			t.Fatalf("start the database: %v", err)
		}
		return instance
	}
	stop := func(i *privatepg.Instance) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := i.Stop(ctx); err != nil {
			t.Errorf("stop the database: %v", err)
		}
	}
	database := start()
	t.Cleanup(func() { stop(database) })
	if _, err = service.Migrate(t.Context(), database.URL); err != nil {
		t.Fatal(err)
	}
	if _, err = service.SeedDemo(t.Context(), database.URL); err != nil {
		t.Fatal(err)
	}
	gateway := newCounting()
	line := servicetest.NewLine(t, database.URL)
	centre := servicetest.OpenOn(t, line.URL, 1, gateway.option)
	plan(t, centre, heirs, "{1440}")
	centre.Visitor(1).Books(heirs, "riyadh", servicetest.At(t, "2026-11-29T09:00"))
	centre.Jobs()
	bookedLongAgo(t, database.URL, n, servicetest.At(t, "2026-11-25T07:30"))
	gateway.at = func(total int) {
		if total == n/3 {
			stop(database)
		}
	}
	centre.Clock.Set(servicetest.At(t, "2026-11-24T09:00"))
	if err = centre.Replicas[0].RunJobs(context.Background()); err == nil {
		t.Fatal("the database was stopped unnoticed")
	}
	database = start()
	line.LeadTo(t, database.URL)
	until(t, "everything is sent", func() bool {
		centre.Clock.Add(time.Minute)                        // leases of what was claimed run out
		_ = centre.Replicas[0].RunJobs(context.Background()) // connections may still be broken
		return remindersIn(t, database.URL, "accepted") == n
	})
	if accepted, twice := gateway.twice(); accepted != n || len(twice) > 0 {
		t.Errorf("%d accepted, %d of them twice; want %d", accepted, len(twice), n)
	}
}
