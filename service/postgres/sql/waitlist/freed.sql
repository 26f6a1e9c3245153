-- The desk groups to be looked at, the longest marked first.
SELECT desk_group_id FROM waitlist_marks GROUP BY desk_group_id ORDER BY min(id)
