-- Outcomes of bookings and requests. Only moved and cancelled ones have their history read.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(*) AS made,
       count(*) FILTER (WHERE status = 'cancelled') AS cancelled,
       count(*) FILTER (WHERE status = 'cancelled' AND by_staff) AS cancelled_by_staff,
       count(*) FILTER (WHERE status = 'cancelled' AND cancelled_at > start_at - interval '24 hours') AS cancelled_late,
       count(*) FILTER (WHERE status = 'declined') AS declined,
       count(*) FILTER (WHERE moves > 0) AS moved,
       coalesce(sum(moves), 0)::float8 AS moves
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           v.status, v.start_at, history.moves, history.cancelled_at, history.by_staff
    FROM reported_visits v
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE e.kind = 'moved') AS moves,
               max(e.at) FILTER (WHERE e.kind = 'cancelled') AS cancelled_at,
               bool_or(e.actor IS NOT NULL) FILTER (WHERE e.kind = 'cancelled') AS by_staff
        FROM appointment_events e
        WHERE (e.appointment_id, e.branch_id) = (v.id, v.branch_id) AND e.kind IN ('moved', 'cancelled')
          AND (v.version > 1 OR v.status = 'cancelled')
    ) AS history ON true
    WHERE v.day BETWEEN $1 AND $2
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
) AS visits
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
