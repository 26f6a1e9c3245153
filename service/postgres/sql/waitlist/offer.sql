-- Makes offers. Each entry that still waits, has no offer and was not offered that start
-- before gets the hold with its place in the ledger, the offer, and the message, of the kind
-- $13. The days are locked already and have room for the offers. The statement checks once
-- more that they do not overflow.
WITH wanted AS MATERIALIZED (
    SELECT *
    FROM unnest($4::uuid[], $5::uuid[], $6::date[], $7::smallint[], $8::smallint[], $9::smallint[],
                $10::timestamptz[], $11::timestamptz[], $12::timestamptz[])
        AS t (entry_id, hold_id, day, first_tick, ticks, places, start_at, end_at, expires_at)
), waiting AS MATERIALIZED (
    SELECT *
    FROM waitlist_entries
    WHERE id = ANY ($4) AND state = 'waiting' AND offer_until IS NULL
    FOR NO KEY UPDATE SKIP LOCKED
), offered AS (
    INSERT INTO waitlist_offers (entry_id, start_at, end_at, hold_id, made_at, expires_at)
    SELECT w.entry_id, w.start_at, w.end_at, w.hold_id, $3::timestamptz, w.expires_at
    FROM wanted w
    JOIN waiting ON waiting.id = w.entry_id
    ON CONFLICT (entry_id, start_at) DO NOTHING
    RETURNING hold_id
), made AS MATERIALIZED (
    SELECT w.*, e.service_id, e.party, e.mobile, e.lang, e.needs
    FROM offered
    JOIN wanted w USING (hold_id)
    JOIN waiting e ON e.id = w.entry_id
), taken AS (
    UPDATE ledger_days l
    SET version = version + 1,
        used = (
            SELECT array_agg((u + coalesce(more.places, 0))::smallint ORDER BY i)
            FROM unnest(l.used) WITH ORDINALITY AS t (u, i)
            LEFT JOIN (
                SELECT tick, sum(m.places) AS places
                FROM made m
                CROSS JOIN LATERAL generate_series(m.first_tick, m.first_tick + m.ticks - 1) AS tick
                WHERE m.day = l.day
                GROUP BY tick) AS more ON more.tick = l.first_tick + i - 1)
    WHERE branch_id = $1 AND desk_group_id = $2 AND day IN (SELECT day FROM made)
    RETURNING day, first_tick, open, used
), held AS (
    INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                              start_at, end_at, party, channel, created_at, expires_at, mobile, lang, needs)
    SELECT $1, hold_id, 'held', service_id, $2, day, first_tick, ticks, places,
           start_at, end_at, party, 'public', $3, expires_at, mobile, lang, needs
    FROM made
), pending AS (
    UPDATE waitlist_entries e
    SET hold_id = made.hold_id, offer_until = made.expires_at
    FROM made
    WHERE e.id = made.entry_id
), message AS (
    INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT $13::text, $1, hold_id, 0, lang, $3, $3, expires_at
    FROM made
)
SELECT (SELECT count(*) FROM made) AS made,
       NOT EXISTS (
           SELECT
           FROM made m
           CROSS JOIN LATERAL generate_series(m.first_tick, m.first_tick + m.ticks - 1) AS tick
           LEFT JOIN taken l ON l.day = m.day
           WHERE l.used[tick - l.first_tick + 1] <= l.open[tick - l.first_tick + 1] IS NOT TRUE) AS fit
