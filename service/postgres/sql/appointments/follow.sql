-- The $3 events of all visits that come after the event $2 of the transaction $1, by
-- transaction and id, each with the kinds of the events of its visit up to it, and
-- the visit's own start after it. Only
-- transactions below pg_snapshot_xmin count: they are over, so no event can come to be before
-- one of a page any more (docs/adr/0064). Without an event there is one row all the same.
--
-- The only index by transaction is a summary of pages, which can't tell what comes next. So
-- events are counted in spans of transactions, each twice as long as the one before, until
-- there are enough; then the last span is halved until there are not far too many. A span
-- ends before the transaction until; it has too few events if it ends at few, and enough if it
-- ends at enough. OFFSET 0 keeps the planner to the summary.
WITH RECURSIVE horizon AS MATERIALIZED (
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS xid, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next
), spans AS (
    SELECT $1::bigint AS few, least($1::bigint + 256, h.xid) AS until, NULL::bigint AS enough, c.events
    FROM horizon h
    CROSS JOIN LATERAL (
        SELECT count(*) AS events
        FROM appointment_events e
        WHERE e.xid >= $1::bigint AND e.xid < least($1::bigint + 256, h.xid) AND (e.xid > $1::bigint OR e.id > $2::bigint)
        OFFSET 0) AS c
    UNION ALL
    SELECT s.few, s.until, s.enough, c.events
    FROM (
        SELECT CASE WHEN events < $3::bigint THEN until ELSE few END AS few,
               CASE WHEN events >= $3::bigint THEN few + (until - few) / 2
                    WHEN enough IS NULL THEN least(until + (until - $1::bigint), h.xid)
                    ELSE until + (enough - until) / 2
               END AS until,
               CASE WHEN events >= $3::bigint THEN until ELSE enough END AS enough
        FROM spans
        CROSS JOIN horizon h
        WHERE events < $3::bigint AND enough IS NULL AND until < h.xid
           OR events < $3::bigint AND enough - until > 1
           OR events > 8 * $3::bigint AND until - few > 1) AS s
    CROSS JOIN LATERAL (
        SELECT count(*) AS events
        FROM appointment_events e
        WHERE e.xid >= $1::bigint AND e.xid < s.until AND (e.xid > $1::bigint OR e.id > $2::bigint)
        OFFSET 0) AS c
), span AS MATERIALIZED (
    SELECT coalesce(min(until) FILTER (WHERE events >= $3::bigint), max(until)) AS until FROM spans
), page AS MATERIALIZED (
    SELECT found.*
    FROM span
    CROSS JOIN LATERAL (
        SELECT e.xid, e.id, e.branch_id, e.appointment_id, e.kind, e.at, e.start_at
        FROM appointment_events e
        WHERE e.xid >= $1::bigint AND e.xid < span.until AND (e.xid > $1::bigint OR e.id > $2::bigint)
        OFFSET 0) AS found
    ORDER BY found.xid, found.id
    LIMIT $3::bigint
)
SELECT h.next, c.system_identifier AS database, p.xid, p.id, p.kind, p.at, p.start_at, p.kinds, p.own_start_at,
       p.reference, p.service, p.department, p.branch
FROM horizon h
CROSS JOIN pg_control_system() c
LEFT JOIN (
    SELECT page.*, a.reference, s.slug AS service, d.slug AS department, b.slug AS branch, (
        SELECT array_agg(v.kind ORDER BY v.id)
        FROM appointment_events v
        WHERE v.appointment_id = page.appointment_id AND v.branch_id = page.branch_id AND v.id <= page.id) AS kinds, (
        SELECT v.start_at
        FROM appointment_events v
        WHERE v.appointment_id = page.appointment_id AND v.branch_id = page.branch_id AND v.id <= page.id AND v.kind <> 'proposed'
        ORDER BY v.id DESC
        LIMIT 1) AS own_start_at
    FROM page
    CROSS JOIN LATERAL (
        SELECT a.reference, a.service_id
        FROM appointments a
        WHERE a.id = page.appointment_id AND a.branch_id = page.branch_id
        OFFSET 0) AS a
    JOIN services s ON s.id = a.service_id
    JOIN departments d ON d.id = s.department_id
    JOIN branches b ON b.id = page.branch_id) AS p ON true
ORDER BY p.xid, p.id
