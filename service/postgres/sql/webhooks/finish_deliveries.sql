-- Writes the outcomes of a batch for one webhook ($8). The attempt is a fence: a worker
-- whose lease has ended changes nothing that another worker has claimed.
UPDATE webhook_deliveries d
SET state = o.state, next_attempt_at = coalesce(o.next_attempt_at, d.next_attempt_at),
    finished_at = CASE WHEN o.state <> 'waiting' THEN $1::timestamptz END, status = o.status, detail = o.detail
FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::smallint[], $7::text[])
    AS o (id, attempt, state, next_attempt_at, status, detail)
WHERE d.webhook_id = $8 AND d.id = o.id AND d.state = 'sending' AND d.attempts = o.attempt
