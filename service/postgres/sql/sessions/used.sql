-- Notes that a session was used at $2. Nobody waits for it to be on the standby: what a
-- failover loses is a minute of a session.
WITH settings AS (
    SELECT set_config('synchronous_commit', 'off', true)
)
UPDATE staff_sessions SET seen_at = $2 FROM settings WHERE id = $1 AND seen_at < $2
