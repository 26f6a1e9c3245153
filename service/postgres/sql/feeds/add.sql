-- Adds a feed of a department ($5), or of one of its desk groups ($6, NULL for all), unless
-- the department has the most it may have ($9).
WITH scope AS (
    SELECT d.id AS department_id, g.id AS desk_group_id
    FROM departments d
    LEFT JOIN desk_groups g ON g.department_id = d.id AND g.slug = $6
    WHERE d.slug = $5 AND (g.id IS NOT NULL OR $6::text IS NULL)
)
INSERT INTO feeds (id, token, name, lang, department_id, desk_group_id, created_at, confirmed_at, created_by)
SELECT $1, $2, $3, $4, department_id, desk_group_id, $7, $7, $8
FROM scope
WHERE $9 > (SELECT count(*) FROM feeds f WHERE f.department_id = scope.department_id AND f.revoked_at IS NULL)
