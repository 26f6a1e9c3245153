-- The visit with the reference $1, first; and if its visitor waits, the other visits to its
-- desk group with visitors in the hall, and those that start in [$2, $3) and whose visitors
-- have not arrived. One statement reads them all, so that they are of one instant.
WITH mine AS MATERIALIZED (
    SELECT * FROM hall_visitors WHERE reference = $1
), waiting AS MATERIALIZED (
    SELECT id, branch_id, day, desk_group_id FROM mine WHERE status = 'booked' AND state = 'waiting'
)
SELECT 0 AS place, m.* FROM mine m
UNION ALL
SELECT 1, v.*
FROM hall_visitors v
WHERE v.id = ANY (ARRAY(
        SELECT r.appointment_id
        FROM waiting m
        JOIN arrivals r ON (r.branch_id, r.day, r.desk_group_id) = (m.branch_id, m.day, m.desk_group_id)
        WHERE r.state IN ('waiting', 'called', 'serving') AND r.appointment_id <> m.id
        LIMIT 1000))
  AND v.state IN ('waiting', 'called', 'serving')
UNION ALL
(SELECT 2, v.*
 FROM waiting m
 JOIN hall_visitors v ON (v.branch_id, v.day, v.desk_group_id) = (m.branch_id, m.day, m.desk_group_id)
 WHERE v.status IN ('booked', 'completed', 'no_show') AND v.stands = 'expected'
   AND v.start_at >= $2 AND v.start_at < $3
 ORDER BY v.start_at, v.id
 LIMIT 1000)
ORDER BY place
