-- The dates from $3 on that have a ledger row, of several desk groups, at most 1,000 each.
-- Statements that open a date wait for the lock on its desk group.
SELECT g.branch_id, g.desk_group_id, l.day
FROM unnest($1::smallint[], $2::integer[], $3::date[]) AS g (branch_id, desk_group_id, first_day)
CROSS JOIN LATERAL (
    SELECT l.day
    FROM ledger_days l
    WHERE (l.branch_id, l.desk_group_id) = (g.branch_id, g.desk_group_id) AND l.day >= g.first_day
    ORDER BY l.day
    LIMIT 1000) AS l
ORDER BY g.branch_id, g.desk_group_id, l.day
