-- Gives a webhook another name ($2), address ($3) and events ($4), if they still are $5, $6 and $7.
UPDATE webhooks SET name = $2, url = $3, events = $4
WHERE id = $1 AND name = $5 AND url = $6 AND events = $7 AND state <> 'removed'
