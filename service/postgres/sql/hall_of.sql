-- The visits of somebody with an identity number, the earliest first.
SELECT *
FROM hall_visits
WHERE identity = $1 AND status IN ('booked', 'completed', 'no_show') AND start_at >= $2 AND start_at < $3
ORDER BY start_at, id
LIMIT $4
