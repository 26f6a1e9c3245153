-- What the ledger says of days, without a lock.
SELECT l.branch_id, l.desk_group_id, l.day, l.first_tick, l.open, l.used, l.version, l.calendar_version
FROM ledger_days l
WHERE (l.branch_id, l.desk_group_id, l.day) IN (SELECT * FROM unnest($1::smallint[], $2::integer[], $3::date[]))
