package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/lib/pq"

	"ziyara/service/postgres"
	"ziyara/service/servicetest"
)

// formerNames are constraints that stand for one release more, under the name
// that PostgreSQL made up, beside the same with a name (migrations/00023).
var formerNames = map[string]string{ //nolint:gochecknoglobals // a list to read
	"appointments_address_place_check": "appointments_address_places_left",
	"appointments_mobile_place_check":  "appointments_mobile_places_left",
}

// notReached are the unique indexes that no request runs into, and why.
var notReached = map[string]string{ //nolint:gochecknoglobals // a list to read
	"branches_slug_key":            "only what describes the centre writes it, under its lock",
	"departments_slug_key":         "only what describes the centre writes it, under its lock",
	"services_slug_key":            "only what describes the centre writes it, under its lock",
	"entities_slug_key":            "only what describes the centre writes it, under its lock",
	"desk_groups_slug_key":         "only what describes the centre writes it, under its lock",
	"desk_groups_branch_id_id_key": "it holds the primary key",
	"appointments_reference_key":   "references are random",
	"appointments_one_proposal":    "the former proposal ends in the same transaction, under the lock of its request",
	"messages_fact":                "ON CONFLICT",
	"published_days_change":        "whoever writes holds the row that numbers changes",
	"waitlist_entries_number":      "an identity column",
	"waitlist_offers_hold_id_key":  "every offer has a hold of its own",
	"change_visits_one_open":       "a change of the same visits waits for the lock of their desk group",
	"arrivals_number":              "drawn under the lock of the branch's day",
	"arrivals_desk":                "decided under the lock of the branch's day",
	"feeds_token":                  "tokens are random",
	"audit_seals_entry":            "one replica at a time makes seals, of entries without one",
	"staff_sessions_token":         "tokens are random",
	"webhook_deliveries_message":   "a random id",
	"webhook_deliveries_event":     "ON CONFLICT",
}

// The map from constraints to errors and the schema agree: what the program
// answers by is there, and what a request can run into is in the map.
func TestConstraintsMapped(t *testing.T) {
	t.Parallel()
	db := connect(t, servicetest.Database(t))
	mapped := postgres.MappedConstraints()
	there := column[string](t, db, `
		SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
		UNION
		SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
		WHERE indisunique AND relnamespace = 'public'::regnamespace`)
	for _, name := range mapped {
		if !slices.Contains(there, name) {
			t.Errorf("%s is in the map, and not in the schema", name)
		}
		if generatedName.MatchString(name) && formerNames[name] == "" {
			t.Errorf("%s is a name that PostgreSQL made up", name)
		}
	}
	for former, name := range formerNames {
		if len(column[string](t, db, `
			SELECT f.conname FROM pg_constraint f JOIN pg_constraint n USING (conrelid)
			WHERE f.conname = $1 AND n.conname = $2 AND n.convalidated
			  AND pg_get_constraintdef(f.oid) = pg_get_constraintdef(n.oid)`, former, name)) != 1 {
			t.Errorf("%s is not the same as %s", name, former)
		}
		if former >= name {
			t.Errorf("%s comes before %s, which replicas of the former version don't know", name, former)
		}
		if !slices.Contains(mapped, former) || !slices.Contains(mapped, name) {
			t.Errorf("%s and %s are not both in the map", former, name)
		}
	}
	unique := column[string](t, db, `
		SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
		WHERE (indisunique OR indisexclusion) AND NOT indisprimary AND relnamespace = 'public'::regnamespace`)
	for _, name := range unique {
		if slices.Contains(mapped, name) == (notReached[name] != "") {
			t.Errorf("%s has to be in the map of constraints, or in the list of those that no request runs into", name)
		}
	}
	for name := range notReached {
		if !slices.Contains(unique, name) {
			t.Errorf("%s is said to be out of reach, and is not there", name)
		}
	}
}

// What must hold whatever the program does, the database refuses to break. A
// constraint's name is part of the design: it is what becomes an error of the
// domain.
func TestConstraints(t *testing.T) {
	t.Parallel()
	const (
		visit  = "00000000-0000-4000-8000-000000000001"
		other  = "00000000-0000-4000-8000-000000000002"
		hold   = "00000000-0000-4000-8000-000000000003"
		asked  = "00000000-0000-4000-8000-000000000005"
		second = "00000000-0000-4000-8000-000000000006"
		proof  = "00000000-0000-4000-8000-000000000004"
		person = "00000000-0000-8000-9000-000000000001"
		ledger = "INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version) VALUES "
	)
	// appointment is the beginning of an INSERT of a held appointment; values
	// of further columns follow.
	appointment := func(id, status, start, end, columns, values string) string {
		return fmt.Sprintf(`INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
			start_at, end_at, party, channel, created_at, expires_at %s)
			VALUES (1, '%s', '%s', 1, 1, '2026-11-24', 90, 4, 1, '2026-11-24 %s+03', '2026-11-24 %s+03', 1, 'public', now(), now() %s)`,
			columns, id, status, start, end, values)
	}
	booked := func(id, start, end, reference string, service, place int, of string) string {
		return fmt.Sprintf(`INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
			start_at, end_at, party, channel, created_at, reference, version, person, person_place, lang, visitor_name, identity)
			VALUES (1, '%s', 'booked', %d, 1, '2026-11-24', 90, 4, 1, '2026-11-24 %s+03', '2026-11-24 %s+03', 1, 'public', now(),
			'%s', 1, '%s', %d, 'ar', 'زائر', '1000000008')`, id, service, start, end, reference, of, place)
	}
	requested := func(id, start, end, reference, answerBy string) string {
		return fmt.Sprintf(`INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
			start_at, end_at, party, channel, created_at, reference, version, person, person_place, lang, visitor_name, identity, answer_by)
			VALUES (1, '%s', 'requested', 3, 1, '2026-11-24', 90, 4, 1, '2026-11-24 %s+03', '2026-11-24 %s+03', 1, 'public', now(),
			'%s', 1, '%s', 1, 'ar', 'زائر', '1000000008', %s)`, id, start, end, reference, person, answerBy)
	}
	message := func(columns, values string) string {
		return fmt.Sprintf(`INSERT INTO messages (kind, lang, created_at, next_attempt_at, expires_at, %s)
			VALUES ('booked', 'ar', now(), now(), now(), %s)`, columns, values)
	}

	delayed := func(day string, ticks, places int) string {
		return fmt.Sprintf(`INSERT INTO delayed_places (branch_id, desk_group_id, day, first_tick, ticks, places, service_id,
			start_at, end_at, release_at)
			VALUES (1, 1, '%s', 90, %d, %d, 1, now(), now(), now())`, day, ticks, places)
	}
	waiting := func(id, state, columns, values string) string {
		return fmt.Sprintf(`INSERT INTO waitlist_entries (id, state, branch_id, service_id, from_day, to_day, earliest, latest, party,
			created_at, ends_at, person, mobile, lang, visitor_name, identity_kind, identity %s)
			VALUES ('%s', '%s', 1, 1, '2026-11-24', '2026-11-26', 0, 1440, 1, now(), now(),
			'%s', '+966500000001', 'ar', 'زائر', 'national', '1000000008' %s)`, columns, id, state, person, values)
	}
	offer := func(entry, start, hold string) string {
		return fmt.Sprintf(`INSERT INTO waitlist_offers (entry_id, start_at, end_at, hold_id, made_at, expires_at)
			VALUES ('%s', '2026-11-24 %s+03', '2026-11-24 12:00+03', '%s', now(), now() + interval '15 minutes')`, entry, start, hold)
	}

	db := connect(t, servicetest.Database(t))
	for _, s := range []string{
		ledger + "(1, 1, '2026-11-24', 90, '{2,2,2,2}', '{0,0,0,0}', 1)",
		booked(visit, "10:00", "10:20", "AAAAAAAAA", 1, 1, person),
		appointment(hold, "held", "09:00", "09:20", "", ""),
		requested(asked, "13:00", "13:20", "C", "'2026-11-23 13:00+03'"),
		appointment(second, "held", "14:00", "14:20", ", proposed_to", ", '"+asked+"'"),
		message("branch_id, appointment_id, start_version", "1, '"+visit+"', 1"),
		"INSERT INTO verifications (id, mobile, address, created_at, expires_at) VALUES ('" + proof +
			"', '+966500000001', '\\x00', now(), now())",
		"INSERT INTO idempotency_keys (key, fingerprint, answer, created_at) VALUES ('k', sha256('a'), 'a', now())",
		waiting(visit, "waiting", "", ""),
		offer(visit, "09:00", hold),
	} {
		run(t, db, s)
	}

	for _, c := range []struct{ name, statement, constraint string }{
		{"one person in two places at a time", booked(other, "10:15", "10:35", "B", 2, 1, person), "appointments_person_overlap"},
		{"one person moved into another visit",
			booked(other, "11:00", "11:20", "B", 2, 1, person) + "; UPDATE appointments SET start_at = '2026-11-24 10:10+03' WHERE id = '" +
				other + "'",
			"appointments_person_overlap"},
		{"more visits than the service allows", booked(other, "11:00", "11:20", "B", 1, 1, person), "appointments_person_limit"},
		{"one person with a request for that time", booked(other, "13:10", "13:30", "B", 2, 1, person), "appointments_person_overlap"},
		{"one person requesting during a visit", "UPDATE appointments SET start_at = '2026-11-24 10:10+03' WHERE id = '" + asked + "'",
			"appointments_person_overlap"},
		{"a request that counts as the visits of a service do", booked(other, "11:00", "11:20", "B", 3, 1, person), "appointments_person_limit"},
		{"declined, and still counted for the person",
			"UPDATE appointments SET status = 'declined', answer_by = NULL WHERE id = '" + asked + "'", "appointments_person_counts"},
		{"a request without a time for the answer", "UPDATE appointments SET answer_by = NULL WHERE id = '" + asked + "'",
			"appointments_requested_answer"},
		{"a booked visit that waits for an answer", "UPDATE appointments SET answer_by = start_at WHERE id = '" + visit + "'",
			"appointments_requested_answer"},
		{"an answer after the start", "UPDATE appointments SET answer_by = '2026-11-24 13:00:01+03' WHERE id = '" + asked + "'",
			"appointments_answer_in_time"},
		{"a request without a person", "UPDATE appointments SET person = NULL, person_place = NULL WHERE id = '" + asked + "'",
			"appointments_booked_complete"},
		{"two proposals at a time", appointment(other, "held", "15:00", "15:20", ", proposed_to", ", '"+asked+"'"), "appointments_one_proposal"},
		{"a visit that is a proposal", "UPDATE appointments SET proposed_to = '" + asked + "' WHERE id = '" + visit + "'",
			"appointments_proposed_held"},
		{"an actor without a name",
			"INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor) VALUES (1, '" + visit +
				"', 'approved', now(), now(), 1, '')",
			"appointment_events_actor_check"},
		{"a reason without words",
			"INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, reason) VALUES (1, '" + visit +
				"', 'declined', now(), now(), 1, '')",
			"appointment_events_reason_check"},
		{"two visits of one reference", booked(other, "11:00", "11:20", "AAAAAAAAA", 1, 1, other), "appointments_reference_key"},
		{"the same id twice", appointment(hold, "held", "12:00", "12:20", "", ""), "appointments_pkey"},
		{"a hold without an end", "UPDATE appointments SET expires_at = NULL WHERE id = '" + hold + "'", "appointments_hold_expires"},
		{"booked without a reference", "UPDATE appointments SET reference = NULL WHERE id = '" + visit + "'", "appointments_booked_complete"},
		{"booked without a person", "UPDATE appointments SET person = NULL WHERE id = '" + visit + "'", "appointments_booked_complete"},
		{"booked without a version", "UPDATE appointments SET version = 0 WHERE id = '" + visit + "'", "appointments_booked_complete"},
		{"a hold that becomes booked and nothing else", "UPDATE appointments SET status = 'booked' WHERE id = '" + hold + "'",
			"appointments_booked_complete"},
		{"cancelled, and still counted for the person", "UPDATE appointments SET status = 'cancelled' WHERE id = '" + visit + "'",
			"appointments_person_counts"},
		{"person places count from 1", "UPDATE appointments SET person_place = 0 WHERE id = '" + visit + "'", "appointments_person_place_check"},
		{"power of attorney that ends before the day", "UPDATE appointments SET wakala_expires = '2026-11-23' WHERE id = '" + visit + "'",
			"appointments_wakala_valid"},
		{"a visit moved behind the end of its power of attorney",
			ledger + "(1, 1, '2026-11-25', 90, '{2}', '{0}', 1); UPDATE appointments SET wakala_expires = '2026-11-24' WHERE id = '" + visit +
				"'; UPDATE appointments SET day = '2026-11-25' WHERE id = '" + visit + "'", "appointments_wakala_valid"},
		{"an end before the start", appointment(other, "held", "10:00", "10:00", "", ""), "appointments_time"},
		{"no ticks", "UPDATE appointments SET ticks = 0 WHERE id = '" + hold + "'", "appointments_ticks_check"},
		{"no places", "UPDATE appointments SET places = 0 WHERE id = '" + hold + "'", "appointments_places_check"},
		{"nobody comes", "UPDATE appointments SET party = 0 WHERE id = '" + hold + "'", "appointments_party_check"},
		{"an address without a number", "UPDATE appointments SET address = '\\x07' WHERE id = '" + hold + "'", "appointments_holder"},
		{"a number of no address", "UPDATE appointments SET address_place = 1 WHERE id = '" + hold + "'", "appointments_holder"},
		{"a number of no mobile", "UPDATE appointments SET mobile = NULL, mobile_place = 1 WHERE id = '" + hold + "'", "appointments_holder"},
		{"addresses count from 1", "UPDATE appointments SET address = '\\x07', address_place = 0 WHERE id = '" + hold + "'",
			"appointments_address_place_check"},
		{"mobiles count from 1", "UPDATE appointments SET mobile = '1', mobile_place = 0 WHERE id = '" + hold + "'",
			"appointments_mobile_place_check"},
		{"one number for two holds of an address", appointment(other, "held", "12:00", "12:20", ", address, address_place", `, '\x07', 1`) +
			`; UPDATE appointments SET address = '\x07', address_place = 1 WHERE id = '` + hold + "'", "appointments_address_limit"},
		{"one number for two holds of a mobile", appointment(other, "held", "12:00", "12:20", ", mobile, mobile_place", `, '1', 1`) +
			`; UPDATE appointments SET mobile = '1', mobile_place = 1 WHERE id = '` + hold + "'", "appointments_mobile_limit"},
		{"an unknown status", "UPDATE appointments SET status = 'lost' WHERE id = '" + hold + "'", "appointments_status_check"},
		{"an unknown channel", "UPDATE appointments SET channel = 'x' WHERE id = '" + hold + "'", "appointments_channel_check"},
		{"a third language", "UPDATE appointments SET lang = 'fr' WHERE id = '" + visit + "'", "appointments_lang_check"},
		{"a visit on a day without a ledger", "UPDATE appointments SET day = '2026-11-26' WHERE id = '" + hold + "'",
			"appointments_branch_id_desk_group_id_day_fkey"},

		{"fewer than no places used", "UPDATE ledger_days SET used = '{0,0,-1,0}'", "ledger_days_not_negative"},
		{"fewer than no places open", "UPDATE ledger_days SET open = '{0,0,-1,0}'", "ledger_days_not_negative"},
		{"open and used of different length", "UPDATE ledger_days SET used = '{0,0,0}'", "ledger_days_same_ticks"},
		{"ticks before the day", "UPDATE ledger_days SET first_tick = -1", "ledger_days_first_tick_check"},
		{"a day twice", ledger + "(1, 1, '2026-11-24', 90, '{2}', '{0}', 1)", "ledger_days_pkey"},
		{"a ledger of no desk group", ledger + "(2, 1, '2026-11-24', 90, '{2}', '{0}', 1)", "ledger_days_branch_id_desk_group_id_fkey"},

		{"a message twice for one fact", message("branch_id, appointment_id, start_version", "1, '"+visit+"', 1"), "messages_fact"},
		{"a reminder twice for one start and lead",
			"INSERT INTO messages (kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at) " +
				"SELECT 'reminder', 1440, 1, '" + visit + "', 1, 'ar', now(), now(), now() FROM generate_series(1, 2)", "messages_fact"},
		{"a reminder without a lead",
			"INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at) " +
				"VALUES ('reminder', 1, '" + visit + "', 1, 'ar', now(), now(), now())", "messages_lead"},
		{"a message about nothing", message("branch_id", "1"), "messages_about"},
		{"a message about two things", message("branch_id, appointment_id, start_version, verification_id", "1, '"+visit+"', 2, '"+proof+"'"),
			"messages_about"},
		{"a message about a visit of no version", message("branch_id, appointment_id", "1, '"+visit+"'"), "messages_about"},
		{"a message about a visit that is not there", message("branch_id, appointment_id, start_version", "1, '"+other+"', 1"),
			"messages_appointment_id_branch_id_fkey"},
		{"the text of a code kept", `INSERT INTO messages (kind, verification_id, lang, created_at, next_attempt_at, expires_at, text)
			VALUES ('verification_code', '` + proof + `', 'ar', now(), now(), now(), '123456')`, "messages_no_code_kept"},
		{"a message in an unknown state", "UPDATE messages SET state = 'lost'", "messages_state_check"},
		{"a message of an unknown kind", "UPDATE messages SET kind = 'advert'", "messages_kind"},
		{"a sixth wrong code", "UPDATE verifications SET tries = 6", "verifications_tries"},
		{"fewer than no wrong codes", "UPDATE verifications SET tries = -1", "verifications_tries"},
		{"history of a visit that is not there",
			"INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version) VALUES (1, '" + other +
				"', 'booked', now(), now(), 1)",
			"appointment_events_appointment_id_branch_id_fkey"},
		{"an unknown event",
			"INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version) VALUES (1, '" + visit +
				"', 'x', now(), now(), 1)",
			"appointment_events_kind_check"},
		{"an idempotency key twice",
			"INSERT INTO idempotency_keys (key, fingerprint, answer, created_at) VALUES ('k', sha256('b'), 'b', now())", "idempotency_keys_pkey"},
		{"a fingerprint that is none", "INSERT INTO idempotency_keys (key, fingerprint, answer, created_at) VALUES ('l', 'short', 'b', now())",
			"idempotency_keys_fingerprint_check"},

		{"one person waiting twice", waiting(other, "waiting", "", ""), "waitlist_entries_person"},
		{"an entry that ended at no time", waiting(other, "left", "", ""), "waitlist_entries_ended"},
		{"an entry that waits and has ended", waiting(other, "waiting", ", ended_at", ", now()"), "waitlist_entries_ended"},
		{"an entry in an unknown state", "UPDATE waitlist_entries SET state = 'lost', ended_at = now()", "waitlist_entries_state_check"},
		{"a range that ends before it begins", "UPDATE waitlist_entries SET to_day = from_day - 1", "waitlist_entries_range"},
		{"a range of 63 days", "UPDATE waitlist_entries SET to_day = from_day + 62", "waitlist_entries_range"},
		{"times of day the wrong way round", "UPDATE waitlist_entries SET earliest = 600, latest = 540", "waitlist_entries_times"},
		{"an offer without a hold", "UPDATE waitlist_entries SET offer_until = now()", "waitlist_entries_offer"},
		{"an offer to somebody who is gone",
			"UPDATE waitlist_entries SET state = 'left', ended_at = now(), hold_id = '" + hold + "', offer_until = now()", "waitlist_entries_offer"},
		{"the same start offered again", offer(visit, "09:00", other), "waitlist_offers_pkey"},
		{"one hold for two offers", offer(visit, "10:00", hold), "waitlist_offers_hold_id_key"},
		{"an offer to nobody", offer(other, "10:00", other), "waitlist_offers_entry_id_fkey"},

		{"a length that is no multiple of five minutes", "UPDATE services SET duration_minutes = 12", "services_whole_ticks"},
		{"a visit of no length", "UPDATE services SET duration_minutes = 0", "services_whole_ticks"},
		{"a negative buffer", "UPDATE services SET after_minutes = -5", "services_whole_ticks"},
		{"a horizon within the notice", "UPDATE services SET horizon_minutes = notice_minutes", "services_horizon"},
		{"a negative cut-off", "UPDATE services SET cancel_minutes = -1", "services_cancel_minutes_check"},
		{"a party of none", "UPDATE services SET party_limit = 0", "services_party_limit_check"},
		{"no visit allowed", "UPDATE services SET active_limit = 0", "services_active_limit_check"},
		{"a release past the end of the date", "UPDATE services SET walk_in_release_minutes = 1441", "services_walk_in_release_minutes_check"},
		{"an approval without a default", "UPDATE services SET approval_hours = 24, approval_default = ''", "services_approval"},
		{"a default without an approval", "UPDATE services SET approval_hours = 0, approval_default = 'approve'", "services_approval"},
		{"a default that is no answer", "UPDATE services SET approval_hours = 24, approval_default = 'perhaps'",
			"services_approval_default_check"},
		{"an answer in two months", "UPDATE services SET approval_hours = 1440, approval_default = 'approve'", "services_approval_hours_check"},
		{"dates that open on another day", "UPDATE services SET opens_at_minutes = 1441", "services_opens_at_minutes_check"},
		{"a delay of less than nothing", "UPDATE services SET release_delay_minutes = -1", "services_release_delay_minutes_check"},
		{"a limit without a window", "UPDATE services SET rebook_window_minutes = 0", "services_rebook"},
		{"a pause that is not limited", "UPDATE services SET rebook_limit = 0", "services_rebook"},
		{"a delayed place of no length", delayed("2026-11-24", 0, 1), "delayed_places_ticks_check"},
		{"a delayed place that takes none", delayed("2026-11-24", 4, 0), "delayed_places_places_check"},
		{"a delayed place on a day without a ledger", delayed("2026-11-26", 4, 1), "delayed_places_branch_id_desk_group_id_day_fkey"},
		{"two feeds at one address", "INSERT INTO feeds (id, token, name, department_id, lang, created_at, created_by) " +
			"SELECT gen_random_uuid(), sha256('a'), 'x', 1, 'ar', now(), 'noura' FROM generate_series(1, 2)", "feeds_token"},
		{"a feed at an address that is not hashed", "INSERT INTO feeds (id, token, name, department_id, lang, created_at, created_by) " +
			"VALUES (gen_random_uuid(), 'a', 'x', 1, 'ar', now(), 'noura')", "feeds_token_check"},
		{"an event told twice",
			"INSERT INTO webhooks (id, name, url, events, secret, created_at, created_by) VALUES ('" + other +
				"', 'x', 'https://x', '{}', 'x', now(), 'noura'); " +
				"INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version) VALUES (1, '" + visit +
				"', 'booked', now(), now(), 1); " +
				"INSERT INTO webhook_deliveries (webhook_id, branch_id, appointment_id, event_id, type, created_at, next_attempt_at) " +
				"SELECT '" + other + "', e.branch_id, e.appointment_id, e.id, 'x', now(), now() FROM appointment_events e, generate_series(1, 2)",
			"webhook_deliveries_event"},
		{"a webhook that is disabled for no reason",
			"INSERT INTO webhooks (id, name, url, events, secret, created_at, created_by, state) VALUES ('" + other +
				"', 'x', 'https://x', '{}', 'x', now(), 'noura', 'disabled')", "webhooks_ended"},
		{"a second centre", "INSERT INTO centre DEFAULT VALUES", "centre_pkey"},
		{"another centre", "INSERT INTO centre (single) VALUES (false)", "centre_single_check"},
		{"a service at two desk groups of a branch",
			"INSERT INTO desk_group_services SELECT branch_id, service_id, desk_group_id + 1 FROM desk_group_services WHERE desk_group_id = 1",
			"desk_group_services_pkey"},
		{"a service at a desk group of another branch",
			"UPDATE desk_group_services SET branch_id = 3 WHERE (service_id, desk_group_id) IN " +
				"(SELECT service_id, desk_group_id FROM desk_group_services WHERE branch_id = 1 " +
				"AND service_id NOT IN (SELECT service_id FROM desk_group_services WHERE branch_id = 3) LIMIT 1)",
			"desk_group_services_branch_id_desk_group_id_fkey"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback() //nolint:errcheck // the statement has failed
			_, err = tx.ExecContext(t.Context(), c.statement)
			var refused *pq.Error
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want it refused by %s", err, c.constraint)
			}
			if refused.Constraint != c.constraint {
				t.Errorf("got %q (%v), want %s", refused.Constraint, err, c.constraint)
			}
		})
	}

	for _, c := range []struct{ name, statement string }{
		{"visits that touch do not overlap", booked(other, "10:20", "10:40", "B", 2, 1, person)},
		{"a second visit where two are allowed", booked(other, "11:00", "11:20", "B", 1, 2, person)},
		{"another person at the same time", booked(other, "10:00", "10:20", "B", 1, 1, other)},
		{"a released hold leaves its number", appointment(other, "released", "12:00", "12:20", ", address, address_place", `, '\x07', 1`) +
			`; UPDATE appointments SET address = '\x07', address_place = 1 WHERE id = '` + hold + "'"},
		{"no limit of rebooking", "UPDATE services SET rebook_limit = 0, rebook_window_minutes = 0, rebook_pause_minutes = 0"},
		{"a hold never stands in the way of its person", appointment(other, "held", "10:00", "10:20", ", person", ", '"+person+"'")},
		{"power of attorney until the day itself", "UPDATE appointments SET wakala_expires = day WHERE id = '" + visit + "'"},
		{"an answer at the start", "UPDATE appointments SET answer_by = start_at WHERE id = '" + asked + "'"},
		{"another proposal after the first has ended", "UPDATE appointments SET status = 'expired' WHERE id = '" + second + "'; " +
			appointment(other, "held", "15:00", "15:20", ", proposed_to", ", '"+asked+"'")},
		{"places taken away under visits", "UPDATE ledger_days SET used = '{3,3,3,3}'"},
		{"waiting again after leaving", "UPDATE waitlist_entries SET state = 'left', ended_at = now(); " + waiting(other, "waiting", "", "")},
		{"another start offered", offer(visit, "10:00", other)},
		{"a range of 62 days", "UPDATE waitlist_entries SET to_day = from_day + 61"},
		{"a message of the next version", message("branch_id, appointment_id, start_version", "1, '"+visit+"', 2")},
		{"the fifth wrong code", "UPDATE verifications SET tries = 5"},
	} {
		t.Run("accepted: "+c.name, func(t *testing.T) {
			t.Parallel()
			tx, err := db.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback() //nolint:errcheck // the statement's own error counts
			if _, err = tx.ExecContext(t.Context(), c.statement); err != nil {
				t.Error(err)
			}
		})
	}
}
