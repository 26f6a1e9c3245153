-- Gives desk groups ($1) the services of the list at the same place ($2), with commas
-- between them, unless they have them already.
INSERT INTO desk_group_services (branch_id, service_id, desk_group_id)
SELECT g.branch_id, s.id, g.id
FROM unnest($1::text[], $2::text[]) AS given (desk_group, services)
JOIN desk_groups g ON g.slug = given.desk_group
JOIN services s ON s.slug = ANY (string_to_array(given.services, ','))
WHERE NOT EXISTS (
    SELECT FROM desk_group_services gs
    WHERE (gs.branch_id, gs.desk_group_id, gs.service_id) = (g.branch_id, g.id, s.id))
