-- The change that has been running for the longest, unless another replica is working on it.
SELECT c.id, c.state, c.holiday_list, c.edit, c.decision, c.reason, c.actor, c.created_at, c.expires_at, c.applied_at, c.finished_at,
       NULL::text AS desk_group
FROM changes c
WHERE c.state = 'running'
ORDER BY c.applied_at
LIMIT 1
FOR NO KEY UPDATE OF c SKIP LOCKED
