-- The claims on ledger days. Each kind has an index of its own. What was given
-- up and is not offered yet is nobody's; it counts as booked after
-- everything else.
WITH days AS (
    SELECT * FROM unnest($1::smallint[], $2::integer[], $3::date[]) AS d (branch_id, desk_group_id, day)
), claims AS (
    SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
    FROM days JOIN appointments a USING (branch_id, desk_group_id, day)
    WHERE a.status IN ('booked', 'completed', 'no_show')
    UNION ALL
    SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
    FROM days JOIN appointments a USING (branch_id, desk_group_id, day)
    WHERE a.status = 'requested' AND a.answer_by IS NOT NULL
    UNION ALL
    SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
    FROM days JOIN appointments a USING (branch_id, desk_group_id, day)
    WHERE a.status = 'held' AND a.expires_at IS NOT NULL
    UNION ALL
    SELECT NULL, 'delayed', p.service_id, p.branch_id, p.desk_group_id, p.day, p.first_tick, p.ticks, p.places, p.release_at + interval '100 years'
    FROM days JOIN delayed_places p USING (branch_id, desk_group_id, day)
)
SELECT c.id, c.status, s.slug AS service, c.branch_id, c.desk_group_id, c.day,
       c.first_tick, c.ticks, c.places, c.created_at, u.since IS NOT NULL AS unsupported
FROM claims c
JOIN services s ON s.id = c.service_id
LEFT JOIN unsupported_visits u ON u.appointment_id = c.id
