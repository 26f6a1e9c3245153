-- Removes at most $2 entries of the waitlist that ended before $1, the oldest first. Reports
-- count the log of the waitlist, which has no person.
DELETE FROM waitlist_entries
WHERE id = ANY (ARRAY(
    SELECT id
    FROM waitlist_entries
    WHERE state <> 'waiting' AND ended_at < $1
    ORDER BY ended_at
    LIMIT $2
    FOR UPDATE SKIP LOCKED))
