-- The state of the visit with a reference in a change.
SELECT v.appointment_id AS id, v.state
FROM change_visits v
JOIN appointments a ON (a.id, a.branch_id) = (v.appointment_id, v.branch_id)
WHERE v.change_id = $1 AND a.reference = $2
