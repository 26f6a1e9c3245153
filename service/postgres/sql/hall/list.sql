-- A page of the visits of a branch on a day. The page begins after ($4, $5).
SELECT *
FROM hall_visitors
WHERE branch_id = $1 AND day = $2 AND status IN ('booked', 'completed', 'no_show')
  AND desk_group_id = ANY ($3::integer[])
  AND (start_at, id) > ($4::timestamptz, $5::uuid)
  AND ($6::text IS NULL OR stands = $6 OR $6 = 'open' AND stands IN ('expected', 'waiting', 'called', 'serving'))
ORDER BY start_at, id
LIMIT $7
