-- Notes at $3 that feeds $1 were confirmed by the role of their owner, and revokes feeds $2,
-- each with an entry in the log. Returns how many were revoked.
WITH confirmed AS (
    UPDATE feeds SET confirmed_at = $3 WHERE id = ANY ($1::uuid[]) RETURNING id
), ended AS (
    UPDATE feeds SET revoked_at = $3 WHERE id = ANY ($2::uuid[]) AND revoked_at IS NULL RETURNING id, department_id
), logged AS (
    INSERT INTO audit_log (actor, action, subject, department_id, reason)
    SELECT $4, 'feed.revoked', 'feed ' || id, department_id, $5 FROM ended
    RETURNING id
)
SELECT count(*) FROM logged
