-- Gives a date its ledger row. The lock on the desk group makes a change of its calendar
-- wait, so that no row is made from an outdated calendar. Returns no row when the calendar
-- version is not the current one.
WITH current AS (
    SELECT branch_id, id, calendar_version
    FROM desk_groups
    WHERE branch_id = $1 AND id = $2 AND calendar_version = $3
    FOR SHARE
), opened AS (
    INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
    SELECT branch_id, id, $4::date, $5, $6::smallint[], array_fill(0::smallint, ARRAY[cardinality($6::smallint[])]), calendar_version
    FROM current
    ON CONFLICT DO NOTHING
)
SELECT id FROM current
