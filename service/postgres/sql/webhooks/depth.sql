-- How many deliveries wait, counted up to $1, and how many webhooks are
-- disabled.
SELECT (SELECT count(*) FROM (SELECT FROM webhook_deliveries WHERE state IN ('waiting', 'sending') LIMIT $1) AS d) AS waiting,
       (SELECT count(*) FROM webhooks WHERE state = 'disabled') AS disabled
