-- Writes plans of desk groups, which are locked, and keeps those that they replace: the last 50
-- of each desk group. $1 is a list of the ids and the plans.
WITH given AS (
    SELECT (e ->> 'id')::integer AS id, e -> 'plan' AS plan FROM jsonb_array_elements($1) AS e
), kept AS (
    INSERT INTO desk_group_plans (desk_group_id, version, plan, actor, at)
    SELECT g.id, g.calendar_version + 1, g.plan, $2, $3 FROM desk_groups g JOIN given USING (id)
), dropped AS (
    DELETE FROM desk_group_plans p USING given
    WHERE p.desk_group_id = given.id AND p.version <= (
        SELECT version FROM desk_group_plans WHERE desk_group_id = given.id ORDER BY version DESC OFFSET 49 LIMIT 1)
)
UPDATE desk_groups g SET plan = given.plan FROM given WHERE g.id = given.id
