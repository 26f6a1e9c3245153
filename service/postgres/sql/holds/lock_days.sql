-- Locks ledger days in the one order that all transactions use, and reads them. How much of a
-- day unproved holds take is read once its lock is there, and only where it is asked for ($4).
SELECT l.*, CASE WHEN $4::boolean THEN unproved_ticks(l.branch_id, l.desk_group_id, l.day) ELSE 0 END AS unproved
FROM (
    SELECT l.branch_id, l.desk_group_id, l.day, l.first_tick, l.open, l.used, l.version, l.calendar_version
    FROM ledger_days l
    WHERE (l.branch_id, l.desk_group_id, l.day) IN (SELECT * FROM unnest($1::smallint[], $2::integer[], $3::date[]))
    ORDER BY l.branch_id, l.desk_group_id, l.day
    FOR NO KEY UPDATE) AS l
