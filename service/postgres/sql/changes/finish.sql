-- Ends a change that has no pending visits.
UPDATE changes
SET state = 'applied', finished_at = $2
WHERE id = $1 AND state = 'running'
  AND NOT EXISTS (SELECT FROM change_visits v WHERE v.change_id = $1 AND v.state = 'pending')
