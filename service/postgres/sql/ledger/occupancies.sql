-- The ledger days that exist, of several desk groups, each in its own range of dates. span
-- counts from 1.
SELECT asked.span, l.day, l.first_tick, l.open, l.used, l.version
FROM unnest($1::smallint[], $2::integer[], $3::date[], $4::date[])
    WITH ORDINALITY AS asked (branch_id, desk_group_id, first_day, last_day, span)
JOIN ledger_days l
    ON (l.branch_id, l.desk_group_id) = (asked.branch_id, asked.desk_group_id)
    AND l.day BETWEEN asked.first_day AND asked.last_day
