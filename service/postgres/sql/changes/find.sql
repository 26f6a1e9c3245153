-- A change.
SELECT c.id, c.state, c.holiday_list, c.edit, c.decision, c.reason, c.actor, c.created_at, c.expires_at, c.applied_at, c.finished_at,
       CASE WHEN c.holiday_list IS NULL THEN (
           SELECT g.slug FROM change_groups cg JOIN desk_groups g ON g.id = cg.desk_group_id WHERE cg.change_id = c.id) END AS desk_group
FROM changes c
WHERE c.id = $1
