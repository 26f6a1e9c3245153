-- Saves published days that differ from what is known: a list of objects, whose starts are empty for
-- a day without any. Each gets the next number of a change. If another replica is
-- saving, nothing happens.
WITH clock AS MATERIALIZED (
    SELECT change FROM published_clock FOR UPDATE SKIP LOCKED
), given AS MATERIALIZED (
    SELECT s.id AS service_id, b.id AS branch_id, v.day, v.minutes, v.starts
    FROM jsonb_to_recordset($1) AS v (service text, branch text, day date, minutes smallint, starts timestamptz[])
    JOIN services s ON s.slug = v.service
    JOIN branches b ON b.slug = v.branch
), changed AS MATERIALIZED (
    SELECT g.*, c.change + row_number() OVER (ORDER BY g.day, g.service_id, g.branch_id) AS change
    FROM clock c
    CROSS JOIN given g
    LEFT JOIN published_days p ON p.service_id = g.service_id AND p.branch_id = g.branch_id AND p.day = g.day
    WHERE CASE WHEN p.day IS NULL THEN g.starts <> '{}' ELSE (p.starts, p.minutes) IS DISTINCT FROM (g.starts, g.minutes) END
), saved AS (
    INSERT INTO published_days (service_id, branch_id, day, minutes, starts, change, changed_at)
    SELECT service_id, branch_id, day, minutes, starts, change, $2 FROM changed
    ON CONFLICT (service_id, branch_id, day)
    DO UPDATE SET minutes = excluded.minutes, starts = excluded.starts, change = excluded.change, changed_at = excluded.changed_at
    RETURNING change
)
UPDATE published_clock SET change = (SELECT max(change) FROM saved)
WHERE EXISTS (SELECT FROM saved)
