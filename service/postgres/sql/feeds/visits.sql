-- The visits of desk groups ($1) that start from $2 to $3, by their start, and when each was
-- changed last. Cancelled visits are included if they were cancelled after $4.
--
-- It reads one range of an index for each desk group, one by one, so that no plan reads
-- another index as a whole, and one row of history for each visit.
SELECT a.reference, a.status, a.start_at, a.end_at, a.party, a.created_at, a.changed_at,
       (SELECT count(*) FROM appointment_events e WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id) AS version,
       s.name AS service, g.name AS desk_group, b.name AS branch
FROM unnest($1::integer[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT v.*, changed.at AS changed_at
    FROM appointments v
    CROSS JOIN LATERAL (
        SELECT e.at
        FROM appointment_events e
        WHERE e.appointment_id = v.id AND e.branch_id = v.branch_id
        ORDER BY e.id DESC
        LIMIT 1) AS changed
    WHERE v.desk_group_id = wanted.id AND v.reference IS NOT NULL AND v.start_at >= $2 AND v.start_at < $3
      AND (v.status NOT IN ('cancelled', 'declined') OR changed.at >= $4)
    ORDER BY v.start_at, v.id
    LIMIT $5) AS a
JOIN services s ON s.id = a.service_id
JOIN desk_groups g ON g.id = a.desk_group_id
JOIN branches b ON b.id = a.branch_id
ORDER BY a.start_at, a.id
LIMIT $5
