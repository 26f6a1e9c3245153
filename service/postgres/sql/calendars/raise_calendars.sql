-- Raises the calendar versions of desk groups, which are locked.
UPDATE desk_groups SET calendar_version = calendar_version + 1 WHERE id = ANY ($1::integer[])
