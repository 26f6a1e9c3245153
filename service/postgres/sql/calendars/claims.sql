-- The claims on ledger days: visits, over or not, requests and holds. Each kind has its own
-- index. OFFSET 0 makes the planner use it day by day. A given-up place that is not offered
-- yet belongs to nobody and counts as booked after all others.
WITH days AS (
    SELECT * FROM unnest($1::smallint[], $2::integer[], $3::date[]) AS d (branch_id, desk_group_id, day)
), claims AS (
    SELECT c.*
    FROM days d
    CROSS JOIN LATERAL (
        SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
        FROM appointments a
        WHERE a.branch_id = d.branch_id AND a.desk_group_id = d.desk_group_id AND a.day = d.day
          AND a.status IN ('booked', 'completed', 'no_show')
        OFFSET 0) AS c
    UNION ALL
    SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
    FROM days JOIN appointments a USING (branch_id, desk_group_id, day)
    WHERE a.status = 'requested' AND a.answer_by IS NOT NULL
    UNION ALL
    SELECT a.id, a.status, a.service_id, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, a.created_at
    FROM days JOIN appointments a USING (branch_id, desk_group_id, day)
    WHERE a.status = 'held' AND a.expires_at IS NOT NULL
    UNION ALL
    SELECT c.*
    FROM days d
    CROSS JOIN LATERAL (
        SELECT NULL::uuid, 'delayed', p.service_id, p.branch_id, p.desk_group_id, p.day, p.first_tick, p.ticks, p.places,
               p.release_at + interval '100 years'
        FROM delayed_places p
        WHERE p.branch_id = d.branch_id AND p.desk_group_id = d.desk_group_id AND p.day = d.day
        OFFSET 0) AS c
)
SELECT c.id, c.status, s.slug AS service, c.branch_id, c.desk_group_id, c.day,
       c.first_tick, c.ticks, c.places, c.created_at,
       (SELECT u.since FROM unsupported_visits u WHERE u.appointment_id = c.id) IS NOT NULL AS unsupported
FROM claims c
JOIN services s ON s.id = c.service_id
