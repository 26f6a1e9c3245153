package postgres_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// scanned matches how many rows a node of a plan gave, how often it ran, and
// how many rows it read in vain.
var scanned = regexp.MustCompile(`\(actual rows=(\d+) loops=(\d+)\)|Rows Removed by (?:Filter|Index Recheck|Join Filter): (\d+)`)

// A plan that was made when the tables were empty, and is kept, reads no more
// than it needs once they are full: a program that starts over an empty
// database delivers the same messages a year later. It is about what is read,
// not the time.
func TestClaimPlannedOverEmptyTables(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	// As the store sets its sessions up.
	statements := []string{
		"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; " +
			"SET jit = off; SET plan_cache_mode = force_generic_plan",
	}
	execute := make(map[string]string)
	for _, lane := range []string{"prompt", "bulk", "mail"} {
		execute[lane] = "EXECUTE claim_" + lane + " ('2027-01-01', 100, '2027-01-01 00:02', '" + lane + "', '{booked}')"
		statements = append(statements, "PREPARE claim_"+lane+" AS "+statementFiles(t)["messages/claim"], execute[lane])
	}
	for _, statement := range statements {
		if _, err = conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	// ANALYZE would have the plans made anew.
	run(t, db, strings.ReplaceAll(aBusyCentre, "ANALYZE;", ""))
	run(t, db, "UPDATE messages SET kind = 'reminder', lead_minutes = 60 WHERE state = 'queued' AND id % 3 = 0")
	run(t, db, "UPDATE messages SET way = 'email' WHERE state = 'queued' AND id % 3 = 1")
	for lane, statement := range execute {
		plan := planOf(t, conn, "(ANALYZE, TIMING OFF, COSTS OFF, SUMMARY OFF) "+statement)
		most := 0
		for _, found := range scanned.FindAllStringSubmatch(plan, -1) {
			n, loops := 0, 1
			for i, part := range []*int{&n, &loops, &n} {
				if found[i+1] != "" {
					if *part, err = strconv.Atoi(found[i+1]); err != nil {
						t.Fatal(err)
					}
				}
			}
			most = max(most, n*loops)
		}
		if most < 100 || most > 2000 { // 100 messages, each with a dozen small rows
			t.Errorf("%s: a node reads %d rows for 100 messages:\n%s", lane, most, plan)
		}
	}
}

// To find one visit is not planned again for each question: that would take ten times
// as long as the answer. The server keeps the plan if it looks no worse than one for
// these arguments, which a list of unknown length does.
func TestOneVisitIsPlannedOnce(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	run(t, db, aBusyCentre)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	})
	statements := []string{
		"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off", // as the store does
		"PREPARE find AS " + statementFiles(t)["appointments/find_one"],
	}
	const most = 5 // that the server plans for their arguments before it compares
	for range most + 5 {
		statements = append(statements, "EXECUTE find ('00000000-0000-4000-8000-000000000001', NULL)")
	}
	for _, statement := range statements {
		if _, err = conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	var planned int
	if err = conn.QueryRowContext(t.Context(), "SELECT custom_plans FROM pg_prepared_statements WHERE name = 'find'").
		Scan(&planned); err != nil {
		t.Fatal(err)
	}
	if planned > most {
		t.Errorf("planned %d times for %d questions, want %d times", planned, most+5, most)
	}
}
