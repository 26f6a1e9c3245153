-- Sends a notification to everyone who listens on the channel.
SELECT pg_notify($1, $2)
