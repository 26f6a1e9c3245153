-- Writes the sealed secrets of a webhook.
UPDATE webhooks SET secret = $2, former_secret = $3 WHERE id = $1
