-- The delivery of a message to a webhook.
SELECT v.id, v.message, v.type, v.state, v.created_at, v.next_attempt_at, v.finished_at, v.attempts, v.status, v.detail, a.reference
FROM webhook_deliveries v
LEFT JOIN appointments a ON a.id = v.appointment_id AND a.branch_id = v.branch_id
WHERE v.webhook_id = $1 AND v.message = $2
