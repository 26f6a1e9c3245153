-- The ids of the entries with a mobile that wait, at most 50.
SELECT id
FROM waitlist_entries
WHERE mobile = $1 AND state = 'waiting'
ORDER BY position
LIMIT 50
