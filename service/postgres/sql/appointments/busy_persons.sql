-- The times of the visits that persons have ahead.
SELECT person, start_at, end_at
FROM appointments
WHERE person = ANY ($1::uuid[]) AND person_place IS NOT NULL AND end_at > $2
