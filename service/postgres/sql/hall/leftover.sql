-- References of visits that ended before $1, in the fortnight before it, without a recorded
-- outcome, although visitors were checked in for the same desk group that day. It counts
-- those, so that the planner never compares every visit with every other. A visitor who left
-- after fewer than $2 unanswered calls is left out, and so is a restored visit whose visitor is
-- not in the hall: staff say how that one ended.
SELECT a.reference
FROM hall_days d
JOIN appointments a ON (a.branch_id, a.day) = (d.branch_id, d.day)
WHERE d.day BETWEEN ($1::timestamptz - interval '15 days')::date AND ($1::timestamptz + interval '1 day')::date
  AND a.status IN ('booked', 'completed', 'no_show') AND a.status = 'booked' AND a.end_at <= $1
  AND (SELECT r.state = 'left' AND r.misses < $2
       FROM arrivals r
       WHERE r.appointment_id = a.id AND r.branch_id = a.branch_id AND r.booked_start = a.start_at) IS NOT TRUE
  AND ((SELECT count(*)
        FROM appointment_events e
        WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id AND e.kind = 'restored') = 0
       OR (SELECT r.state IN ('waiting', 'called', 'serving')
           FROM arrivals r
           WHERE r.appointment_id = a.id AND r.branch_id = a.branch_id AND r.booked_start = a.start_at))
  AND (SELECT count(*)
       FROM arrivals other
       WHERE other.branch_id = d.branch_id AND other.day = d.day AND other.desk_group_id = a.desk_group_id) > 0
ORDER BY a.branch_id, a.day, a.start_at
LIMIT $3
