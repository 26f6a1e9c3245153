-- The desk groups to check for free places, those marked the longest ago first.
SELECT desk_group_id FROM waitlist_marks GROUP BY desk_group_id ORDER BY min(id)
