-- Writes visits of another system ($1), with their history, the messages to their visitors if
-- there are any, and their references there. Their ledger days are locked already, and have room.
-- No two are of one person. Returns what became of each: its refusal, NULL if it was written.
--
-- The person's place number is the smallest free one, as in appointments/book.sql, whose
-- turns of persons these are too. A visit that is alone ($2) waits for its turn. If another booking
-- decides in the moment between, the visit is not inserted, and imported_visits refuses the
-- statement: then it is tried again.
WITH wanted AS MATERIALIZED (
    SELECT w.*,
           CASE WHEN $2::boolean THEN pg_advisory_xact_lock(hashtextextended(w.person::text, 2)) IS NOT NULL
                ELSE pg_try_advisory_xact_lock(hashtextextended(w.person::text, 2)) END AS turn
    FROM jsonb_to_recordset($1::jsonb) AS w (
        n integer, id uuid, now timestamptz, reference text, person uuid, mobile text, lang text, visitor_name text, visitor_key text,
        identity_kind text, identity text, email text, representative_name text, representative_identity_kind text,
        representative_identity text, wakala text, wakala_expires date, needs text[], reason text,
        service text, branch_id smallint, desk_group_id integer, day date, first_tick smallint, ticks smallint, places smallint,
        start_at timestamptz, end_at timestamptz, party smallint, channel text, old_reference text, fingerprint text, message text)
    WHERE w.n BETWEEN 0 AND 10000 -- true, and makes the planner expect few
), judged AS MATERIALIZED (
    SELECT w.*, s.id AS service_id, free.place,
           CASE WHEN EXISTS (SELECT FROM imported_visits i WHERE i.old_reference = w.old_reference) THEN 'imported'
                WHEN NOT w.turn THEN 'turn'
                WHEN EXISTS (
                    SELECT FROM appointments other
                    WHERE other.person = w.person AND other.status IN ('booked', 'requested')
                      AND tstzrange(other.start_at, other.end_at) && tstzrange(w.start_at, w.end_at)) THEN 'busy'
                WHEN free.place IS NULL THEN 'limit' END AS refusal
    FROM wanted w
    JOIN services s ON s.slug = w.service
    CROSS JOIN LATERAL (
        SELECT min(place) AS place
        FROM generate_series(1, s.active_limit) AS place
        WHERE NOT EXISTS (
            SELECT FROM appointments other
            WHERE other.person = w.person AND other.service_id = s.id AND other.person_place = place)) AS free
), booked AS (
    INSERT INTO appointments (
        branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places, start_at, end_at, party, channel, created_at,
        reference, version, person, person_place, mobile, lang, visitor_name, visitor_key, identity_kind, identity, email,
        representative_name, representative_identity_kind, representative_identity, wakala, wakala_expires, needs)
    SELECT branch_id, id, 'booked', service_id, desk_group_id, day, first_tick, ticks, places, start_at, end_at, party, channel, now,
           reference, 1, person, place, mobile, lang, visitor_name, visitor_key, identity_kind, identity, email,
           representative_name, representative_identity_kind, representative_identity, wakala, wakala_expires, needs
    FROM judged
    WHERE refusal IS NULL
    ON CONFLICT DO NOTHING
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, reason)
    SELECT branch_id, id, 'booked', now, start_at, 1, reason FROM judged WHERE refusal IS NULL
), message AS (
    INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT message, branch_id, id, 1, lang, now, now, start_at FROM judged WHERE refusal IS NULL AND message IS NOT NULL
), imported AS (
    INSERT INTO imported_visits (old_reference, fingerprint, branch_id, appointment_id)
    SELECT old_reference, fingerprint, branch_id, id FROM judged WHERE refusal IS NULL
)
SELECT n, refusal FROM judged
