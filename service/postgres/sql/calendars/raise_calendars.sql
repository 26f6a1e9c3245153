-- Desk groups, which are locked, have another calendar from now on.
UPDATE desk_groups SET calendar_version = calendar_version + 1 WHERE id = ANY ($1::integer[])
