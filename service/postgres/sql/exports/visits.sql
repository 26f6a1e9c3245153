-- The next $4 booked visits that start after $1 and follow ($2, $3), by start.
SELECT a.*, s.slug AS service, br.slug AS branch, '[]'::jsonb AS history
FROM appointments a
JOIN services s ON s.id = a.service_id
JOIN branches br ON br.id = a.branch_id
WHERE a.status = 'booked' AND a.start_at > $1 AND (a.start_at, a.id) > ($2::timestamptz, $3::uuid)
ORDER BY a.start_at, a.id
LIMIT $4
