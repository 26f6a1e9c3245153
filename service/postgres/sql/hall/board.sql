-- What is announced at the desk group of a visit: the delay of visits that start at $4, by
-- the latest announcement about them, and the desks.
SELECT coalesce((
           SELECT minutes
           FROM hall_delays
           WHERE branch_id = $1 AND day = $2 AND desk_group_id = $3 AND at <= $4 AND until > $4
           ORDER BY id DESC
           LIMIT 1), 0) AS minutes,
       ARRAY(
           SELECT name
           FROM desks
           WHERE branch_id = $1 AND desk_group_id = $3
           ORDER BY length(name), name
           LIMIT 100) AS desks
