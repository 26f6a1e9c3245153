-- Requests for places that found none, by the local date of the request.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       coalesce(sum(n) FILTER (WHERE outcome = 'empty_search'), 0)::float8 AS empty_searches,
       coalesce(sum(n) FILTER (WHERE outcome = 'refused_hold'), 0)::float8 AS refused_holds,
       coalesce(sum(n) FILTER (WHERE outcome = 'granted_hold'), 0)::float8 AS granted_holds,
       coalesce(sum(n) FILTER (WHERE outcome IN ('expired', 'unanswered')), 0)::float8 AS waited_in_vain
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN c.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', c.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN d.slug END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN b.slug END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN s.slug END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN c.channel END AS channel,
           c.outcome, c.n
    FROM demand_counts c
    JOIN services s ON s.id = c.service_id
    JOIN departments d ON d.id = s.department_id
    JOIN branches b ON b.id = c.branch_id
    WHERE c.day BETWEEN $1 AND $2
      AND reported(d.slug, b.slug, s.slug, c.channel, $3, $4, $5, $6, $7, $8)
    UNION ALL
    SELECT CASE WHEN 'day' = ANY ($9) THEN l.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', l.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN d.slug END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN b.slug END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN s.slug END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN 'public' END AS channel,
           w.kind, 1
    FROM waitlist_log w
    JOIN services s ON s.id = w.service_id
    JOIN departments d ON d.id = s.department_id
    JOIN branches b ON b.id = w.branch_id
    CROSS JOIN LATERAL (SELECT (w.at AT TIME ZONE b.zone)::date) AS l (day)
    WHERE w.at >= ($1::date - 1)::timestamp AT TIME ZONE 'UTC' AND w.at < ($2::date + 2)::timestamp AT TIME ZONE 'UTC'
      AND l.day BETWEEN $1 AND $2
      AND w.kind IN ('expired', 'unanswered')
      AND reported(d.slug, b.slug, s.slug, 'public', $3, $4, $5, $6, $7, $8)
) AS asked
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
