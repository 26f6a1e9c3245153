-- Removes a webhook for good. Its deliveries go with the next purge.
UPDATE webhooks SET state = 'removed', ended_at = $2, ended_why = 'removed' WHERE id = $1 AND state <> 'removed'
