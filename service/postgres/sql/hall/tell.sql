-- Enqueues messages about a delay (of the kind $3, by the media $4) to visitors, unless they
-- have been told of as many minutes, or more, already.
WITH notices AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($1::jsonb) AS n (id uuid, version integer, minutes smallint, until timestamptz)
)
INSERT INTO messages (kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT $3::text, n.minutes, a.branch_id, a.id, a.version, a.lang, $2::timestamptz, $2, n.until
FROM notices n
JOIN appointments a ON a.id = n.id AND a.version = n.version
WHERE a.status = 'booked' AND n.until > $2
  AND (a.mobile IS NOT NULL AND 'sms' = ANY ($4::text[]) OR a.email IS NOT NULL AND 'email' = ANY ($4))
  AND (SELECT count(*)
       FROM messages m
       WHERE m.appointment_id = a.id AND m.start_version = a.version AND m.kind = $3 AND m.lead_minutes >= n.minutes) = 0
ON CONFLICT DO NOTHING
