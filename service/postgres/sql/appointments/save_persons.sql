-- Counts visits for the persons $4 instead of $3. A visit stays as it is if the person has
-- another one by now that it would be too many for, or in the way of.
UPDATE appointments a
SET person = w.new
FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::uuid[]) AS w (id, branch_id, former, new)
WHERE (a.id, a.branch_id) = (w.id, w.branch_id) AND a.person = w.former
  AND NOT EXISTS (
      SELECT
      FROM appointments other
      WHERE other.person = w.new AND other.person_place IS NOT NULL
        AND (other.service_id = a.service_id AND other.person_place = a.person_place
             OR other.start_at < a.end_at AND a.start_at < other.end_at))
