-- As vault/visits.sql, notes about calls, by visit and change.
SELECT appointment_id || ' ' || change_id AS id, appointment_id AS place, note AS visitor_name
FROM change_visits
WHERE (appointment_id, change_id) > (split_part($1, ' ', 1)::uuid, split_part($1, ' ', 2)::uuid) AND left(note, 9) <> $2
ORDER BY appointment_id, change_id
LIMIT $3
FOR NO KEY UPDATE SKIP LOCKED
