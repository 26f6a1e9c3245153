-- Leases due deliveries to one webhook ($1) to a worker, the oldest first, each with its
-- event. A delivery waits while an earlier one about the same visit is not finished. If this
-- snapshot does not see that the earlier one is finished, the delivery only waits longer. A
-- lease that ended is due again.
WITH claimed AS (
    UPDATE webhook_deliveries
    SET state = 'sending', attempts = attempts + 1, next_attempt_at = $4
    WHERE webhook_id = $1 AND id = ANY (ARRAY(
        SELECT d.id
        FROM webhook_deliveries d
        WHERE d.webhook_id = $1 AND d.state IN ('waiting', 'sending') AND d.next_attempt_at <= $2
          AND EXISTS (
              SELECT FROM webhooks w
              WHERE w.id = $1 AND w.state = 'active' AND (w.paused_until <= $2 OR w.paused_until IS NULL))
          AND NOT EXISTS (
              SELECT FROM webhook_deliveries earlier
              WHERE earlier.appointment_id = d.appointment_id AND earlier.webhook_id = d.webhook_id AND earlier.event_id < d.event_id
                AND earlier.state IN ('waiting', 'sending'))
        ORDER BY d.next_attempt_at, d.id
        LIMIT $3
        FOR UPDATE SKIP LOCKED))
    RETURNING *
)
SELECT c.id, c.message, c.attempts, c.created_at, c.type, coalesce(e.at, c.created_at) AS at, e.start_at,
       (SELECT count(*)
        FROM appointment_events v
        WHERE v.appointment_id = c.appointment_id AND v.branch_id = c.branch_id AND v.id <= c.event_id) AS version,
       a.reference, s.slug AS service, d.slug AS department, b.slug AS branch, b.zone
FROM claimed c
LEFT JOIN appointment_events e ON e.appointment_id = c.appointment_id AND e.branch_id = c.branch_id AND e.id = c.event_id
LEFT JOIN appointments a ON a.id = c.appointment_id AND a.branch_id = c.branch_id
LEFT JOIN services s ON s.id = a.service_id
LEFT JOIN departments d ON d.id = s.department_id
LEFT JOIN branches b ON b.id = a.branch_id
ORDER BY c.id
