-- Records that the money of the day of $1 is spent, for codes to strangers ($2) or for all
-- messages, unless it is recorded: the caller tells operators once.
UPDATE message_days
SET stopped_at = $1
WHERE day = centre_day($1) AND strangers = $2 AND stopped_at IS NULL
