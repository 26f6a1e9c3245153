package postgres_test

import (
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"ziyara/reports"
	"ziyara/service/servicetest"
)

// reportArguments are what the statement of each report is asked with: a month
// of two years, by day and service, as far as one department goes.
func reportArguments() map[string]string {
	const all = `'2026-03-01', '2026-03-31', '{revenues}', '{}', NULL, NULL, NULL, 'public', '{day,service}'`
	return map[string]string{
		"reports/utilisation": all, "reports/lead_time": all, "reports/changes": all, "reports/channels": all, "reports/messages": all,
		"reports/waitlist": all, "reports/unmet_demand": all, "reports/forecast": all,
		"reports/no_shows": all + ", '2026-06-01T06:00:00Z'", "reports/waiting": all + ", 10", "reports/service_level": all + ", 10",
		"reports/open": "'2026-03-01', '2026-03-31'",
	}
}

// statementOf returns the name of the statement that counts a report.
func statementOf(n reports.Name) string { return "reports/" + strings.ReplaceAll(string(n), "-", "_") }

// Each statement counts what the definition of its report is made of, and
// nothing else.
func TestReportsCountWhatTheyNeed(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	statements, arguments := statementFiles(t), reportArguments()
	for _, d := range reports.Definitions() {
		name := statementOf(d.Name)
		got := columnsOf(t, db, name, statements[name], arguments[name])
		want := slices.DeleteFunc(d.Needs(), func(n string) bool { return n == "open_minutes" })
		if d.Name == reports.Forecast {
			want = []string{"visits"}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s counts %v, want %v", name, got, want)
		}
	}
}

// columnsOf returns the names of what a statement counts, sorted: its columns
// behind the key.
func columnsOf(t *testing.T, db *sql.DB, name, statement, arguments string) []string {
	t.Helper()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // it goes back to the pool
	if _, err = conn.ExecContext(t.Context(), "DEALLOCATE ALL; PREPARE statement AS "+statement); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	rows, err := conn.QueryContext(t.Context(), "EXECUTE statement ("+arguments+")")
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	columns, err := rows.Columns()
	if err = errors.Join(err, rows.Err()); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(slices.Values(columns[7:]))
}

// reportReads matches a plan that reads the whole of a table that grows with
// every visit. What few visits have is read through an index of its own.
var reportReads = regexp.MustCompile(`Seq Scan on (` +
	`appointments|appointment_events|arrivals|messages|ledger_days|waitlist_log|demand_counts|idle_days)\b`)

// A report of a month reads about a month of two years: whatever grows is read
// through an index. This is about the plan, with the settings of a report, and
// not about the time.
func TestReportPlans(t *testing.T) {
	t.Parallel()
	b := open(t)
	db := connect(t, b.url)
	run(t, db, aLongHistory(40_000))
	run(t, db, "VACUUM ANALYZE")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // nothing is read from it any more
	statements := statementFiles(t)
	if _, err = conn.ExecContext(t.Context(), "SET jit = off; SET plan_cache_mode = force_custom_plan; SET work_mem = '64MB'"); err != nil {
		t.Fatal(err)
	}
	for name, arguments := range reportArguments() {
		if _, err = conn.ExecContext(t.Context(), "DEALLOCATE ALL; PREPARE statement AS "+statements[name]); err != nil {
			t.Fatal(err)
		}
		plan := planOf(t, conn, fmt.Sprintf("EXECUTE statement (%s)", arguments))
		for _, scan := range reportReads.FindAllStringSubmatch(plan, -1) {
			t.Errorf("%s reads all %s:\n%s", name, scan[1], plan)
		}
	}
}

// planOf returns how the server means to run a statement.
func planOf(t *testing.T, conn *sql.Conn, statement string) string {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), "EXPLAIN "+statement)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // Err says what is wrong
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}

// aLongHistory fills the tables with two years up to June 2026: n visits in
// the order in which they were booked, what became of them and what was said
// about them. Its triggers are off: what refers to what is right by
// construction.
func aLongHistory(n int) string {
	return fmt.Sprintf(`
SET session_replication_role = replica;
INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
SELECT g.branch_id, g.id, d::date, 90, array_fill(4::smallint, ARRAY[84]), array_fill(0::smallint, ARRAY[84]), 1
FROM generate_series('2024-06-01'::date, '2026-06-01', '1 day') d, desk_groups g;
INSERT INTO idle_days (branch_id, desk_group_id, day, open_ticks)
SELECT g.branch_id, g.id, d::date, 0 FROM generate_series('2020-06-01'::date, '2024-05-31', '1 day') d, desk_groups g;

INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
	start_at, end_at, party, channel, created_at, reference, version, person, mobile, lang, visitor_name, identity)
SELECT o.branch_id, gen_random_uuid(), (ARRAY['completed', 'completed', 'completed', 'no_show', 'cancelled', 'completed', 'completed'])[
		n %% 7 + 1],
	o.service_id, o.desk_group_id, at::date, 90, 4, 1, at, at + interval '20 minutes', 1 + n %% 3,
	(ARRAY['public', 'public', 'agent', 'walk_in'])[n %% 4 + 1],
	at - (n %% 20) * interval '1 day' - interval '1 hour', 'R' || n, 1 + (n %% 10 = 0)::int, gen_random_uuid(), '+966500000000', 'ar',
	'x', '1000000008'
FROM (SELECT n, '2024-06-01 05:00Z'::timestamptz + n * interval '730 days' / %[1]d AS at FROM generate_series(1, %[1]d) AS n) AS visit
JOIN (SELECT *, row_number() OVER (ORDER BY branch_id, service_id) - 1 AS i, count(*) OVER () AS of FROM desk_group_services) AS o
	ON o.i = n %% o.of
ORDER BY at - (n %% 20) * interval '1 day';

INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
SELECT branch_id, id, kind, created_at, start_at, 1
FROM appointments CROSS JOIN LATERAL unnest(CASE WHEN status = 'cancelled' THEN '{booked,cancelled}'
	WHEN version > 1 THEN '{booked,moved}' ELSE '{booked,checked_in,completed}'::text[] END) AS kind
ORDER BY start_at;
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
SELECT branch_id, id, 'requested', created_at, start_at, 1 FROM appointments WHERE hashtext(id::text) %% 100 = 0;
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, state, created_at, next_attempt_at, expires_at, segments, cost)
SELECT kind, branch_id, id, 1, 'ar', 'delivered', created_at, created_at, start_at, 2, 100
FROM appointments, unnest('{booked,approved}'::text[]) AS kind
ORDER BY created_at;
INSERT INTO arrivals (branch_id, appointment_id, day, service_id, desk_group_id, number, booked_start, booked_minutes, arrived_at,
	turn_at, late, walk_in,
	accessible, state, calls, first_called_at, called_at, desk, started_at, completed_at)
SELECT branch_id, id, day, service_id, desk_group_id, row_number() OVER (PARTITION BY branch_id, day), start_at, 20,
	start_at - interval '5 minutes', start_at, false, channel = 'walk_in',
	false, 'completed', 1, start_at + (hashtext(id::text) & 15) * interval '1 minute',
	start_at + (hashtext(id::text) & 15) * interval '1 minute', '1',
	start_at + interval '16 minutes', start_at + interval '30 minutes'
FROM appointments WHERE status = 'completed' ORDER BY start_at;
INSERT INTO waitlist_log (at, branch_id, service_id, kind)
SELECT created_at, branch_id, service_id, (ARRAY['joined', 'offered', 'accepted', 'expired'])[1 + (hashtext(id::text) & 3)]
FROM appointments ORDER BY created_at;
INSERT INTO demand_counts (day, branch_id, service_id, channel, outcome, n)
SELECT d::date, o.branch_id, o.service_id, 'public', outcome, 7
FROM generate_series('2024-06-01'::date, '2026-06-01', '1 day') d, desk_group_services o,
	unnest('{empty_search,refused_hold,granted_hold}'::text[]) AS outcome;
RESET session_replication_role;
`, n)
}
