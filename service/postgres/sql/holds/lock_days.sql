-- Locks ledger days in the one order that all transactions use, and reads them.
SELECT l.branch_id, l.desk_group_id, l.day, l.first_tick, l.open, l.used, l.version, l.calendar_version
FROM ledger_days l
WHERE (l.branch_id, l.desk_group_id, l.day) IN (SELECT * FROM unnest($1::smallint[], $2::integer[], $3::date[]))
ORDER BY l.branch_id, l.desk_group_id, l.day
FOR NO KEY UPDATE
