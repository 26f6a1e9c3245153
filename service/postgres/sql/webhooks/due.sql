-- Active webhooks with deliveries due at $1 that are not paused, except those in $2.
SELECT w.id, w.url, w.secret, CASE WHEN w.former_until > $1 THEN w.former_secret END AS former_secret, w.failures, w.failing_since
FROM webhooks w
WHERE w.state = 'active' AND (w.paused_until <= $1 OR w.paused_until IS NULL) AND w.id <> ALL ($2::uuid[])
  AND EXISTS (
      SELECT FROM webhook_deliveries d
      WHERE d.webhook_id = w.id AND d.state IN ('waiting', 'sending') AND d.next_attempt_at <= $1)
ORDER BY w.id
LIMIT $3
