-- Writes the reminders that are due of the next $5 visits that start before $2 and after
-- ($3, $4). It reads that part of the index of visits ahead and nothing else. Reminders
-- planned before, by this replica or another, stay as they are. Returns the last visit that
-- it looked at.
--
-- A visit gets no reminder if it was booked or moved when the reminder was due already ($9,
-- or its lead of $6 minutes before the start), or on its own day; nor if the reminder is of
-- no use any more ($7 seconds before the start), if the visitor has been asked to choose
-- another start, or if none of the media $13 of messages of the kind $12 reaches the
-- visitor.
--
-- It counts instead of using NOT EXISTS, which the planner may turn into a comparison of
-- every visit with every reminder.
WITH visits AS MATERIALIZED (
    SELECT branch_id, id, service_id, version, lang, mobile, email, start_at
    FROM appointments
    WHERE status = 'booked' AND start_at < $2 AND (start_at, id) > ($3::timestamptz, $4::uuid)
    ORDER BY start_at, id
    LIMIT $5
), planned AS (
    INSERT INTO messages (kind, lead_minutes, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT $12::text, $6::smallint, v.branch_id, v.id, v.version, v.lang, $1::timestamptz, $1::timestamptz,
           v.start_at - $7::integer * interval '1 second'
    FROM visits v
    WHERE (v.mobile IS NOT NULL AND 'sms' = ANY ($13::text[]) OR v.email IS NOT NULL AND 'email' = ANY ($13))
      AND v.branch_id = ANY ($10::smallint[])
      AND v.service_id = ANY ($11::smallint[])
      AND v.start_at - $7::integer * interval '1 second' > $1::timestamptz
      AND (SELECT count(*)
           FROM messages m
           WHERE m.appointment_id = v.id AND m.start_version = v.version AND m.kind = $12 AND m.lead_minutes = $6::smallint) = 0
      AND (SELECT count(*) FROM arrivals r WHERE r.appointment_id = v.id AND r.branch_id = v.branch_id) = 0 -- the visitor has arrived
      AND (SELECT count(*)
           FROM change_visits c
           WHERE c.appointment_id = v.id AND c.branch_id = v.branch_id AND c.state IN ('pending', 'waiting')) = 0 -- a change took its place
      AND (SELECT max(e.at)
           FROM appointment_events e
           WHERE e.appointment_id = v.id AND e.branch_id = v.branch_id
             AND e.kind IN ('booked', 'moved', 'approved', 'accepted'))
          < least(v.start_at - $6::smallint * interval '1 minute', $9::timestamptz, date_trunc('day', v.start_at, $8::text))
    ON CONFLICT ON CONSTRAINT messages_fact DO NOTHING
    RETURNING id
)
SELECT start_at, id, (SELECT count(*) FROM visits) AS visits, (SELECT count(*) FROM planned) AS planned
FROM visits
ORDER BY start_at DESC, id DESC
LIMIT 1
