-- The visits that were imported with the references $1.
SELECT i.old_reference, i.fingerprint, a.reference
FROM imported_visits i
JOIN appointments a ON (a.id, a.branch_id) = (i.appointment_id, i.branch_id)
WHERE i.old_reference = ANY ($1::text[])
