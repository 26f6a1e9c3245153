-- Adds a change with the desk groups that it affects ($11).
WITH change AS (
    INSERT INTO changes (id, state, holiday_list, edit, decision, reason, actor, created_at, expires_at, applied_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    RETURNING id
)
INSERT INTO change_groups (change_id, branch_id, desk_group_id, version)
SELECT c.id, g.branch_id, g.id, w.version
FROM change c
CROSS JOIN jsonb_to_recordset($11::jsonb) AS w (desk_group_id integer, version bigint)
JOIN desk_groups g ON g.id = w.desk_group_id
