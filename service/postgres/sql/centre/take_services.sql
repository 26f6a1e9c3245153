-- Takes services from desk groups that do not serve them any more: each desk group ($1)
-- keeps those of the list at the same place ($2), with commas between them.
DELETE FROM desk_group_services gs
USING desk_groups g, services s, unnest($1::text[], $2::text[]) AS kept (desk_group, services)
WHERE g.slug = kept.desk_group
  AND (gs.branch_id, gs.desk_group_id) = (g.branch_id, g.id)
  AND s.id = gs.service_id
  AND s.slug <> ALL (string_to_array(kept.services, ','))
