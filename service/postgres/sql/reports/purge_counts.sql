-- Removes what reports counted before $1, at most $2 of each kind, the oldest first. Returns
-- the larger number, which tells the caller whether there is more.
WITH demand AS (
    DELETE FROM demand_counts
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM demand_counts WHERE day < $1::date ORDER BY day LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING day
), waited AS (
    DELETE FROM waitlist_log
    WHERE id = ANY (ARRAY(SELECT id FROM waitlist_log WHERE at < $1::date ORDER BY at LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING id
), idle AS (
    DELETE FROM idle_days
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM idle_days WHERE day < $1::date LIMIT $2 FOR UPDATE SKIP LOCKED))
    RETURNING day
)
SELECT greatest((SELECT count(*) FROM demand), (SELECT count(*) FROM waited), (SELECT count(*) FROM idle))
