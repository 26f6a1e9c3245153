-- Writes the outcomes of a batch. The attempt is a fence: a worker whose lease has ended
-- changes nothing that another worker has claimed. Accepted messages are charged to their
-- departments, and text messages counted for their numbers and for the day, each in one
-- order, so that two batches never wait for each other.
WITH finished AS (
    UPDATE messages m
    SET state = o.state,
        next_attempt_at = coalesce(o.next_attempt_at, m.next_attempt_at),
        finished_at = CASE WHEN o.state <> 'queued' THEN $1::timestamptz END,
        reason = o.reason, text = o.text, segments = o.segments, gateway_id = o.gateway_id,
        unsure = m.unsure + o.unsure::int,
        cost = CASE WHEN o.state = 'accepted' THEN o.segments * (
            SELECT d.segment_price
            FROM appointments a
            JOIN services s ON s.id = a.service_id
            JOIN departments d ON d.id = s.department_id
            WHERE (a.id, a.branch_id) = (m.appointment_id, m.branch_id)) END
    FROM unnest($2::bigint[], $3::smallint[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::smallint[], $9::text[], $10::boolean[])
        AS o (id, attempt, state, next_attempt_at, reason, text, segments, gateway_id, unsure)
    WHERE m.id = o.id AND m.state = 'sending' AND m.attempts = o.attempt
    RETURNING m.state, m.branch_id, m.appointment_id, m.verification_id, m.segments, m.cost
), sent AS (
    SELECT coalesce(v.mobile, a.mobile) AS mobile, coalesce(v.stranger, false) AS stranger, f.segments
    FROM finished f
    LEFT JOIN verifications v ON v.id = f.verification_id
    LEFT JOIN appointments a ON (a.id, a.branch_id) = (f.appointment_id, f.branch_id)
    WHERE f.state = 'accepted' AND f.segments > 0
), numbers AS (
    INSERT INTO message_numbers AS n (mobile, sent)
    SELECT mobile, (array_agg($1::timestamptz))[:100]
    FROM sent
    WHERE mobile IS NOT NULL
    GROUP BY mobile
    ORDER BY mobile
    ON CONFLICT (mobile) DO UPDATE
    SET sent = ARRAY(
        SELECT at
        FROM unnest(excluded.sent || n.sent) AS at
        WHERE at > $1 - interval '1 day'
        ORDER BY at DESC
        LIMIT 100)
), days AS (
    INSERT INTO message_days AS t (day, strangers, messages, segments)
    SELECT centre_day($1), stranger, count(*), sum(segments)
    FROM sent
    GROUP BY stranger
    ORDER BY stranger
    ON CONFLICT (day, strangers) DO UPDATE
    SET messages = t.messages + excluded.messages, segments = t.segments + excluded.segments
)
INSERT INTO message_usage AS u (department_id, month, messages, segments, cost)
SELECT s.department_id, centre_month($1), count(*), sum(f.segments), sum(f.cost)
FROM finished f
JOIN appointments a ON (a.id, a.branch_id) = (f.appointment_id, f.branch_id)
JOIN services s ON s.id = a.service_id
WHERE f.state = 'accepted' AND f.segments > 0
GROUP BY s.department_id
ORDER BY s.department_id
ON CONFLICT (department_id, month) DO UPDATE
SET messages = u.messages + excluded.messages, segments = u.segments + excluded.segments, cost = u.cost + excluded.cost
