-- Removes what has served its purpose: answers after a day, ended holds and
-- verifications two days after they began. At most $3 rows of each.
WITH answers AS (
    DELETE FROM idempotency_keys
    WHERE key IN (SELECT key FROM idempotency_keys WHERE created_at < $1 LIMIT $3)
), holds AS (
    DELETE FROM appointments
    WHERE (id, branch_id) IN (
        SELECT id, branch_id FROM appointments
        WHERE status IN ('released', 'expired') AND created_at < $2 LIMIT $3)
)
DELETE FROM verifications
WHERE id IN (SELECT id FROM verifications WHERE created_at < $2 LIMIT $3)
