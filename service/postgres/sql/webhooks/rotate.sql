-- Gives a webhook another secret ($2). The former secret also signs until $3.
UPDATE webhooks SET former_secret = secret, former_until = $3, secret = $2 WHERE id = $1 AND state <> 'removed'
