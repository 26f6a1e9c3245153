-- Visits without a ledger: $1 of them, each booked nine days before it starts.
-- They start from $2 on, spread evenly over $3 seconds. If $4 is
-- true, every second one is cancelled.
WITH visits AS (
    INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
        start_at, end_at, party, channel, created_at, reference, version, person, mobile, lang, visitor_name, identity)
    SELECT g.branch_id, gen_random_uuid(), CASE WHEN $4::boolean AND n % 2 = 0 THEN 'cancelled' ELSE 'booked' END,
        g.service_id, g.desk_group_id, DATE '2026-01-01', 90, 4, 1,
        $2::timestamptz + (n::double precision * $3::integer / $1) * interval '1 second',
        $2::timestamptz + (n::double precision * $3::integer / $1) * interval '1 second' + interval '20 minutes',
        1, 'public', $2::timestamptz - interval '9 days', gen_random_uuid()::text, 1, gen_random_uuid(),
        '+9665' || lpad((n % 100000000)::text, 8, '0'), 'ar', 'زائر', '1000000008'
    FROM generate_series(1, $1::integer) AS n
    CROSS JOIN (
        SELECT d.branch_id, d.service_id, d.desk_group_id
        FROM desk_group_services d
        JOIN services s ON s.id = d.service_id
        WHERE s.slug = 'bench') AS g
    RETURNING branch_id, id, created_at, start_at
)
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
SELECT branch_id, id, 'booked', created_at, start_at, 1 FROM visits
