-- Books $2 visits at every desk group, on 20 days from the day after $1 on.
WITH days AS (
    INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
    SELECT g.branch_id, g.id, $1::date + n, 90, array_fill(10::smallint, ARRAY[108]),
           array_fill(($2::integer / 20)::smallint, ARRAY[4]) || array_fill(0::smallint, ARRAY[104]), g.calendar_version
    FROM desk_groups g CROSS JOIN generate_series(1, 20) AS n
    RETURNING branch_id, desk_group_id, day
)
INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places, start_at, end_at,
                          party, channel, created_at, reference, version, person, person_place, mobile, lang,
                          visitor_name, identity_kind, identity)
SELECT d.branch_id, md5(concat(d.desk_group_id, ' ', d.day, ' ', n))::uuid, 'booked', o.service_id, d.desk_group_id, d.day, 90, 4, 1,
       d.day + time '04:30' AT TIME ZONE 'UTC', d.day + time '04:50' AT TIME ZONE 'UTC',
       1, 'public', now(), concat(d.desk_group_id, '/', d.day, '/', n), 1,
       md5(concat('person ', d.desk_group_id, ' ', d.day, ' ', n))::uuid, 1, '+966500000000', 'ar', 'زائر', 'national', '1000000008'
FROM days d
JOIN desk_group_services o ON o.desk_group_id = d.desk_group_id
CROSS JOIN generate_series(1, $2::integer / 20) AS n
