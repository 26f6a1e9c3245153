-- Queues a test for a webhook, and for nobody else to wait behind.
INSERT INTO webhook_deliveries (webhook_id, type, created_at, next_attempt_at)
SELECT id, $2, $3, $3 FROM webhooks WHERE id = $1 AND state = 'active'
RETURNING id, message, type, state, created_at, next_attempt_at, finished_at, attempts, status, detail
