-- A portion of at most $2 entries that wait, after the one with the number $1, with what
-- their persons are made of.
SELECT position AS number, person, identity_kind, identity, mobile
FROM waitlist_entries
WHERE state = 'waiting' AND visitor_name NOT LIKE chr(1) || '%' -- in clear
  AND position > $1
ORDER BY position
LIMIT $2
