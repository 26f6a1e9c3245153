-- How many messages wait, and since when the oldest has been due.
SELECT sum(lane.waiting)::bigint AS waiting, min(lane.oldest) AS oldest
FROM (
    SELECT count(*) AS waiting, min(next_attempt_at) AS oldest
    FROM messages
    WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind NOT IN ('reminder', 'survey')
    UNION ALL
    SELECT count(*), min(next_attempt_at)
    FROM messages
    WHERE state IN ('queued', 'sending') AND way = 'sms' AND kind IN ('reminder', 'survey')
    UNION ALL
    SELECT count(*), min(next_attempt_at)
    FROM messages
    WHERE state IN ('queued', 'sending') AND way = 'email') AS lane
