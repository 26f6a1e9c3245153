-- Queues a test for a webhook. It blocks no other delivery.
INSERT INTO webhook_deliveries (webhook_id, type, created_at, next_attempt_at)
SELECT id, $2, $3, $3 FROM webhooks WHERE id = $1 AND state = 'active'
RETURNING id, message, type, state, created_at, next_attempt_at, finished_at, attempts, status, detail
