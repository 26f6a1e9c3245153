-- Turns holds that are still valid into booked visits ($1), or into requests where the
-- service needs an approval (catalog.Approval), with their history and the messages to the
-- visitors (one of two kinds, or none). Returns the holds that it turned.
--
-- The person's place number is the smallest free one, and so is the number of the visit
-- among those that count for the mobile. The unique indexes decide when two bookings choose
-- the same. Statements that change visits of one person take turns: two
-- visits at overlapping times would each wait for the other at the exclusion constraint. So
-- do those that count a visit for one mobile, after the turns of persons. A
-- request that is alone ($2) waits for its turn. One in a batch does not: its caller tries
-- it again alone.
--
-- slots.Appointment.Book and Booking.Pauses decide who may book a hold, and whether it
-- becomes a visit or a request. This statement checks only what must be true at the moment
-- of writing; slots gives the reason for a refusal. FOR SHARE makes a booking that waited
-- for its turn see a pause that began meanwhile.
--
-- IS NOT DISTINCT FROM keeps the planner to the primary key: the index of holds looks as
-- cheap while there are few, and then every booking of the rush reads all of them.
WITH wanted AS MATERIALIZED (
    SELECT w.*,
           CASE WHEN $2::boolean
                THEN pg_advisory_xact_lock(hashtextextended(w.person::text, 2)) IS NOT NULL
                     AND (w.per_mobile IS NULL OR pg_advisory_xact_lock(hashtextextended(w.mobile, 2)) IS NOT NULL)
                ELSE pg_try_advisory_xact_lock(hashtextextended(w.person::text, 2))
                     AND (w.per_mobile IS NULL OR pg_try_advisory_xact_lock(hashtextextended(w.mobile, 2)))
           END AS turn
    FROM jsonb_to_recordset($1::jsonb) AS w (
        n integer, id uuid, now timestamptz, reference text, person uuid, mobile text, mobiles text[], per_mobile integer, lang text,
        visitor_name text, visitor_key text, identity_kind text, identity text, email text,
        representative_name text, representative_identity_kind text, representative_identity text,
        wakala text, wakala_expires date, needs text[], actor text, reason text, audited boolean,
        if_booked text, if_requested text)
    WHERE w.n BETWEEN 0 AND 10000 -- true, and makes the planner expect few
), booked AS (
    UPDATE appointments a
    SET status = CASE WHEN asks.answer_by IS NULL THEN 'booked' ELSE 'requested' END, answer_by = asks.answer_by,
        version = 1, created_at = w.now, expires_at = NULL,
        address = NULL, address_place = NULL, mobile_place = of_mobile.place,
        reference = w.reference, person = w.person, person_place = free.place, mobile = w.mobile, lang = w.lang,
        visitor_name = w.visitor_name, visitor_key = w.visitor_key, identity_kind = w.identity_kind, identity = w.identity, email = w.email,
        representative_name = w.representative_name, representative_identity_kind = w.representative_identity_kind,
        representative_identity = w.representative_identity, wakala = w.wakala, wakala_expires = w.wakala_expires,
        needs = CASE WHEN cardinality(w.needs) > 0 THEN w.needs ELSE a.needs END
    FROM wanted w
    JOIN appointments hold ON hold.id = w.id
    JOIN services s ON s.id = hold.service_id
    CROSS JOIN LATERAL (
        SELECT min(place) AS place
        FROM generate_series(1, s.active_limit) AS place
        WHERE NOT EXISTS (
            SELECT FROM appointments other
            WHERE other.person = w.person AND other.service_id = hold.service_id AND other.person_place = place)) AS free
    CROSS JOIN LATERAL (
        SELECT min(place) AS place
        FROM generate_series(1, w.per_mobile) AS place
        WHERE NOT EXISTS (
            SELECT FROM appointments other
            WHERE other.mobile = w.mobile AND other.mobile_place = place AND other.person_place IS NOT NULL)) AS of_mobile
    CROSS JOIN LATERAL (
        SELECT CASE WHEN s.approval_hours > 0 AND hold.channel NOT IN ('walk_in', 'protected')
                    THEN least(w.now + s.approval_hours * interval '1 hour', hold.start_at) END AS answer_by) AS asks
    WHERE a.id = w.id AND a.branch_id = hold.branch_id AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > w.now
      AND w.turn AND free.place IS NOT NULL AND (w.per_mobile IS NULL OR of_mobile.place IS NOT NULL)
      AND (w.wakala_expires >= a.day) IS NOT FALSE
      AND (hold.channel <> 'protected' OR w.audited)
      AND (hold.mobile IS NULL OR hold.mobile = ANY (w.mobiles))
      AND (((SELECT r.paused_until
            FROM rebookings r
            WHERE r.person = w.person AND r.service_id = hold.service_id
            FOR SHARE) > w.now) IS NOT TRUE
           OR w.audited)
    RETURNING w.n, hold.expires_at AS held_until, hold.created_at AS held_at, hold.needs AS held_needs, s.slug AS service,
              s.approval_hours, s.approval_default, w.actor, w.reason,
              CASE a.status WHEN 'booked' THEN w.if_booked ELSE w.if_requested END AS message, a.*
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
    SELECT branch_id, id, status, created_at, start_at, version, actor, reason FROM booked
), message AS (
    INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT message, branch_id, id, version, lang, created_at, created_at, start_at
    FROM booked
    WHERE message IS NOT NULL
)
SELECT b.n, b.id, b.branch_id, b.service, br.slug AS branch, b.desk_group_id, b.day, b.first_tick, b.ticks, b.places,
       b.start_at, b.end_at, b.party, b.channel, b.held_at, b.held_until, b.held_needs,
       b.approval_hours, b.approval_default
FROM booked b
JOIN branches br ON br.id = b.branch_id
