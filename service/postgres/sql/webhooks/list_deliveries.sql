-- A page of the deliveries to a webhook, the newest first; only those in the state $2 unless
-- it is NULL. A page has deliveries below $3.
SELECT v.id, v.message, v.type, v.state, v.created_at, v.next_attempt_at, v.finished_at, v.attempts, v.status, v.detail, a.reference
FROM webhook_deliveries v
LEFT JOIN appointments a ON a.id = v.appointment_id AND a.branch_id = v.branch_id
WHERE v.webhook_id = $1
  AND (v.state = $2 OR $2::text IS NULL)
  AND v.id < $3
ORDER BY v.id DESC
LIMIT $4
