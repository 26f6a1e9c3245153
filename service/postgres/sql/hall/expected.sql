-- Visits of a branch on a day that start in [$4, $5) and whose visitors have not arrived: to
-- one desk group, or to any for 0. A hall has no more than a thousand.
SELECT *
FROM hall_visitors
WHERE branch_id = $1 AND day = $2 AND ($3::integer = 0 OR desk_group_id = $3)
  AND status IN ('booked', 'completed', 'no_show') AND stands = 'expected'
  AND start_at >= $4 AND start_at < $5
ORDER BY start_at, id
LIMIT 1000
