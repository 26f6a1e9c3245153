-- Events of the waitlist, by their local date. Visitors join through the public channel.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(*) FILTER (WHERE kind = 'joined') AS joined,
       count(*) FILTER (WHERE kind = 'offered') AS offered,
       count(*) FILTER (WHERE kind = 'accepted') AS accepted,
       count(*) FILTER (WHERE kind = 'declined') AS declined,
       count(*) FILTER (WHERE kind = 'ignored') AS ignored,
       count(*) FILTER (WHERE kind = 'served_otherwise') AS served_otherwise,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY refill_minutes) AS median_refill_minutes
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN l.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', l.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN d.slug END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN b.slug END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN s.slug END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN 'public' END AS channel,
           w.kind, w.refill_seconds / 60.0::float8 AS refill_minutes
    FROM waitlist_log w
    JOIN services s ON s.id = w.service_id
    JOIN departments d ON d.id = s.department_id
    JOIN branches b ON b.id = w.branch_id
    CROSS JOIN LATERAL (SELECT (w.at AT TIME ZONE b.zone)::date) AS l (day)
    WHERE w.at >= ($1::date - 1)::timestamp AT TIME ZONE 'UTC' AND w.at < ($2::date + 2)::timestamp AT TIME ZONE 'UTC'
      AND l.day BETWEEN $1 AND $2
      AND reported(d.slug, b.slug, s.slug, 'public', $3, $4, $5, $6, $7, $8)
) AS log
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
