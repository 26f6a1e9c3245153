-- The visits of desk groups ($1) that start from $2 to $3, by their start, and
-- when each was changed last. What was cancelled is there if that was after $4.
-- One range of an index for each desk group, and one row of history for each
-- visit.
SELECT a.reference, a.status, a.start_at, a.end_at, a.party, a.version, a.created_at, changed.at AS changed_at,
       s.name AS service, g.name AS desk_group, b.name AS branch
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN desk_groups g ON g.id = a.desk_group_id
JOIN branches b ON b.id = a.branch_id
CROSS JOIN LATERAL (
    SELECT e.at
    FROM appointment_events e
    WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id
    ORDER BY e.id DESC
    LIMIT 1) AS changed
WHERE a.desk_group_id = ANY ($1::integer[]) AND a.reference IS NOT NULL AND a.start_at >= $2 AND a.start_at < $3
  AND (a.status NOT IN ('cancelled', 'declined') OR changed.at >= $4)
ORDER BY a.start_at, a.id
LIMIT $5
