-- Turns a draft into a running change.
UPDATE changes
SET state = 'running', decision = $2, reason = $3, actor = $4, applied_at = $5, expires_at = NULL
WHERE id = $1
