-- The decisions that a draft has planned.
SELECT a.reference, v.decision
FROM change_visits v
JOIN appointments a ON (a.id, a.branch_id) = (v.appointment_id, v.branch_id)
WHERE v.change_id = $1
