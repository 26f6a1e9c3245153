-- How many visits of a branch on a day are in each state of the hall.
SELECT stands, count(*) AS visits
FROM hall_visits
WHERE branch_id = $1 AND day = $2 AND status IN ('booked', 'completed', 'no_show')
  AND ($3::integer[] IS NULL OR desk_group_id = ANY ($3))
GROUP BY stands
