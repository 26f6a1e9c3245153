-- Writes how a visit ended, or that it did not end after all. The person may then book the
-- next visit. A visit that is over keeps $3 ticks of its place. The visitor gets a message
-- of the kind $4 (null for none), if one of its media $5 reaches them.
WITH ended AS (
    UPDATE appointments
    SET status = $2, ticks = $3, person_place = CASE WHEN $2 = 'booked' THEN person_place END
    WHERE id = $1
    RETURNING branch_id, id, lang, version, mobile, email
)
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT $4::text, branch_id, id, version, lang, $6::timestamptz, $6, $7::timestamptz
FROM ended
WHERE $4 IS NOT NULL AND (mobile IS NOT NULL AND 'sms' = ANY ($5::text[]) OR email IS NOT NULL AND 'email' = ANY ($5))
ON CONFLICT DO NOTHING
