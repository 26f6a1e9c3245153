package postgres_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"ziyara/service/servicetest"
)

// growing matches a plan that reads the whole of a table that grows with every
// visit.
var growing = regexp.MustCompile(`Seq Scan on (appointments|appointment_events|appointment_confirmations|messages|idempotency_keys|` +
	`verifications|ledger_days|rebookings|delayed_places|waitlist_entries|waitlist_offers|early_receipts|` +
	`webhook_deliveries|survey_answers|arrivals|hall_calls|visitors_away)\b`)

// No statement that visitors or periodic jobs wait for reads a whole table of
// visits. This is about the plan, not the time: a plan that is wrong is fast
// on an empty table. Both kinds of plan are looked at, because the server goes
// over from one for the arguments to one for all after a few executions.
func TestPlans(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	// A server of tests commits without waiting for the disk, and what is not
	// there yet is not vacuumed.
	run(t, db, "SET synchronous_commit = on;"+aBusyCentre)
	run(t, db, "VACUUM appointments")
	statements := statementFiles(t)
	const now, id = "'2026-11-22T06:00:00Z'", "'00000000-0000-4000-8000-000000000001'"
	for _, c := range []struct {
		name, arguments string
		through         string // an index that has to be in the plan
	}{
		{name: "ledger/occupancy", arguments: "1, 1, '2026-11-22', '2026-12-05'", through: "ledger_days_pkey"},
		{name: "ledger/occupancies",
			arguments: "'{1,2,3}', '{1,8,13}', '{2026-11-22,2026-11-23,2026-11-22}', '{2026-11-28,2026-11-29,2026-11-28}'",
			through:   "ledger_days_pkey"},
		{name: "holds/hold", through: "ledger_days_pkey",
			arguments: `'[{"branch_id": 1, "desk_group_id": 1, "day": "2026-11-25", "version": 1, "used": "{0}"}]', '[]', 7`},
		{name: "holds/hold", through: "appointments_address_limit", arguments: "'[]', '[]', 7"},
		{name: "holds/hold", through: "appointments_mobile_limit", arguments: "'[]', '[]', 7"},
		{name: "holds/limit", through: "appointments_address_limit", arguments: "'\\x07', '+966500000001'"},
		{name: "holds/limit", through: "appointments_mobile_limit", arguments: "'\\x07', '+966500000001'"},
		{name: "appointments/limits", arguments: id + ", 'heirs-returns', '+966500000001', 6", through: "rebookings_pkey"},
		{name: "appointments/limits", arguments: id + ", 'heirs-returns', '+966500000001', 6", through: "appointments_visits_of_mobile"},
		{name: "appointments/rebooking", arguments: id, through: "rebookings_pkey"},
		{name: "appointments/remember_rebooking", arguments: id + ", '{2026-11-22T06:00:00Z}', NULL, " + now, through: "appointments_pkey"},
		{name: "ledger/delay_place", arguments: id + ", " + now, through: "appointments_pkey"},
		{name: "ledger/offer_delayed", arguments: now + ", 500"},
		{name: "calendars/opened_days", arguments: "'{1}', '{1}', '{2026-11-25}'", through: "ledger_days_pkey"},
		{name: "calendars/claims", arguments: "'{1}', '{1}', '{2026-11-25}'"},
		{name: "calendars/lock_holds", arguments: "'{1}', '{1}', '{2026-11-25}'"},
		{name: "calendars/reopen_days", arguments: `'[]', '{1}'`, through: "ledger_days_pkey"},
		{name: "calendars/mark_unsupported", arguments: "'{}', '{}', " + now + ", '{}'"},
		{name: "calendars/end_holds", arguments: "'{" + strings.Trim(id, "'") + "}', " + now, through: "appointments_pkey"},
		{name: "holds/lock_days", arguments: "'{1}', '{1}', '{2026-11-25}', true", through: "ledger_days_pkey"},
		{name: "ledger/exchange", arguments: "'{1}', '{1}', '{2026-11-25}', '{90}', '{4}', '{1}'", through: "ledger_days_pkey"},
		// Not through the index of holds: few as they may be when the plan is
		// made, it is kept for the morning on which there are thousands.
		{name: "appointments/book", through: "appointments_pkey",
			arguments: `'[{"n": 0, "id": "00000000-0000-4000-8000-000000000001", "now": "2026-11-22T06:00:00Z"}]', true`},
		{name: "holds/release", arguments: id, through: "appointments_pkey"},
		{name: "appointments/find", arguments: "ARRAY[" + id + "]::uuid[]", through: "appointments_pkey"},
		{name: "appointments/find_one", arguments: id + ", NULL", through: "appointments_pkey"},
		{name: "appointments/find_one", arguments: "NULL, 'R1'", through: "appointments_reference_key"},
		{name: "appointments/lock", arguments: "'R1'", through: "appointments_reference_key"},
		{name: "appointments/move", arguments: id + ", " + now + ", 1, '2026-11-25', 90, 4, 1, " + now + ", " + now +
			", 2, 'huda', 'x', 'moved', " + now, through: "appointments_pkey"},
		{name: "appointments/cancel", arguments: id + ", " + now + ", NULL, NULL, 'cancelled', " + now + ", 'other'",
			through: "appointments_pkey"},
		{name: "appointments/correct", arguments: id + ", " + now + ", 'x', ' x ', NULL, '+966500000001', 2, 1, 'huda', 'x', 6, '1', " +
			"NULL, NULL, NULL, NULL, '{+966500000001}', " + id + ", false", through: "appointments_visits_of_mobile"},
		{name: "waitlist/replacing", arguments: "'R1'", through: "waitlist_entries_person"},
		{name: "waitlist/keep", arguments: id + ", 1, 'x', '1', '1', NULL, NULL, NULL, NULL, NULL", through: "waitlist_entries_pkey"},
		{name: "vault/visits", arguments: id + ", 'x', 250", through: "appointments_pkey"},
		{name: "vault/save_visits", arguments: "ARRAY[" + id + "]::uuid[], '{x}', '{x}', '{1}', '{#a}', '{NULL}', '{NULL}', '{NULL}'",
			through: "appointments_pkey"},
		{name: "vault/messages", arguments: "1, 'x', 250", through: "messages_pkey"},
		{name: "vault/save_messages", arguments: "'{1}', '{x}'", through: "messages_pkey"},
		{name: "waitlist/withdraw", arguments: id, through: "waitlist_entries_person"},
		{name: "appointments/find", arguments: "ARRAY[" + id + "]::uuid[]", through: "appointments_one_proposal"},
		{name: "appointments/find_one", arguments: id + ", NULL", through: "appointments_one_proposal"},
		{name: "requests/end_proposal", arguments: id, through: "appointments_one_proposal"},
		{name: "requests/propose", arguments: id + ", " + id + ", 1, '2026-11-25', 90, 4, 1, " + now + ", " + now + ", " + now + ", " + now,
			through: "appointments_pkey"},
		{name: "requests/answer", arguments: id + ", 'booked', NULL, 1, 1, '2026-11-25', 90, 4, 1, " + now + ", " + now +
			", 'approved', " + now + ", " + now + ", 'noura', NULL, 'approved', " + now, through: "appointments_pkey"},
		{name: "appointments/list", arguments: listed("NULL, NULL, NULL, 'riyadh', NULL", "NULL, NULL, NULL"),
			through: "Index Only Scan using appointments_list"},
		{name: "appointments/list", arguments: listed("'{revenues,care}', '{}', NULL, NULL, 'annual-returns'", "'booked', 'agent', NULL"),
			through: "Index Only Scan using appointments_list"},
		{name: "appointments/list", arguments: listed("NULL, NULL, NULL, NULL, NULL", "NULL, NULL, '{% نوره%,% عتيبي%}'"),
			through: "Index Only Scan using appointments_list"},
		{name: "appointments/of_person",
			arguments: listed("NULL, '{riyadh}', NULL, NULL, NULL", "NULL, NULL, NULL") + ", 'R1', '{+9665,#a}', '{10,#b}', '{10,#c}'",
			through:   "appointments_reference_key"},
		{name: "appointments/of_person",
			arguments: listed("NULL, '{riyadh}', NULL, NULL, NULL", "NULL, NULL, NULL") + ", 'R1', '{+9665,#a}', '{10,#b}', '{10,#c}'",
			through:   "appointments_mobile"},
		{name: "appointments/of_person",
			arguments: listed("NULL, '{riyadh}', NULL, NULL, NULL", "NULL, NULL, NULL") + ", 'R1', '{+9665,#a}', '{10,#b}', '{10,#c}'",
			through:   "appointments_identity"},
		{name: "appointments/of_person",
			arguments: listed("NULL, '{riyadh}', NULL, NULL, NULL", "NULL, NULL, NULL") + ", 'R1', '{+9665,#a}', '{10,#b}', '{10,#c}'",
			through:   "appointments_representative"},
		{name: "appointments/of_owner", arguments: "ARRAY['+966500000001'], " + id + ", " + now + ", 100", through: "appointments_mobile"},
		{name: "appointments/of_owner", arguments: "ARRAY['+966500000001'], " + id + ", " + now + ", 100", through: "appointments_person"},
		{name: "requests/due", arguments: now + ", 500", through: "appointments_due_requests"},
		{name: "holds/expire", arguments: now + ", 500", through: "appointments_overdue_holds"},
		{name: "holds/expire_on_days", arguments: now + ", 500, '{1}', '{1}', '{2026-11-25}'", through: "appointments_overdue_holds"},
		{name: "appointments/follow", arguments: "700, 0, 50", through: "appointment_events_xid"},
		{name: "appointments/follow", arguments: "700, 0, 50", through: "appointment_events_pkey"},
		{name: "appointments/close", arguments: now + ", 500", through: "appointments_ended"},
		{name: "appointments/close_of_person", arguments: now + ", 500, " + id + ", '{+966500000001}'"},
		{name: "messages/claim", arguments: now + ", 500, " + now + ", 'prompt', '{booked}'", through: "appointments_one_proposal"},
		{name: "messages/facts", arguments: "'R1'", through: "appointments_reference_key"},
		{name: "appointments/confirm", arguments: "'R1', 1, " + now, through: "appointments_reference_key"},
		{name: "appointments/confirm_email", arguments: "'R1', '{a@example.net}', " + now, through: "appointments_reference_key"},
		{name: "appointments/confirmed", arguments: "'R1'", through: "appointment_confirmations_pkey"},
		{name: "messages/usage", arguments: now},
		{name: "messages/claim", arguments: now + ", 500, " + now + ", 'prompt', '{booked}'", through: "messages_due_prompt"},
		{name: "messages/claim", arguments: now + ", 500, " + now + ", 'prompt', '{booked}'", through: "verifications_pkey"},
		{name: "messages/claim", arguments: now + ", 500, " + now + ", 'bulk', '{booked}'", through: "messages_due_bulk"},
		{name: "messages/claim", arguments: now + ", 500, " + now + ", 'mail', '{}'", through: "messages_due_mail"},
		{name: "messages/plan_reminders", through: "appointments_ahead",
			arguments: now + ", '2026-11-25T06:00:00Z', '2026-11-25T05:00:00Z', " + id +
				", 500, 4320, 172800, 'Asia/Riyadh', NULL, '{1,2,3}', '{1,2,3}', 'reminder', '{sms,email}'"},
		{name: "messages/finish",
			arguments: now + ", '{1}', '{1}', '{queued}', '{2026-11-22T06:00:00Z}', '{NULL}', '{NULL}', '{1}', '{x}', '{false}'",
			through:   "messages_pkey"},
		{name: "messages/record_receipts",
			arguments: "'{g1,g2}', '{delivered,failed}', '{x,NULL}', '{2026-11-22T06:00:00Z,2026-11-22T06:00:00Z}'", through: "messages_gateway"},
		{name: "messages/match_receipts", arguments: now + ", 500", through: "early_receipts_age"},
		{name: "messages/purge_texts", arguments: now + ", 500", through: "messages_texts"},
		{name: "messages/purge_receipts", arguments: now + ", 500", through: "early_receipts_age"},
		{name: "messages/about", arguments: "'R1', 200", through: "appointments_reference_key"},
		{name: "messages/failed", arguments: "'{contracts}', NULL, 'contracts', 'infinity', 0, 200", through: "messages_failed"},
		{name: "messages/failed", arguments: "NULL, NULL, NULL, 'infinity', 0, 200", through: "messages_failed"},
		{name: "messages/find", arguments: "1", through: "messages_pkey"},
		{name: "surveys/save", arguments: "'R1', 5, true, NULL, 'ar', " + now, through: "appointments_reference_key"},
		{name: "surveys/find", arguments: "'R1'", through: "survey_answers_pkey"},
		{name: "waitlist/number", arguments: "1", through: "waitlist_entries_number"},
		{name: "messages/resend", arguments: "1, " + now, through: "messages_pkey"},
		{name: "messages/queue_depth", through: "messages_due"},
		{name: "answers/find", arguments: "'k1'", through: "idempotency_keys_pkey"},
		{name: "verifications/counts", through: "verifications_network",
			arguments: "'{+96651,#a}', '\\x00', '\\x01', '2026-11-21T06:00:00Z', '2026-11-20T06:00:00Z', " + now},
		{name: "messages/days", arguments: now},
		{name: "messages/flag_day", arguments: now + ", true"},
		{name: "messages/purge_numbers", arguments: now + ", 500"},
		{name: "verifications/try", arguments: id + ", " + now + ", false, 5", through: "verifications_pkey"},
		{name: "waitlist/join",
			arguments: id + ", 'annual-returns', 'riyadh', '2026-11-25', '2026-11-26', 0, 1440, " + now + ", " + now + ", " + id +
				", '+966500000001', 'ar', 'n', 'national', '1', NULL, NULL, NULL, NULL, NULL, NULL, '{}', 1, NULL, 6"},
		{name: "waitlist/turn_of_mobile", arguments: "'+966500000001'"},
		{name: "appointments/names", arguments: id + ", 500", through: "appointments_pkey"},
		{name: "appointments/save_name_keys", arguments: "ARRAY[" + id + "]::uuid[], '{1}', '{n}', '{k}'", through: "appointments_pkey"},
		{name: "appointments/counting", arguments: now + ", " + id + ", 500", through: "appointments_ended"},
		{name: "appointments/save_persons", arguments: "ARRAY[" + id + "]::uuid[], '{1}', ARRAY[" + id + "]::uuid[], ARRAY[" + id + "]::uuid[]",
			through: "appointments_pkey"},
		{name: "waitlist/counting", arguments: "0, 500"},
		{name: "waitlist/save_persons", arguments: "'{1}', ARRAY[" + id + "]::uuid[], ARRAY[" + id + "]::uuid[]"},
		{name: "waitlist/end_own", arguments: id + ", 'annual-returns', " + now},
		{name: "waitlist/find", arguments: "ARRAY[" + id + "]::uuid[]", through: "waitlist_entries_pkey"},
		{name: "waitlist/of_owner", arguments: "ARRAY['+966500000001'], " + id, through: "waitlist_entries_mobile"},
		{name: "waitlist/of_owner", arguments: "ARRAY['+966500000001'], " + id, through: "waitlist_entries_person"},
		{name: "waitlist/lock", arguments: id, through: "waitlist_entries_pkey"},
		{name: "waitlist/change", arguments: id + ", 'left', NULL, " + now, through: "waitlist_entries_pkey"},
		{name: "waitlist/awaited"},
		{name: "waitlist/served", arguments: "1, 1, " + now},
		{name: "waitlist/replaced", arguments: "1, 1, " + now},
		{name: "waitlist/lapse", arguments: "1, 1, " + now + ", 3"},
		{name: "waitlist/waiting", arguments: "1, 1, " + now},
		{name: "waitlist/days", arguments: "1, 1, '{2026-11-25,2026-11-26}'", through: "ledger_days_pkey"},
		{name: "waitlist/offer",
			arguments: "1, 1, " + now + ", '{00000000-0000-4000-8000-000000000001}', '{00000000-0000-4000-8000-000000000002}', '{2026-11-25}', " +
				"'{90}', '{4}', '{1}', '{2026-11-25T05:00:00Z}', '{2026-11-25T05:20:00Z}', '{2026-11-22T06:15:00Z}', 'offer'",
			through: "waitlist_entries_pkey"},
		{name: "waitlist/close", arguments: now + ", '2026-11-20T06:00:00Z', 500", through: "waitlist_entries_purge"},
		{name: "feeds/find", arguments: "NULL, '\\x00'", through: "feeds_token"},
		{name: "feeds/visits", arguments: "'{1,7}', '2026-11-15', '2027-01-24', '2026-11-15', 10001", through: "appointments_of_group"},
		{name: "feeds/list", arguments: "NULL, NULL, NULL, 'infinity', " + id + ", 50"},
		{name: "hall/find", arguments: "'R1'", through: "appointments_reference_key"},
		{name: "hall/lock_of", arguments: id, through: "appointments_pkey"},
		{name: "hall/present", arguments: "1, '2026-11-25'", through: "arrivals_present"},
		{name: "hall/expected", arguments: "1, '2026-11-25', 1, " + now + ", '2026-11-26T06:00:00Z'", through: "appointments_hall"},
		{name: "hall/of", arguments: "'{1000000008}', " + now + ", '2026-11-26T06:00:00Z', 20", through: "appointments_identity"},
		{name: "hall/crowd", arguments: "'2026-11-25'", through: "arrivals_present"},
		{name: "hall/crowd_expected", arguments: "'{1,2}', " + now + ", '2026-11-22T08:00:00Z'", through: "appointments_ahead"},
		{name: "hall/around", arguments: "'R1', " + now + ", '2026-11-22T10:00:00Z'", through: "appointments_reference_key"},
		{name: "hall/around", arguments: "'R1', " + now + ", '2026-11-22T10:00:00Z'", through: "visitors_away_pkey"},
		{name: "hall/away", arguments: id + ", 1, 1, " + now + ", " + now, through: "visitors_away_pkey"},
		{name: "hall/list", arguments: "1, '2026-11-25', '{1,2}', '-infinity', " + id + ", NULL, 50", through: "appointments_hall"},
		{name: "hall/counts", arguments: "1, '2026-11-25', '{1,2}'", through: "appointments_hall"},
		{name: "hall/leftover", arguments: now + ", 3, 500", through: "appointments_hall"},
		{name: "hall/end", arguments: id + ", 'completed', 4, 'survey', '{sms,email}', " + now + ", " + now, through: "appointments_pkey"},
		{name: "hall/events", arguments: id + ", '[]'", through: "appointments_pkey"},
		{name: "hall/tell", arguments: "'[]', " + now + ", 'delayed', '{sms}'", through: "appointments_pkey"},
		{name: "hall/announce", arguments: "1, '2026-11-25', 1, 20, " + now + ", '2026-11-25T18:00:00Z', 'salem', 'delayed', '{sms}'",
			through: "appointments_hall"},
		{name: "hall/calls", arguments: "1, '2026-11-25', 3, 10", through: "hall_calls_pkey"},
		{name: "hall/calls_last", arguments: "1, '2026-11-25', 10", through: "hall_calls_pkey"},
		{name: "webhooks/plan", arguments: "256, " + now, through: "appointment_events_xid"},
		{name: "webhooks/plan", arguments: "256, " + now, through: "appointment_events_pkey"},
		{name: "webhooks/due", arguments: now + ", '{}', 64", through: "webhook_deliveries_due"},
		{name: "webhooks/claim_deliveries", arguments: id + ", " + now + ", 8, " + now, through: "webhook_deliveries_due"},
		{name: "webhooks/claim_deliveries", arguments: id + ", " + now + ", 8, " + now, through: "webhook_deliveries_event"},
		{name: "webhooks/finish_deliveries", arguments: now + ", '{1}', '{1}', '{delivered}', '{NULL}', '{200}', '{NULL}', " + id,
			through: "webhook_deliveries_pkey"},
		{name: "webhooks/list_deliveries", arguments: id + ", NULL, 1000000, 51", through: "webhook_deliveries_pkey"},
		{name: "webhooks/find_delivery", arguments: id + ", " + id, through: "webhook_deliveries_message"},
		{name: "webhooks/resend_delivery", arguments: id + ", 1, " + now, through: "webhook_deliveries_pkey"},
		{name: "webhooks/purge", arguments: "'2026-10-22', 500", through: "webhook_deliveries_age"},
		{name: "webhooks/depth", arguments: "100000", through: "webhook_deliveries_due"},
		{name: "privacy/past_visits", arguments: "'2026-06-01', '2026-06-08', 500", through: "appointments_of_group"},
		{name: "privacy/forget_visits", arguments: "ARRAY[" + id + "]::uuid[]", through: "appointments_pkey"},
		{name: "privacy/visits_of", arguments: "'{+966500000001}', NULL, 500, NULL", through: "appointments_mobile"},
		{name: "privacy/visits_of", arguments: "NULL, '{1000000008}', 500, NULL", through: "appointments_identity"},
		{name: "privacy/visits_of", arguments: "NULL, NULL, 500, " + id, through: "appointments_person"},
		{name: "privacy/about_visits", arguments: "ARRAY[" + id + "]::uuid[]", through: "messages_fact"},
		{name: "privacy/purge_entries", arguments: now + ", 500", through: "waitlist_entries_purge"},
		{name: "appointments/purge", arguments: now + ", " + now + ", 500, " + now, through: "appointments_purge"},
	} {
		for _, mode := range []string{"force_generic_plan", "force_custom_plan"} {
			t.Run(c.name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				conn, err := db.Conn(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if _, err := conn.ExecContext(t.Context(), "DEALLOCATE statement"); err != nil {
						t.Error(err)
					}
					if err := conn.Close(); err != nil {
						t.Error(err)
					}
				}()
				if _, err = conn.ExecContext(t.Context(), "SET plan_cache_mode = "+mode+"; PREPARE statement AS "+statements[c.name]); err != nil {
					t.Fatal(err)
				}
				execute := "EXPLAIN EXECUTE statement"
				if c.arguments != "" {
					execute = fmt.Sprintf("%s (%s)", execute, c.arguments)
				}
				rows, err := conn.QueryContext(t.Context(), execute)
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
				for _, scan := range growing.FindAllStringSubmatch(plan.String(), -1) {
					t.Errorf("reads all %s:\n%s", scan[1], plan.String())
				}
				if !strings.Contains(plan.String(), c.through) {
					t.Errorf("does not go through %s:\n%s", c.through, plan.String())
				}
			})
		}
	}
}

// listed returns the arguments of a list of visits: scope is what is in reach
// and where, filter are status, channel and name.
func listed(scope, filter string) string {
	return scope + ", '2026-11-22', '2026-12-22', " + filter + ", '0001-01-01', '00000000-0000-0000-0000-000000000000', 51, NULL"
}

// Whoever removes a row makes the server look for the rows that refer to it:
// each such reference has an index.
func TestCascadesHaveIndexes(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	const cascades = "SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c'"
	if len(column[string](t, db, cascades)) == 0 {
		t.Fatal("found no reference that cascades")
	}
	without := column[string](t, db, cascades+`
		AND NOT EXISTS (
			SELECT FROM pg_index
			WHERE indrelid = conrelid
			  AND indkey[0] = ANY (conkey) -- the first column narrows it down
			  AND (indpred IS NULL OR pg_get_expr(indpred, indrelid) LIKE '%IS NOT NULL%'))`)
	if len(without) > 0 {
		t.Errorf("no index for %v", without)
	}
}

// aBusyCentre fills the tables with half a year: 100,000 holds and visits,
// what was said about them, and two days of codes and answers. Its triggers
// are off: what refers to what is right by construction.
const aBusyCentre = `
SET session_replication_role = replica;
INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
SELECT g.branch_id, g.id, d::date, 90, array_fill(4::smallint, ARRAY[84]), array_fill(0::smallint, ARRAY[84]), 1
FROM desk_groups g, generate_series('2026-06-01'::date, '2026-12-31', '1 day') d;

INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
	start_at, end_at, party, channel, created_at, expires_at,
	reference, version, person, person_place, mobile, lang, visitor_name, identity)
SELECT g.branch_id, gen_random_uuid(), status, 1, g.id, at::date, 90, 4, 1,
	at, at + interval '20 minutes', 1, 'public', at - interval '3 days', at,
	CASE WHEN status IN ('booked', 'cancelled') THEN 'R' || n END, 1, gen_random_uuid(),
	CASE WHEN status = 'booked' AND at > '2026-11-22' THEN 1 END, '+966500000000', 'ar', 'x', (1000000000 + n)::text
FROM (
	SELECT n, (ARRAY['booked', 'cancelled', 'cancelled', 'expired', 'expired', 'expired', 'released'])[n % 7 + 1] AS status,
	       '2026-06-01 05:00Z'::timestamptz + n % 214 * interval '1 day' AS at
	FROM generate_series(1, 100000) AS n) AS visit
JOIN desk_groups g ON g.id = n % 17 + 1;

INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
SELECT branch_id, id, 'booked', created_at, start_at, 1 FROM appointments WHERE reference IS NOT NULL;
INSERT INTO appointment_confirmations (branch_id, appointment_id, start_version, at)
SELECT branch_id, id, 1, created_at FROM appointments WHERE reference IS NOT NULL;
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, state, created_at, next_attempt_at, expires_at)
SELECT 'booked', branch_id, id, 1, 'ar', CASE WHEN start_at > '2026-12-29' THEN 'queued' ELSE 'accepted' END, created_at,
	created_at, start_at
FROM appointments WHERE reference IS NOT NULL;
INSERT INTO verifications (id, mobile, address, created_at, expires_at)
SELECT gen_random_uuid(), '+9665' || n, decode(md5((n / 10)::text), 'hex'), '2026-11-20'::timestamptz + n * interval '9 s', '2026-11-30'
FROM generate_series(1, 20000) AS n;
INSERT INTO messages (kind, verification_id, lang, state, created_at, next_attempt_at, expires_at)
SELECT 'verification_code', id, 'ar', 'accepted', created_at, created_at, created_at FROM verifications;
UPDATE messages SET finished_at = created_at, gateway_id = 'g' || id, text = CASE kind WHEN 'booked' THEN 'x' END WHERE state = 'accepted';
UPDATE messages SET state = 'failed' WHERE id % 100 = 0 AND state = 'accepted';
INSERT INTO early_receipts
SELECT 'e' || n, 'delivered', NULL, '2026-11-20'::timestamptz + n * interval '9 s' FROM generate_series(1, 20000) AS n;
INSERT INTO waitlist_entries (id, state, branch_id, service_id, from_day, to_day, earliest, latest, party, created_at, ends_at, ended_at,
	person, mobile, lang, visitor_name, identity_kind, identity)
SELECT gen_random_uuid(), CASE WHEN n % 10 > 0 THEN 'expired' ELSE 'waiting' END, gs.branch_id, gs.service_id, '2026-11-20',
	'2026-12-10', 0, 1440, 1,
	'2026-11-19', '2026-12-10 21:00Z', CASE WHEN n % 10 > 0 THEN '2026-11-21'::timestamptz END,
	gen_random_uuid(), '+966500000000', 'ar', 'x', 'national', '1000000008'
FROM generate_series(1, 1000) AS n, desk_group_services gs;
INSERT INTO survey_answers (branch_id, appointment_id, satisfaction, lang, answered_at, changed_at)
SELECT branch_id, id, 5, 'ar', created_at, created_at FROM appointments WHERE status = 'booked';
INSERT INTO waitlist_offers (entry_id, start_at, end_at, hold_id, made_at, expires_at)
SELECT id, '2026-11-25 05:00Z', '2026-11-25 05:20Z', gen_random_uuid(), '2026-11-21', '2026-11-22' FROM waitlist_entries;
INSERT INTO idempotency_keys
SELECT 'k' || n, sha256('x'), 'a', '2026-11-20'::timestamptz + n * interval '9 s' FROM generate_series(1, 20000) AS n;
INSERT INTO rebookings (person, service_id, given_up, forget_at)
SELECT gen_random_uuid(), n % 20 + 1, '{2026-11-20}', '2026-11-20'::timestamptz + n * interval '2 m' FROM generate_series(1, 20000) AS n;
INSERT INTO delayed_places (branch_id, desk_group_id, day, first_tick, ticks, places, service_id, start_at, end_at, release_at)
SELECT branch_id, id, '2026-06-01'::date + n % 200, 90, 4, 1, 1, now(), now(), '2026-11-22'::timestamptz + n * interval '1 m'
FROM generate_series(1, 1000) AS n JOIN desk_groups g ON g.id = n % 17 + 1;
INSERT INTO hall_days SELECT DISTINCT branch_id, day, 100, 100 FROM appointments WHERE status = 'booked';
INSERT INTO arrivals (branch_id, appointment_id, day, service_id, desk_group_id, number, booked_start, booked_minutes,
	arrived_at, turn_at, late, walk_in, accessible, state, desk, started_at, completed_at)
SELECT branch_id, id, day, service_id, desk_group_id, row_number() OVER (PARTITION BY branch_id, day), start_at, 20,
	start_at, start_at, false, false, false, CASE WHEN day < '2026-11-22' THEN 'completed' ELSE 'waiting' END, '1',
	CASE WHEN day < '2026-11-22' THEN start_at END, CASE WHEN day < '2026-11-22' THEN end_at END
FROM appointments WHERE status = 'booked' AND day <= '2026-11-22';
INSERT INTO visitors_away (branch_id, appointment_id, start_version, until, told_at)
SELECT branch_id, id, 1, start_at + interval '10 minutes', start_at FROM appointments WHERE reference IS NOT NULL;
INSERT INTO hall_calls SELECT branch_id, day, number, appointment_id, number, '1', arrived_at, 'salem' FROM arrivals;
INSERT INTO feeds (id, token, name, department_id, lang, created_at, created_by, revoked_at)
SELECT gen_random_uuid(), sha256(n::text::bytea), 'x', 1, 'ar', '2026-06-01'::timestamptz + n * interval '1 h', 'noura',
	CASE WHEN n % 100 > 0 THEN now() END
FROM generate_series(1, 5000) AS n;
INSERT INTO webhooks (id, name, url, events, secret, created_at, created_by)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'x', 'https://x', '{}', 'x', now(), 'noura'
FROM generate_series(1, 5) AS n;
INSERT INTO webhook_deliveries (webhook_id, branch_id, appointment_id, event_id, type, state, created_at, next_attempt_at, finished_at)
SELECT w.id, e.branch_id, e.appointment_id, e.id, 'appointment.booked', CASE WHEN e.at > '2026-12-20' THEN 'waiting' ELSE 'delivered' END,
	e.at, e.at,
	CASE WHEN e.at <= '2026-12-20' THEN e.at END
FROM webhooks w, appointment_events e WHERE e.id % 5 = 0;
UPDATE appointment_events SET xid = id * 3;
RESET session_replication_role;
ANALYZE;
`
