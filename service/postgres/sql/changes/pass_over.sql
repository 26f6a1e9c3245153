-- Skips pending visits of a change ($2) that need no decision any more: those that have
-- ended meanwhile otherwise than by an answer to the change, those that have begun by $3,
-- and those whose visitors have arrived.
UPDATE change_visits v
SET state = 'kept'
FROM appointments a
WHERE v.change_id = $1 AND v.appointment_id = ANY ($2::uuid[]) AND v.state = 'pending'
  AND (a.id, a.branch_id) = (v.appointment_id, v.branch_id) AND (a.status NOT IN ('requested', 'booked') OR a.start_at <= $3
       OR (SELECT count(*) FROM arrivals r WHERE (r.appointment_id, r.branch_id) = (a.id, a.branch_id)) > 0)
