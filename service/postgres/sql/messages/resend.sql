-- Queues a message again that reached nobody, unless it would come too late.
UPDATE messages
SET state = 'queued', next_attempt_at = $2, finished_at = NULL, gateway_id = NULL, receipt_at = NULL, receipt_code = NULL
WHERE id = $1 AND state IN ('failed', 'expired') AND kind <> 'verification_code' AND expires_at > $2
