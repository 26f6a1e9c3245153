-- How long visitors waited for their first call, from the start of the visit or their
-- arrival, whichever was later. A visitor who was served without a call counts as called
-- then.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(wait) AS called,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY wait) AS median_minutes,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY wait) AS p90_minutes,
       count(*) FILTER (WHERE wait <= $10) AS within_promise
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           greatest(0, extract(epoch FROM coalesce(r.first_called_at, r.started_at) - greatest(r.booked_start, r.arrived_at)) / 60)::float8 AS wait
    FROM arrivals r
    JOIN reported_visits v ON (v.id, v.branch_id) = (r.appointment_id, r.branch_id)
    WHERE r.branch_id = ANY (ARRAY(SELECT id FROM branches)) AND r.day BETWEEN $1 AND $2 AND v.day BETWEEN $1 AND $2
      AND coalesce(r.first_called_at, r.started_at) IS NOT NULL
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
) AS calls
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
