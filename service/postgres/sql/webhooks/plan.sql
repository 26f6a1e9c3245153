-- Makes deliveries of the events in the next $1 transactions by their numbers, among those
-- that are over according to pg_snapshot_xmin. Each transaction is looked at once, whatever
-- ids its events have and whenever it committed. To keep the order right, earlier events of
-- the same visits come with them, if this snapshot sees them and their transactions have
-- higher numbers. If another replica is planning, it does nothing. Without webhooks there is
-- nothing to plan. OFFSET 0 keeps the planner to primary keys: it can't know how few
-- transactions there are.
WITH clock AS MATERIALIZED (
    SELECT xid FROM webhook_clock FOR UPDATE SKIP LOCKED
), horizon AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid,
           EXISTS (SELECT FROM webhooks WHERE state = 'active') AS wanted
), span AS MATERIALIZED (
    SELECT c.xid AS from_xid, CASE WHEN h.wanted THEN greatest(c.xid, least(h.xid, c.xid + $1::bigint)) ELSE greatest(c.xid, h.xid) END AS to_xid,
           h.xid AS horizon, h.wanted
    FROM clock c, horizon h
), fresh AS MATERIALIZED (
    SELECT e.branch_id, e.appointment_id, e.id, e.kind, e.at, e.xid
    FROM span s
    JOIN appointment_events e ON e.xid >= s.from_xid AND e.xid < s.to_xid
    WHERE s.wanted
), known AS MATERIALIZED (
    SELECT * FROM fresh
    UNION
    SELECT e.branch_id, e.appointment_id, e.id, e.kind, e.at, e.xid
    FROM fresh f
    CROSS JOIN LATERAL (
        SELECT p.*
        FROM appointment_events p
        WHERE p.appointment_id = f.appointment_id AND p.branch_id = f.branch_id AND p.id < f.id AND p.xid >= (SELECT to_xid FROM span)
        OFFSET 0) AS e
), planned AS (
    INSERT INTO webhook_deliveries (webhook_id, branch_id, appointment_id, event_id, type, created_at, next_attempt_at)
    SELECT w.id, k.branch_id, k.appointment_id, k.id, 'appointment.' || k.kind, k.at, k.at
    FROM known k
    CROSS JOIN LATERAL (
        SELECT a.service_id
        FROM appointments a
        WHERE a.id = k.appointment_id AND a.branch_id = k.branch_id
        OFFSET 0) AS a
    JOIN services s ON s.id = a.service_id
    JOIN webhooks w ON w.state = 'active' AND k.xid >= w.since
        AND (w.department_id = s.department_id OR w.department_id IS NULL)
        AND ('appointment.' || k.kind = ANY (w.events) OR w.events = '{}')
    WHERE k.at > $2::timestamptz - interval '5 days'
    ORDER BY k.id
    ON CONFLICT ON CONSTRAINT webhook_deliveries_event DO NOTHING
    RETURNING id
), moved AS (
    UPDATE webhook_clock SET xid = (SELECT to_xid FROM span) WHERE xid < (SELECT to_xid FROM span)
)
SELECT s.to_xid >= s.horizon AS done, (SELECT count(*) FROM fresh) AS events, (SELECT count(*) FROM planned) AS planned,
       s.from_xid > pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS ahead
FROM span s
