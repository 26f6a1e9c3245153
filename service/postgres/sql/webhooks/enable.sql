-- Lets a disabled webhook be told again, from now on and what waited for it.
UPDATE webhooks
SET state = 'active', ended_at = NULL, ended_why = NULL, failures = 0, failing_since = NULL, paused_until = NULL,
    since = pg_current_xact_id()::text::bigint
WHERE id = $1 AND state = 'disabled'
