-- The ids of the entries with one of the mobiles ($1) or of a person with a proved identity
-- ($2, null for none) that wait, at most 50. Each is searched on its own, so that each has its
-- index, also with a plan for any number of mobiles.
SELECT id
FROM (
    SELECT e.id, e.position
    FROM unnest($1::text[]) AS proved
    CROSS JOIN LATERAL (
        SELECT id, position FROM waitlist_entries WHERE mobile = proved AND state = 'waiting' ORDER BY position LIMIT 50) AS e
    UNION
    SELECT id, position FROM waitlist_entries WHERE person = $2::uuid AND state = 'waiting'
) AS own
ORDER BY position
LIMIT 50
