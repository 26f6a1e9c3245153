-- The desk groups with entries on the waitlist. Few services have a waitlist: the index
-- answers for each with one probe.
SELECT DISTINCT gs.desk_group_id
FROM desk_group_services gs
WHERE EXISTS (
    SELECT FROM waitlist_entries e
    WHERE (e.branch_id, e.service_id) = (gs.branch_id, gs.service_id) AND e.state = 'waiting')
