-- A portion of at most $2 visits after the id $1, with the names and the keys by which staff
-- find them.
SELECT id, branch_id, visitor_name, coalesce(visitor_key, '') AS visitor_key
FROM appointments
WHERE id > $1 AND visitor_name IS NOT NULL AND visitor_name NOT LIKE chr(1) || '%' -- in clear
ORDER BY id
LIMIT $2
