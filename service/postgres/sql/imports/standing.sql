-- The visits and requests of the persons $1 that end after $2, or count for them.
SELECT a.person, s.slug AS service, a.start_at, a.end_at, a.person_place IS NOT NULL AS counts
FROM appointments a
JOIN services s ON s.id = a.service_id
WHERE a.person = ANY ($1::uuid[]) AND a.reference IS NOT NULL AND a.status IN ('booked', 'requested')
  AND (a.end_at > $2 OR a.person_place IS NOT NULL)
