-- Changes with the outcomes of the visits that they affect, the newest first. They can be
-- limited to departments ($1), a desk group ($2) or one change ($3). A page begins after
-- ($4, $5).
SELECT c.id, c.state, c.holiday_list, c.edit, c.decision, c.reason, c.actor, c.created_at, c.expires_at, c.applied_at, c.finished_at,
       ARRAY(
           SELECT g.slug
           FROM change_groups cg
           JOIN desk_groups g ON g.id = cg.desk_group_id
           WHERE cg.change_id = c.id
           ORDER BY g.branch_id, g.id) AS desk_groups,
       ARRAY(
           SELECT DISTINCT d.slug
           FROM change_groups cg
           JOIN desk_groups g ON g.id = cg.desk_group_id
           JOIN departments d ON d.id = g.department_id
           WHERE cg.change_id = c.id
           ORDER BY d.slug) AS departments,
       coalesce((
           SELECT jsonb_object_agg(o.outcome, o.visits)
           FROM (
               SELECT CASE WHEN v.state = 'waiting' AND v.start_at <= $6 THEN 'unanswered' ELSE v.state END AS outcome, count(*) AS visits
               FROM change_visits v
               WHERE v.change_id = c.id
               GROUP BY 1) AS o), '{}') AS visits
FROM changes c
WHERE (c.id = $3 OR $3::uuid IS NULL)
  AND ((c.created_at, c.id) < ($4::timestamptz, $5::uuid) OR $4::timestamptz IS NULL)
  AND ($1::text[] IS NULL AND $2::text IS NULL OR EXISTS (
      SELECT
      FROM change_groups cg
      JOIN desk_groups g ON g.id = cg.desk_group_id
      JOIN departments d ON d.id = g.department_id
      WHERE cg.change_id = c.id AND (d.slug = ANY ($1) OR $1 IS NULL) AND (g.slug = $2 OR $2 IS NULL)))
ORDER BY c.created_at DESC, c.id DESC
LIMIT $7
