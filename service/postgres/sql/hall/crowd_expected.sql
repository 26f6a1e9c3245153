-- Visits to desk groups ($1) that start in [$2, $3) and whose visitors have not arrived.
SELECT v.*
FROM hall_visitors v
WHERE v.status = 'booked' AND v.start_at >= $2 AND v.start_at < $3
  AND v.desk_group_id = ANY ($1::integer[]) AND v.stands = 'expected'
ORDER BY v.start_at, v.id
LIMIT 10000
