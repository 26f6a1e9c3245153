-- Visitors who came and who did not. A visit before $10 with neither was not recorded.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(*) FILTER (WHERE attended) AS attended,
       count(*) FILTER (WHERE status = 'no_show') AS no_shows,
       count(*) FILTER (WHERE restored) AS restored,
       count(*) FILTER (WHERE status = 'booked' AND NOT attended AND end_at <= $10) AS unrecorded
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           v.status, v.end_at, (r.appointment_id IS NOT NULL OR v.status = 'completed') AND v.status <> 'no_show' AS attended, e.appointment_id IS NOT NULL AS restored
    FROM reported_visits v
    LEFT JOIN (
        SELECT appointment_id, branch_id
        FROM arrivals
        WHERE branch_id = ANY (ARRAY(SELECT id FROM branches)) AND day BETWEEN $1 AND $2) AS r
        ON (r.appointment_id, r.branch_id) = (v.id, v.branch_id)
    LEFT JOIN (SELECT DISTINCT appointment_id, branch_id FROM appointment_events WHERE kind = 'restored') AS e
        ON (e.appointment_id, e.branch_id) = (v.id, v.branch_id)
    WHERE v.day BETWEEN $1 AND $2 AND v.status IN ('booked', 'completed', 'no_show')
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
) AS visits
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
