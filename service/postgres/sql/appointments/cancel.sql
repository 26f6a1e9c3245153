-- Cancels a booked or requested visit, with its history, the member of staff ($3) and the
-- reason ($4) where staff did it, the reason that the visitor chose ($7, null for none), and
-- the message to the visitor ($5, null for none). Its place goes back with
-- ledger/exchange.sql.
WITH cancelled AS (
    UPDATE appointments
    SET status = 'cancelled', person_place = NULL, answer_by = NULL
    WHERE id = $1
    RETURNING branch_id, id, lang, start_at, version
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason, cancellation_reason)
    SELECT branch_id, id, 'cancelled', $2::timestamptz, start_at, version, $3, $4, $7 FROM cancelled
)
INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
SELECT $5::text, branch_id, id, version, lang, $2, $2, $6::timestamptz
FROM cancelled
WHERE $5 IS NOT NULL
