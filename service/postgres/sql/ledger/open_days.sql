-- Gives dates of several desk groups their ledger rows, as ledger/open_day.sql does for one.
-- Returns how many of the desk groups have the expected calendar version.
WITH wanted AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($1::jsonb) AS w (
        branch_id smallint, desk_group_id integer, version bigint, day date, first_tick smallint, open smallint[])
), current AS (
    SELECT g.branch_id, g.id, g.calendar_version
    FROM desk_groups g
    WHERE (g.branch_id, g.id, g.calendar_version) IN (SELECT w.branch_id, w.desk_group_id, w.version FROM wanted w)
    ORDER BY g.branch_id, g.id
    FOR SHARE
), opened AS (
    INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
    SELECT c.branch_id, c.id, w.day, w.first_tick, w.open, array_fill(0::smallint, ARRAY[cardinality(w.open)]), c.calendar_version
    FROM current c
    JOIN wanted w ON (w.branch_id, w.desk_group_id) = (c.branch_id, c.id)
    ORDER BY c.branch_id, c.id, w.day
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM current
