-- Writes the plan of a desk group, which is locked, and keeps the one that it replaces: the
-- last 50 of each desk group.
WITH kept AS (
    INSERT INTO desk_group_plans (desk_group_id, version, plan, actor, at)
    SELECT id, calendar_version + 1, plan, $3, $4 FROM desk_groups WHERE id = $1
), dropped AS (
    DELETE FROM desk_group_plans
    WHERE desk_group_id = $1 AND version <= (
        SELECT version FROM desk_group_plans WHERE desk_group_id = $1 ORDER BY version DESC OFFSET 49 LIMIT 1)
)
UPDATE desk_groups SET plan = $2 WHERE id = $1
