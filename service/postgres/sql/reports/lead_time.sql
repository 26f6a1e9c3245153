-- How long before their start visits were booked. Walk-ins are left out: they were not
-- booked ahead.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(lead) AS visits,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY lead) AS median_hours,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY lead) AS p90_hours
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           (extract(epoch FROM v.start_at - v.created_at) / 3600)::float8 AS lead
    FROM reported_visits v
    WHERE v.day BETWEEN $1 AND $2 AND v.status IN ('requested', 'booked', 'completed', 'no_show') AND v.channel <> 'walk_in'
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
) AS visits
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
