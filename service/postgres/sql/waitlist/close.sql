-- Ends entries whose range is over, and removes entries that ended before $2 with their
-- offers, at most $3 of each. Rows that another replica has locked are skipped. Returns the
-- larger number, which tells the caller whether there is more.
WITH over AS (
    UPDATE waitlist_entries
    SET state = 'expired', ended_at = $1, offer_until = NULL
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM waitlist_entries
        WHERE state = 'waiting' AND ends_at <= $1
        ORDER BY ends_at
        LIMIT $3
        FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING id
), gone AS (
    DELETE FROM waitlist_entries
    WHERE id = ANY (ARRAY(
        SELECT id
        FROM waitlist_entries
        WHERE state <> 'waiting' AND ended_at < $2
        ORDER BY ended_at
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING id
)
SELECT greatest((SELECT count(*) FROM over), (SELECT count(*) FROM gone))
