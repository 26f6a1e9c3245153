-- Removes rows that are of no use any more, the oldest first: answers after a day, ended
-- holds and verifications two days after they began, and records of given-up visits once
-- they do not matter any more ($4 is now). At most $3 rows of each. Rows that another
-- replica has locked are skipped. Returns the largest number, which tells the caller whether
-- there is more.
WITH answers AS (
    DELETE FROM idempotency_keys
    WHERE key = ANY (ARRAY(
        SELECT key
        FROM idempotency_keys
        WHERE created_at < $1
        ORDER BY created_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING key
), holds AS (
    DELETE FROM appointments
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM appointments
        WHERE status IN ('released', 'expired') AND created_at < $2
        ORDER BY created_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING id
), proofs AS (
    DELETE FROM verifications
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM verifications
        WHERE created_at < $2
        ORDER BY created_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING id
), pauses AS (
    DELETE FROM rebookings
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM rebookings
        WHERE forget_at < $4
        ORDER BY forget_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING person
)
SELECT greatest((SELECT count(*) FROM pauses), (SELECT count(*) FROM answers), (SELECT count(*) FROM holds), (SELECT count(*) FROM proofs))
