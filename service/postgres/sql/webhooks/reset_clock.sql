-- Starts counting transactions again: the database was restored from a copy in which their
-- numbers were higher than they are now.
WITH horizon AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
), told AS (
    UPDATE webhooks SET since = 0 WHERE since > (SELECT next FROM horizon)
)
UPDATE webhook_clock SET xid = horizon.xid FROM horizon WHERE webhook_clock.xid > horizon.next
