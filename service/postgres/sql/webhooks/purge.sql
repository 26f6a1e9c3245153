-- Removes at most $2 deliveries that were made before $1, or to webhooks that were removed;
-- then removed webhooks without deliveries.
WITH old AS (
    DELETE FROM webhook_deliveries
    WHERE ctid = ANY (ARRAY(
        SELECT ctid
        FROM webhook_deliveries
        WHERE created_at < $1
        ORDER BY created_at
        LIMIT $2
        FOR UPDATE SKIP LOCKED))
    RETURNING id
), orphans AS (
    DELETE FROM webhook_deliveries
    WHERE ctid = ANY (ARRAY(
        SELECT d.ctid
        FROM webhooks w
        CROSS JOIN LATERAL (
            SELECT o.ctid
            FROM webhook_deliveries o
            WHERE o.webhook_id = w.id
            ORDER BY o.id
            LIMIT $2
            FOR UPDATE SKIP LOCKED) AS d
        WHERE w.state = 'removed'
        LIMIT $2))
    RETURNING id
), gone AS (
    DELETE FROM webhooks w
    WHERE w.state = 'removed' AND w.ended_at < $1 AND NOT EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id)
)
SELECT greatest((SELECT count(*) FROM old), (SELECT count(*) FROM orphans))
