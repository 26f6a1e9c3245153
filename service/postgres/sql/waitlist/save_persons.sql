-- Counts entries ($1, their numbers) for the persons $3 instead of $2, unless the person waits
-- for the service by another entry by now.
UPDATE waitlist_entries e
SET person = w.new
FROM unnest($1::bigint[], $2::uuid[], $3::uuid[]) AS w (number, former, new)
WHERE e.position = w.number AND e.person = w.former
  AND NOT EXISTS (
      SELECT
      FROM waitlist_entries other
      WHERE other.person = w.new AND other.service_id = e.service_id AND other.state = 'waiting')
