-- Writes ledger days on which places were taken ($1), those that still have the
-- version by which that was decided, and the holds on them ($2). It returns the
-- days that it wrote.
WITH changed AS (
    UPDATE ledger_days l
    SET version = l.version + 1, used = d.used
    FROM jsonb_to_recordset($1::jsonb) AS d (branch_id smallint, desk_group_id integer, day date, version bigint, used smallint[])
    WHERE (l.branch_id, l.desk_group_id, l.day, l.version) = (d.branch_id, d.desk_group_id, d.day, d.version)
    RETURNING l.branch_id, l.desk_group_id, l.day
), held AS (
    INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                              start_at, end_at, party, channel, created_at, expires_at, needs)
    SELECT a.branch_id, a.id, 'held', (SELECT s.id FROM services s WHERE s.slug = a.service), a.desk_group_id, a.day,
           a.first_tick, a.ticks, a.places, a.start_at, a.end_at, a.party, a.channel, a.created_at, a.expires_at, a.needs
    FROM jsonb_to_recordset($2::jsonb) AS a (
        branch_id smallint, id uuid, service text, desk_group_id integer, day date, first_tick smallint, ticks smallint,
        places smallint, start_at timestamptz, end_at timestamptz, party smallint, channel text,
        created_at timestamptz, expires_at timestamptz, needs text[])
    JOIN changed USING (branch_id, desk_group_id, day)
)
SELECT branch_id, desk_group_id, day FROM changed
