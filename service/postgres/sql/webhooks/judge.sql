-- Writes what a batch says about a receiver: that a delivery arrived ($3), or how
-- often it failed ($4); until when it is paused ($5), and why it is disabled ($6).
UPDATE webhooks
SET failures = CASE WHEN $3::boolean THEN 0 ELSE failures + $4::integer END,
    failing_since = CASE WHEN $3 THEN NULL WHEN $4 > 0 THEN coalesce(failing_since, $2::timestamptz) ELSE failing_since END,
    paused_until = $5,
    state = CASE WHEN $6::text IS NULL THEN state ELSE 'disabled' END,
    ended_at = CASE WHEN $6 IS NULL THEN ended_at ELSE $2 END,
    ended_why = coalesce($6, ended_why)
WHERE id = $1 AND state = 'active'
