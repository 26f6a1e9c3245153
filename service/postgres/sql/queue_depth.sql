-- How many messages wait, and since when the oldest has been due.
SELECT count(*) AS waiting, min(next_attempt_at) AS oldest
FROM messages
WHERE state IN ('queued', 'sending')
