package bench

import (
	"context"
	"database/sql"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"time"

	"ziyara/service"
	"ziyara/service/postgres"
)

//go:embed reminders_visits.sql
var remindersVisits string

const (
	// dueReminders is the number of reminders due at once, as after every
	// night.
	dueReminders = 100_000
	// dueSample is the number due while the cost of planning is measured.
	dueSample = 1000
)

// reminders measures what planning reads as the number of stored visits grows,
// in rows and buffers instead of time. Then it plans and sends a hundred
// thousand reminders that are due at once.
func reminders(ctx context.Context, c Config, r *report) (err error) {
	db, err := sql.Open("postgres", c.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() {
		// The visits have no ledger, so the audit must not see them.
		_, truncated := db.ExecContext(context.WithoutCancel(ctx), "TRUNCATE appointments, ledger_days CASCADE")
		err = errors.Join(err, truncated, db.Close())
	}()
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(9 * time.Hour) // noon in Riyadh
	if err = planningCost(ctx, c, db, now, r); err != nil {
		return err
	}
	return sendReminders(ctx, c, db, now, r)
}

func addVisits(ctx context.Context, db *sql.DB, n int, from time.Time, over time.Duration, stored bool) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	// Do not check foreign keys: they are correct by construction.
	if _, err = tx.ExecContext(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, remindersVisits, n, from, int(over/time.Second), stored); err != nil {
		return err
	}
	return tx.Commit()
}

// planningCost measures what planning reads for the same number of due
// reminders, among more and more visits of the years before and the months
// after.
func planningCost(ctx context.Context, c Config, db *sql.DB, now time.Time, r *report) error {
	store, err := postgres.Open(ctx, postgres.Config{URL: c.DatabaseURL, MaxConnections: 2, Timeout: time.Minute})
	if err != nil {
		return err
	}
	defer store.Close() //nolint:errcheck // the data is committed already
	// Due in the hour before now, three days ahead.
	if err = addVisits(ctx, db, dueSample, now.Add(71*time.Hour), time.Hour, false); err != nil {
		return err
	}
	r.line("| reminders: visits stored | visits read to plan %d | buffers |", dueSample)
	stored := 0
	for _, size := range c.Stored {
		half := (size - stored) / 2
		if err = addVisits(ctx, db, half, now.AddDate(-2, 0, 0), 700*24*time.Hour, true); err != nil {
			return err
		}
		if err = addVisits(ctx, db, half, now.AddDate(0, 0, 5), 60*24*time.Hour, true); err != nil {
			return err
		}
		stored = size
		if _, err = db.ExecContext(ctx, "ANALYZE"); err != nil {
			return err
		}
		cost, err := store.Messages().ReminderCost(ctx, now.Add(-time.Hour), now, 2*dueSample)
		if err != nil {
			return err
		}
		r.line("| %d | %d, %d of them planned | %d |", size, cost.Visits, cost.Planned, cost.Buffers)
	}
	return nil
}

// sendReminders plans and sends everything that is due.
func sendReminders(ctx context.Context, c Config, db *sql.DB, now time.Time, r *report) (err error) {
	if _, err = db.ExecContext(ctx, "TRUNCATE appointments CASCADE"); err != nil {
		return err
	}
	if err = addVisits(ctx, db, dueReminders, now.Add(71*time.Hour+30*time.Minute), time.Minute, false); err != nil {
		return err
	}
	// Work left over from filling the tables is not measured.
	for _, statement := range []string{"ANALYZE", "CHECKPOINT"} {
		if _, err = db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	if _, err = db.ExecContext(ctx, "UPDATE reminder_clock SET planned_to = $1", now.Add(-time.Hour)); err != nil {
		return err
	}
	gateway := c.Gateway
	if gateway.Start == nil {
		gateway = smppGateway()
	}
	way, stop, err := gateway.Start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	replica, err := service.New(ctx, service.Config{
		Limits: service.NoLimits(), UnprovedShare: 100,
		DatabaseURL: c.DatabaseURL, Secret: []byte("a secret for measuring, thrown away after"), Listen: "127.0.0.1:0",
		Log: slog.New(slog.DiscardHandler), Sender: way, Now: func() time.Time { return now },
	})
	if err != nil {
		return err
	}
	defer func() {
		ended, end := context.WithCancel(ctx)
		end()
		err = errors.Join(err, replica.Run(ended)) // closes what New opened
	}()
	heap := watchHeap()
	began := time.Now()
	if err = replica.RunJob(ctx, "plan reminders"); err != nil {
		return err
	}
	planned := time.Since(began)
	if err = replica.RunJob(ctx, "deliver reminders"); err != nil {
		return err
	}
	all := time.Since(began)
	peak := heap()
	var accepted int
	const count = "SELECT count(*) FROM messages WHERE kind = 'reminder' AND state = 'accepted'"
	if err = db.QueryRowContext(ctx, count).Scan(&accepted); err != nil {
		return err
	}
	if accepted != dueReminders {
		return fmt.Errorf("%d reminders were accepted, want %d", accepted, dueReminders)
	}
	r.line("| %d reminders due at once, planned, claimed and accepted by %s | %.1f s, %.1f of them to plan | heap at most %d MiB |",
		dueReminders, gateway.Name, all.Seconds(), planned.Seconds(), peak>>20)
	return nil
}

// watchHeap watches the heap until the returned function is called, which
// returns the maximum in use, in bytes.
func watchHeap() (most func() uint64) {
	var peak atomic.Uint64
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak.Store(max(peak.Load(), m.HeapAlloc))
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-stopped
		return peak.Load()
	}
}
