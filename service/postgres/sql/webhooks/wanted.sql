-- Whether there is a webhook to plan for, or the clock is so far back that it should move
-- on.
SELECT EXISTS (SELECT FROM webhooks WHERE state = 'active')
    OR pg_snapshot_xmin(pg_current_snapshot())::text::bigint - xid > 10000
FROM webhook_clock
