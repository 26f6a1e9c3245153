-- Writes how a visit ended, or that it did not after all. Its person may book
-- the next one. What is over keeps $3 ticks of its place. Who was served is
-- asked how it was, unless $4 is null.
WITH ended AS (
    UPDATE appointments
    SET status = $2, ticks = $3, person_place = CASE WHEN $2 = 'booked' THEN person_place END
    WHERE id = $1
    RETURNING branch_id, id, lang, version, mobile, email
)
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT 'survey', branch_id, id, version, lang, $4::timestamptz, $4, $4 + interval '24 hours'
FROM ended
WHERE (mobile IS NOT NULL OR email IS NOT NULL) AND $2 = 'completed' AND $4 IS NOT NULL
ON CONFLICT DO NOTHING
