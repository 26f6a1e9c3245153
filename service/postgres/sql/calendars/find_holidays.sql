-- A list of holidays; the first list where none is named.
SELECT slug, holidays, version, previous
FROM holiday_lists
WHERE slug = $1 OR $1::text IS NULL
ORDER BY slug
LIMIT 1
