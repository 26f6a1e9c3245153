-- Tells whoever listens on the channel.
SELECT pg_notify($1, $2)
