-- Records a call that did not reach the visitor.
UPDATE change_visits
SET calls = least(calls + 1, 1000), called_at = $3, note = coalesce($4, note)
WHERE change_id = $1 AND appointment_id = $2 AND state = 'waiting'
