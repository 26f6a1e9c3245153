-- Locks a list of holidays for a change; the first list where none is named.
SELECT slug, holidays, version, previous
FROM holiday_lists
WHERE slug = $1 OR $1::text IS NULL
ORDER BY slug
LIMIT 1
FOR NO KEY UPDATE
