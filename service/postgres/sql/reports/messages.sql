-- Messages about visits and offers, and their cost, by the local date on which they were
-- written. No zone is further than a day from UTC.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(*) AS messages,
       count(*) FILTER (WHERE way = 'email') AS emails,
       count(*) FILTER (WHERE sent) AS sent,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state IN ('failed', 'expired')) AS failed,
       count(*) FILTER (WHERE state = 'dropped') AS dropped,
       coalesce(sum(segments) FILTER (WHERE sent), 0) AS segments,
       (coalesce(sum(cost), 0) / 10000)::float8 AS cost_riyals
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN l.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', l.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN d.slug END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN b.slug END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN s.slug END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN m.channel END AS channel,
           m.state, m.segments, m.cost, m.way,
           m.state IN ('accepted', 'delivered') OR (m.state IN ('failed', 'expired') AND m.gateway_id IS NOT NULL) AS sent
    FROM (
        SELECT m.state, m.segments, m.cost, m.way, m.gateway_id, m.created_at, a.branch_id, a.service_id, a.channel
        FROM messages m
        JOIN appointments a ON (a.id, a.branch_id) = (m.appointment_id, m.branch_id)
        WHERE m.created_at >= ($1::date - 1)::timestamp AT TIME ZONE 'UTC' AND m.created_at < ($2::date + 2)::timestamp AT TIME ZONE 'UTC'
          AND a.day >= $1::date - 366 -- there are no messages more than a year after a visit
        OFFSET 0 -- otherwise the planner takes the filter below for a narrow one, and looks up visits one by one
    ) AS m
    JOIN services s ON s.id = m.service_id
    JOIN departments d ON d.id = s.department_id
    JOIN branches b ON b.id = m.branch_id
    CROSS JOIN LATERAL (SELECT (m.created_at AT TIME ZONE b.zone)::date) AS l (day)
    WHERE l.day BETWEEN $1 AND $2
      AND reported(d.slug, b.slug, s.slug, m.channel, $3, $4, $5, $6, $7, $8)
) AS told
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
