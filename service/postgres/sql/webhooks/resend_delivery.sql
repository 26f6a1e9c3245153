-- Sends a finished delivery again, under the same id and starting with the first attempt.
UPDATE webhook_deliveries
SET state = 'waiting', next_attempt_at = $3, attempts = 0, finished_at = NULL
WHERE webhook_id = $1 AND id = $2 AND state IN ('delivered', 'failed')
