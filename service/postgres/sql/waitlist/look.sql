-- Removes and returns the marks of a desk group that is about to be checked. Marks made
-- later stay.
DELETE FROM waitlist_marks WHERE desk_group_id = $1
