-- The ids of at most $3 visits with a mobile ($1), an identity number ($2), or both; NULL for
-- any; of a person who has proved their identity ($4), those of the person and those with the
-- mobile. The last first.
SELECT a.id
FROM appointments a
WHERE a.id = ANY (ARRAY(SELECT m.id FROM appointments m WHERE m.mobile = ANY ($1::text[]) AND m.reference IS NOT NULL)
                  || ARRAY(SELECT i.id FROM appointments i WHERE i.identity = ANY ($2::text[]) AND i.reference IS NOT NULL)
                  || ARRAY(SELECT p.id FROM appointments p WHERE p.person = $4::uuid AND p.reference IS NOT NULL))
  AND (($1 IS NULL OR a.mobile = ANY ($1)) AND ($2 IS NULL OR a.identity = ANY ($2)) OR $4 IS NOT NULL)
ORDER BY a.start_at DESC
LIMIT $3
