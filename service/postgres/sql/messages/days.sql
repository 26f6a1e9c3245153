-- What was sent on the day of $1: to strangers, and otherwise.
SELECT strangers, segments
FROM message_days
WHERE day = centre_day($1)
