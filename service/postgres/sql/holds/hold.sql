-- Writes ledger days on which places were taken ($1), if they still have the version that
-- the decision was based on, and the holds on them ($2). Returns the days that it wrote.
--
-- A hold that counts for an address or a mobile gets one of the numbers left of its limit,
-- in an order that the seed ($3) shuffles. The unique indexes decide when two statements
-- choose the same number: then this one writes fewer holds, and is refused as a whole. The
-- refusals name the constraints, and no row, because rows have addresses and numbers, and
-- the server logs the row that violates a constraint.
WITH changed AS (
    UPDATE ledger_days l
    SET version = l.version + 1, used = d.used
    FROM jsonb_to_recordset($1::jsonb) AS d (branch_id smallint, desk_group_id integer, day date, version bigint, used smallint[])
    WHERE (l.branch_id, l.desk_group_id, l.day, l.version) = (d.branch_id, d.desk_group_id, d.day, d.version)
    RETURNING l.branch_id, l.desk_group_id, l.day
), wanted AS MATERIALIZED (
    SELECT a.*,
           row_number() OVER (PARTITION BY a.address ORDER BY a.id) AS nth_of_address,
           row_number() OVER (PARTITION BY a.mobile ORDER BY a.id) AS nth_of_mobile
    FROM jsonb_to_recordset($2::jsonb) AS a (
        branch_id smallint, id uuid, service text, desk_group_id integer, day date, first_tick smallint, ticks smallint,
        places smallint, start_at timestamptz, end_at timestamptz, party smallint, channel text,
        created_at timestamptz, expires_at timestamptz, address bytea, per_address integer, mobile text, per_mobile integer, needs text[])
), held AS (
    INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                              start_at, end_at, party, channel, created_at, expires_at,
                              needs, address, address_place, mobile, mobile_place)
    SELECT a.branch_id, a.id, 'held', (SELECT s.id FROM services s WHERE s.slug = a.service), a.desk_group_id, a.day,
           a.first_tick, a.ticks, a.places, a.start_at, a.end_at, a.party, a.channel, a.created_at, a.expires_at,
           a.needs, a.address, CASE WHEN a.address IS NOT NULL THEN coalesce((
               SELECT n
               FROM generate_series(1, a.per_address) AS n
               WHERE n NOT IN (
                   SELECT h.address_place FROM appointments h WHERE h.address = a.address AND h.status IS NOT DISTINCT FROM 'held')
               ORDER BY hashint8extended(n, $3)
               OFFSET a.nth_of_address - 1 LIMIT 1), refused('appointments_address_places_left')) END,
           a.mobile, CASE WHEN a.per_mobile IS NOT NULL THEN coalesce((
               SELECT n
               FROM generate_series(1, a.per_mobile) AS n
               WHERE n NOT IN (
                   SELECT h.mobile_place FROM appointments h
                   WHERE h.mobile = a.mobile AND h.mobile_place IS NOT NULL AND h.status IS NOT DISTINCT FROM 'held')
               ORDER BY hashint8extended(n, $3)
               OFFSET a.nth_of_mobile - 1 LIMIT 1), refused('appointments_mobile_places_left')) END
    FROM wanted a
    JOIN changed USING (branch_id, desk_group_id, day)
    ORDER BY a.address, a.mobile -- statements that wait for numbers wait in one order
    ON CONFLICT DO NOTHING
    RETURNING id
)
SELECT branch_id, desk_group_id, day FROM changed
WHERE CASE WHEN (SELECT count(*) FROM held) < (SELECT count(*) FROM wanted JOIN changed USING (branch_id, desk_group_id, day))
           THEN refused('appointments_address_limit') IS NULL ELSE true END
