-- Records a delay of a desk group, and enqueues messages about it (of the kind $8, by the
-- media $9) to visitors who start in [$5, $6) and have not been called yet.
WITH told AS (
    INSERT INTO messages (kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT $8::text, $4::smallint, v.branch_id, v.id, v.version, a.lang, $5::timestamptz, $5,
           greatest(v.start_at, $5) + $4 * interval '1 minute'
    FROM hall_visits v
    JOIN appointments a ON (a.id, a.branch_id) = (v.id, v.branch_id)
    WHERE v.branch_id = $1 AND v.day = $2 AND v.desk_group_id = $3
      AND v.status IN ('booked', 'completed', 'no_show') AND v.stands IN ('expected', 'waiting')
      AND v.start_at >= $5 AND v.start_at < $6
      AND (a.mobile IS NOT NULL AND 'sms' = ANY ($9::text[]) OR a.email IS NOT NULL AND 'email' = ANY ($9))
      AND (SELECT count(*)
           FROM messages m
           WHERE m.appointment_id = v.id AND m.start_version = v.version AND m.kind = $8 AND m.lead_minutes >= $4) = 0
    ON CONFLICT DO NOTHING
    RETURNING id
)
INSERT INTO hall_delays (branch_id, day, desk_group_id, minutes, at, until, actor, told)
SELECT $1, $2, $3, $4, $5, $6, $7, (SELECT count(*) FROM told)
RETURNING told
