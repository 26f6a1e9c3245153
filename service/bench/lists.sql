-- Books $1 visits at all desk groups, over the year around $2, by people whose
-- names repeat like real names. The ledger does not matter: all visits are on
-- one day of it.
WITH groups AS (
    SELECT o.branch_id, o.desk_group_id, o.service_id, row_number() OVER (ORDER BY o.desk_group_id) - 1 AS nth
    FROM desk_group_services o
), days AS (
    INSERT INTO ledger_days (branch_id, desk_group_id, day, first_tick, open, used, calendar_version)
    SELECT branch_id, desk_group_id, $2::date, 90, '{0}', '{0}', 1 FROM groups
), people AS (
    SELECT (ARRAY['محمد', 'عبدالله', 'سعد', 'فهد', 'نوره', 'ساره', 'خالد', 'عبدالرحمن', 'فاطمه', 'علي', 'ريم', 'تركي'])
               [1 + (12 * power(random(), 2))::integer % 12] AS given,
           (ARRAY['عتيبي', 'قحطاني', 'شهري', 'دوسري', 'غامدي', 'حربي', 'مطيري', 'زهراني', 'سالم', 'عنزي', 'شمري', 'رشيد',
                  'بقمي', 'سبيعي', 'يامي', 'ثقفي', 'جهني', 'بلوي', 'رويلي', 'عمري', 'فيفي', 'صاعدي', 'هذلي', 'سهلي'])
               [1 + (24 * power(random(), 2))::integer % 24] AS family,
           n, n % (SELECT count(*) FROM groups) AS nth,
           $2::timestamptz - interval '182 days' + n::double precision / $1 * interval '364 days' AS about
    FROM generate_series(1, $1::integer) AS n
)
INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places, start_at, end_at,
                          party, channel, created_at, reference, version, person, mobile, lang,
                          visitor_name, visitor_key, identity_kind, identity)
SELECT g.branch_id, gen_random_uuid(), CASE WHEN n / 1000 % 10 = 0 THEN 'cancelled' ELSE 'booked' END, g.service_id, g.desk_group_id,
       $2::date, 90, 4, 1, start_at, start_at + interval '20 minutes',
       1, CASE WHEN n / 1000 % 7 = 0 THEN 'agent' ELSE 'public' END, start_at - interval '9 days', 'R' || n, 1, gen_random_uuid(),
       '+9665' || lpad((n % 100000000)::text, 8, '0'), 'ar',
       concat_ws(' ', given, family), concat(' ', given, ' ', family, ' '), 'national', '1000000008'
FROM people
JOIN groups g USING (nth)
CROSS JOIN LATERAL (
    SELECT date_trunc('day', about) + interval '4 hours 30 minutes' + n % 84 * interval '5 minutes' AS start_at) AS at
