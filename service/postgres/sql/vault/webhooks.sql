-- The sealed secrets of webhooks.
SELECT id, secret, former_secret FROM webhooks FOR NO KEY UPDATE
