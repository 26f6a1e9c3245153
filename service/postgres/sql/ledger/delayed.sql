-- The places of a desk group that were given up and are not offered yet, in a
-- range of dates.
SELECT d.id, d.branch_id, d.desk_group_id, d.day, d.first_tick, d.ticks, d.places, s.slug AS service, d.start_at, d.end_at
FROM delayed_places d
JOIN services s ON s.id = d.service_id
WHERE d.branch_id = $1 AND d.desk_group_id = $2 AND d.day BETWEEN $3 AND $4
ORDER BY d.id
