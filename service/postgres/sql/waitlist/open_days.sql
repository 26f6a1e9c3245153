-- Gives dates their ledger rows, as ledger/open_day.sql does one.
WITH current AS (
    SELECT branch_id, id, calendar_version
    FROM desk_groups
    WHERE branch_id = $1 AND id = $2 AND calendar_version = $3
    FOR SHARE
), opened AS (
    INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
    SELECT branch_id, id, d.day, d.first_tick, d.open, array_fill(0::smallint, ARRAY[cardinality(d.open)]), calendar_version
    FROM current
    CROSS JOIN jsonb_to_recordset($4) AS d (day date, first_tick smallint, open smallint[])
    ORDER BY d.day
    ON CONFLICT DO NOTHING
)
SELECT id FROM current
