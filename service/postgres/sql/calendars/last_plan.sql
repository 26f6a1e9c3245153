-- The plan of a desk group before its last change.
SELECT plan FROM desk_group_plans WHERE desk_group_id = $1 ORDER BY version DESC LIMIT 1
