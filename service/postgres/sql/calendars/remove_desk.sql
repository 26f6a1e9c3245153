DELETE FROM desks WHERE branch_id = $1 AND desk_group_id = $2 AND name = $3
