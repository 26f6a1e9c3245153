-- A portion of at most $3 visits that count for their persons, after the one that ends at $1
-- and has the id $2, with what the persons are made of.
SELECT id, branch_id, end_at, person, identity_kind, identity, coalesce(mobile, '') AS mobile
FROM appointments
WHERE person_place IS NOT NULL AND visitor_name NOT LIKE chr(1) || '%' -- in clear
  AND (end_at, id) > ($1::timestamptz, $2::uuid)
ORDER BY end_at, id
LIMIT $3
