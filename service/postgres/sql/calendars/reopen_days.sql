-- Gives ledger days, which are locked, the places of another calendar ($1), and marks desk
-- groups to be checked ($2) that have more places on days that entries of the waitlist wait
-- for.
WITH marked AS (
    INSERT INTO waitlist_marks (desk_group_id)
    SELECT g.id
    FROM desk_groups g
    WHERE g.id = ANY ($2::integer[]) AND EXISTS (
        SELECT
        FROM desk_group_services gs
        JOIN waitlist_entries e ON (e.branch_id, e.service_id) = (gs.branch_id, gs.service_id)
        WHERE (gs.branch_id, gs.desk_group_id) = (g.branch_id, g.id) AND e.state = 'waiting')
)
UPDATE ledger_days l
SET first_tick = d.first_tick, open = d.open, used = d.used, calendar_version = d.calendar_version, version = l.version + 1
FROM jsonb_to_recordset($1::jsonb) AS d (
    branch_id smallint, desk_group_id integer, day date, first_tick smallint, open smallint[], used smallint[], calendar_version bigint)
WHERE (l.branch_id, l.desk_group_id, l.day) = (d.branch_id, d.desk_group_id, d.day)
  AND d.first_tick BETWEEN 0 AND 10000 -- true, and makes the planner expect few
