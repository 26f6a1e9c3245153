-- Visitors who were called in time ($10 minutes), who left before, and whose visits were
-- done in time; and requests that a department answered before the default answer did.
-- The dates $1 to $2, the reader's own departments $3 and branches $4, the filters $5 to $8,
-- and the grouping $9 are those of all reports.
SELECT day, month, department, branch, service, channel, grouping(day, month, department, branch, service, channel) = 63 AS total,
       count(*) FILTER (WHERE called_at IS NOT NULL OR left_at IS NOT NULL) AS offered,
       count(*) FILTER (WHERE called_at <= due_at + $10 * interval '1 minute') AS in_time,
       count(*) FILTER (WHERE called_at IS NULL AND left_at IS NOT NULL) AS abandoned,
       count(*) FILTER (WHERE completed_at IS NOT NULL) AS finished,
       count(*) FILTER (WHERE completed_at <= due_at + ($10 + minutes) * interval '1 minute') AS finished_on_time,
       count(in_person) AS requests,
       count(*) FILTER (WHERE in_person) AS requests_on_time
FROM (
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           coalesce(r.first_called_at, r.started_at) AS called_at, CASE WHEN v.status <> 'completed' THEN r.left_at END AS left_at, r.completed_at,
           greatest(r.booked_start, r.arrived_at) AS due_at, r.booked_minutes AS minutes, NULL::boolean AS in_person
    FROM arrivals r
    JOIN reported_visits v ON (v.id, v.branch_id) = (r.appointment_id, r.branch_id)
    WHERE r.branch_id = ANY (ARRAY(SELECT id FROM branches)) AND r.day BETWEEN $1 AND $2 AND v.day BETWEEN $1 AND $2
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
    UNION ALL
    SELECT CASE WHEN 'day' = ANY ($9) THEN v.day END AS day,
           CASE WHEN 'month' = ANY ($9) THEN date_trunc('month', v.day::timestamp)::date END AS month,
           CASE WHEN 'department' = ANY ($9) THEN v.department END AS department,
           CASE WHEN 'branch' = ANY ($9) THEN v.branch END AS branch,
           CASE WHEN 'service' = ANY ($9) THEN v.service END AS service,
           CASE WHEN 'channel' = ANY ($9) THEN v.channel END AS channel,
           NULL, NULL, NULL, NULL, NULL, a.in_person
    FROM (
        SELECT e.appointment_id, e.branch_id, answer.in_person
        FROM appointment_events e
        CROSS JOIN LATERAL (
            SELECT bool_or(actor IS NOT NULL) AS in_person
            FROM appointment_events
            WHERE (appointment_id, branch_id) = (e.appointment_id, e.branch_id) AND kind IN ('approved', 'declined', 'proposed')
        ) AS answer
        WHERE e.kind = 'requested'
    ) AS a
    JOIN reported_visits v ON (v.id, v.branch_id) = (a.appointment_id, a.branch_id)
    WHERE v.day BETWEEN $1 AND $2
      AND reported(v.department, v.branch, v.service, v.channel, $3, $4, $5, $6, $7, $8)
) AS facts
GROUP BY GROUPING SETS ((day, month, department, branch, service, channel), ())
