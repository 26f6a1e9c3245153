-- Whether the visitor has confirmed the present start.
SELECT count(*)
FROM appointments a
JOIN appointment_confirmations c ON (c.appointment_id, c.branch_id, c.start_version) = (a.id, a.branch_id, a.version)
WHERE a.reference = $1
