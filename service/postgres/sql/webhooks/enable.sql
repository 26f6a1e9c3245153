-- Enables a disabled webhook: new deliveries go to it, and those that waited.
UPDATE webhooks
SET state = 'active', ended_at = NULL, ended_why = NULL, failures = 0, failing_since = NULL, paused_until = NULL,
    since = pg_current_xact_id()::text::bigint
WHERE id = $1 AND state = 'disabled'
