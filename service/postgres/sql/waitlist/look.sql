-- The marks of a desk group, which is looked at from now on. What is marked
-- later stays.
DELETE FROM waitlist_marks WHERE desk_group_id = $1
