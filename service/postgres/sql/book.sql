-- Turns a standing hold into a booked visit, with its history and the message
-- to the visitor, or into a request where the service asks for an approval
-- (catalog.Approval); a protected place is booked only by somebody who says why
-- ($17, $18). The person's place number is the smallest free one; the
-- unique index decides when two bookings choose the same.
--
-- What changes visits of one person takes its turn: two visits at overlapping
-- times would each wait for the other at the exclusion constraint.
-- IS NOT DISTINCT FROM keeps the planner to the primary key: the index of
-- holds looks as cheap while there are few, and then every booking of the rush
-- reads all of them.
WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtextextended($4::uuid::text, 2))
), standing AS MATERIALIZED (
    SELECT a.branch_id, a.id,
           CASE WHEN s.approval_hours > 0 AND a.channel NOT IN ('walk_in', 'protected')
               THEN least($2::timestamptz + s.approval_hours * interval '1 hour', a.start_at) END AS answer_by,
           (SELECT min(n)
            FROM generate_series(1, s.active_limit) AS n
            WHERE NOT EXISTS (
                SELECT FROM appointments other
                WHERE other.person = $4::uuid AND other.service_id = a.service_id AND other.person_place = n)) AS person_place
    FROM turn
    CROSS JOIN appointments a
    JOIN services s ON s.id = a.service_id
    WHERE a.id = $1 AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > $2
      AND (a.channel <> 'protected' OR ($17::text IS NOT NULL AND $18::text IS NOT NULL))
), booked AS (
    UPDATE appointments a
    SET status = CASE WHEN standing.answer_by IS NULL THEN 'booked' ELSE 'requested' END,
        answer_by = standing.answer_by, version = 1, created_at = $2, expires_at = NULL,
        reference = $3, person = $4, person_place = standing.person_place, mobile = $5, lang = $6,
        visitor_name = $7, identity_kind = $8, identity = $9, email = $10,
        representative_name = $11, representative_identity_kind = $12, representative_identity = $13,
        wakala = $14, wakala_expires = $15, needs = $16
    FROM standing
    WHERE (a.id, a.branch_id) = (standing.id, standing.branch_id)
      AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > $2
      AND standing.person_place IS NOT NULL
    RETURNING a.*
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
    SELECT branch_id, id, status, $2, start_at, version, $17, $18 FROM booked
), message AS (
    INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT status, branch_id, id, version, lang, $2, $2, start_at
    FROM booked
    WHERE mobile IS NOT NULL
)
SELECT EXISTS (SELECT FROM standing WHERE person_place IS NULL) AS person_full,
       b.*, s.slug AS service, br.slug AS branch,
       jsonb_build_array(jsonb_build_object('kind', b.status, 'at', $2, 'start', b.start_at, 'version', b.version,
           'actor', $17, 'reason', $18)) AS history
FROM (SELECT) AS one
LEFT JOIN booked b ON true
LEFT JOIN services s ON s.id = b.service_id
LEFT JOIN branches br ON br.id = b.branch_id
