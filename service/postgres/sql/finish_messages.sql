-- Writes the outcomes of a batch. The attempt fences them: a worker whose
-- lease ended meanwhile changes nothing that another one has claimed.
UPDATE messages m
SET state = o.state,
    next_attempt_at = coalesce(o.next_attempt_at, m.next_attempt_at),
    finished_at = CASE WHEN o.state <> 'queued' THEN $1::timestamptz END,
    reason = o.reason, text = o.text, segments = o.segments, gateway_id = o.gateway_id
FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::smallint[], $9::text[])
    AS o (id, attempt, state, next_attempt_at, reason, text, segments, gateway_id)
WHERE m.id = o.id AND m.state = 'sending' AND m.attempts = o.attempt
