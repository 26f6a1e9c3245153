package postgres_test

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ziyara/catalog"
	"ziyara/notify"
	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// openStore opens a store on a database.
func openStore(t testing.TB, url string) *postgres.Store {
	t.Helper()
	store, err := postgres.Open(t.Context(), postgres.Config{URL: url, MaxConnections: 8, Timeout: time.Minute, Lazy: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

// aVisit is a row of appointments with what was last done to it.
type aVisit struct {
	n            int
	status       string
	service      int
	branch       int
	start, known time.Time
	version      int
	mobile       bool
}

func (v aVisit) id() string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", v.n) }

// insertVisits writes visits without the checks of a booking.
func insertVisits(t testing.TB, db *sql.DB, visits []aVisit) {
	t.Helper()
	type row struct {
		N       int       `json:"n"`
		ID      string    `json:"id"`
		Status  string    `json:"status"`
		Service int       `json:"service"`
		Branch  int       `json:"branch"`
		Start   time.Time `json:"start"`
		Known   time.Time `json:"known"`
		Version int       `json:"version"`
		Mobile  *string   `json:"mobile"`
	}
	var rows []row
	mobile := "+966500000000"
	for _, v := range visits {
		r := row{N: v.n, ID: v.id(), Status: v.status, Service: v.service, Branch: v.branch, Start: v.start, Known: v.known, Version: v.version}
		if v.mobile {
			r.Mobile = &mobile
		}
		rows = append(rows, r)
	}
	data, err := json.Marshal(rows)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // after the commit there is nothing to roll back
	const from = ` FROM jsonb_to_recordset($1::jsonb) AS v (n integer, id uuid, status text, service smallint, branch smallint,
		start timestamptz, known timestamptz, version integer, mobile text)`
	for _, statement := range []string{
		`INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
			start_at, end_at, party, channel, created_at, reference, version, person, mobile, lang, visitor_name, identity)
		SELECT branch, id, status, service, 1, '2026-11-24', 90, 4, 1, start, start + interval '20 minutes', 1, 'public', known,
			'R' || n, version, id, mobile, 'ar', 'x', '1000000008'` + from,
		`INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
		SELECT branch, id, 'booked', CASE WHEN version = 1 THEN known ELSE known - interval '30 days' END, start, 1` + from,
		`INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
		SELECT branch, id, 'moved', known, start, version` + from + ` WHERE version > 1`,
	} {
		// What refers to what is right by construction.
		if _, err = tx.ExecContext(t.Context(), "SET LOCAL session_replication_role = replica"); err != nil {
			t.Fatal(err)
		}
		if _, err = tx.ExecContext(t.Context(), statement, string(data)); err != nil {
			t.Fatal(err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}

// planned returns all reminders in the database, as text.
func planned(t testing.TB, db *sql.DB) []string {
	t.Helper()
	return column[string](t, db, `
		SELECT right(appointment_id::text, 12) || ' v' || start_version || ' ' || lead_minutes || 'm at ' ||
		       to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' until ' ||
		       to_char(expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') AS reminder
		FROM messages
		WHERE kind = 'reminder'
		ORDER BY reminder`)
}

// What the statement plans is what the rules say, for visits of all kinds, and
// runs at any distance: every visit that is ahead gets each of its reminders
// at the first run at which it is due, if it is still of use then.
func TestRemindersAreThePlan(t *testing.T) {
	t.Parallel()
	url := servicetest.Database(t)
	db, store := connect(t, url), openStore(t, url)
	plans := map[int][]time.Duration{1: {72 * time.Hour, 24 * time.Hour}, 2: {72 * time.Hour, 24 * time.Hour, 2 * time.Hour},
		3: {26 * time.Hour, 90 * time.Minute}, 4: nil}
	hours := map[int]notify.Hours{}
	for branch, h := range map[int]struct {
		zone     string
		from, to int
	}{1: {"Asia/Riyadh", 21 * 60, 9 * 60}, 2: {"Europe/Berlin", 23 * 60, 7*60 + 30}, 3: {"Asia/Riyadh", 0, 0}} {
		zone, err := time.LoadLocation(h.zone)
		if err != nil {
			t.Fatal(err)
		}
		hours[branch] = notify.Hours{Quiet: catalog.Quiet{From: h.from, To: h.to}, Zone: zone}
		run(t, db, "UPDATE branches SET zone = $2, quiet_from = $3, quiet_to = $4 WHERE id = $1", branch, h.zone, h.from, h.to)
	}
	run(t, db, "UPDATE services SET reminder_minutes = '{}'")
	for service, plan := range plans {
		for _, lead := range plan {
			run(t, db, "UPDATE services SET reminder_minutes = reminder_minutes || $2::smallint WHERE id = $1", service, int(lead/time.Minute))
		}
	}

	const seed = 7
	random := rand.New(rand.NewPCG(seed, seed))                      //nolint:gosec // a test repeats itself
	begin := time.Date(2026, time.October, 20, 6, 0, 0, 0, time.UTC) // Berlin's clocks go back on the 25th
	var visits []aVisit
	for n := range 1000 {
		start := begin.Add(time.Duration(random.IntN(6*24*12)) * 5 * time.Minute)
		known := start.Add(-time.Duration(random.IntN(120*60)) * time.Minute)
		if random.IntN(3) == 0 {
			known = start.AddDate(0, 0, -8)
		}
		if random.IntN(10) == 0 { // as a reminder is due
			known = start.Add(-24 * time.Hour)
		}
		visits = append(visits, aVisit{
			n: n + 1, service: 1 + random.IntN(4), branch: 1 + random.IntN(3), start: start, known: known,
			status: []string{"booked", "booked", "booked", "cancelled"}[random.IntN(4)], version: 1 + random.IntN(2), mobile: random.IntN(20) > 0,
		})
	}
	insertVisits(t, db, visits)

	run(t, db, "UPDATE reminder_clock SET planned_to = $1", begin)
	runs := []time.Time{begin}
	for now := begin; now.Before(begin.AddDate(0, 0, 6)); {
		switch random.IntN(10) {
		case 0:
			now = now.Add(time.Duration(random.IntN(48*60)) * time.Minute) // an outage, or a clock that jumps
		case 1:
			now = now.Add(-time.Duration(random.IntN(3*60)) * time.Minute) // a clock that goes back
		default:
			now = now.Add(time.Duration(random.IntN(12*60*60)) * time.Second)
		}
		if _, err := store.Messages().PlanReminders(t.Context(), now, 20+random.IntN(200)); err != nil {
			t.Fatal(err)
		}
		runs = append(runs, now)
	}

	// At the first run since whose predecessor it has become due and at which it
	// is of use; what was due when planning began is left out. A run looks back
	// a minute further, and behind a clock that went back it begins anew.
	var want []string
	for _, v := range visits {
		if v.status != "booked" || !v.mobile {
			continue
		}
		for _, r := range notify.Plan(plans[v.service], hours[v.branch], v.start, v.known) {
			for i, at := range runs[1:] {
				since := runs[i]
				if since.After(at) {
					since = at
				}
				if r.Due.After(since.Add(-time.Minute)) && !r.Due.After(at) && at.Before(r.Until) {
					want = append(want, fmt.Sprintf("%012x v%d %dm at %s until %s", v.n, v.version, int(r.Lead/time.Minute),
						at.Format(time.DateTime), r.Until.UTC().Format(time.DateTime)))
					break
				}
			}
		}
	}
	slices.Sort(want)
	if len(want) < 200 {
		t.Fatalf("only %d reminders are wanted: the test tells nothing", len(want))
	}
	if diff := cmp.Diff(want, planned(t, db)); diff != "" {
		t.Errorf("reminders (-want +got):\n%s", diff)
	}
}

// Any number of replicas plan at once, with clocks that differ, and a visit
// has each reminder once.
func TestRemindersPlannedByManyAtOnce(t *testing.T) {
	t.Parallel()
	url := servicetest.Database(t)
	db := connect(t, url)
	now := time.Date(2026, time.November, 24, 6, 0, 0, 0, time.UTC) // 09:00 in Riyadh
	var visits []aVisit
	for n := range 2000 { // all due at the end of the night
		visits = append(visits, aVisit{
			n: n + 1, service: 1, branch: 1, version: 1, status: "booked", mobile: true,
			start: now.Add(time.Duration(21*60+n%60) * time.Minute), known: now.AddDate(0, 0, -9),
		})
	}
	insertVisits(t, db, visits)
	run(t, db, "UPDATE reminder_clock SET planned_to = $1", now.Add(-time.Hour))
	const replicas = 4
	var total [replicas]int
	var done sync.WaitGroup
	for i := range replicas {
		store := openStore(t, url)
		done.Go(func() {
			for round := range 3 {
				n, err := store.Messages().PlanReminders(t.Context(), now.Add(time.Duration(i+round)*time.Second), 100+i*37)
				if err != nil {
					t.Error(err)
				}
				total[i] += n
			}
		})
	}
	done.Wait()
	if sum := total[0] + total[1] + total[2] + total[3]; sum != len(visits) {
		t.Errorf("the replicas planned %v, want %d together", total, len(visits))
	}
	if got := len(planned(t, db)); got != len(visits) {
		t.Errorf("got %d reminders, want %d", got, len(visits))
	}
	if again, err := openStore(t, url).Messages().PlanReminders(t.Context(), now.Add(10*time.Second), 500); again != 0 || err != nil {
		t.Errorf("planned again: %d, %v", again, err)
	}
}
