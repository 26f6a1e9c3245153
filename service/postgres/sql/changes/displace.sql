-- Writes the outcomes of visits that a change affects, with their history, the messages to
-- the visitors and the state of each visit in the change. The ledger is up to date already.
-- The trigger answer_change, which a new event fires, runs after this statement and finds
-- the outcome written.
WITH wanted AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($2::jsonb) AS w (
        id uuid, status text, version integer, answer_by timestamptz, kind text, event_start timestamptz, actor text, reason text,
        message text, expires_at timestamptz, outcome text, hold_id uuid, proposed_at timestamptz,
        answered_at timestamptz, answered_by text, note text)
), written AS (
    UPDATE appointments a
    SET status = w.status, version = w.version, answer_by = w.answer_by,
        person_place = CASE WHEN w.status IN ('requested', 'booked') THEN a.person_place END
    FROM wanted w
    WHERE a.id = w.id AND w.kind IS NOT NULL
    RETURNING a.branch_id, a.id, a.lang, a.version, w.kind, w.event_start, w.actor, w.reason, w.message, w.expires_at
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
    SELECT branch_id, id, kind, $3::timestamptz, event_start, version, actor, reason FROM written
), message AS (
    INSERT INTO messages (kind, branch_id, appointment_id, start_version, lang, created_at, next_attempt_at, expires_at)
    SELECT message, branch_id, id, version, lang, $3, $3, expires_at
    FROM written
    WHERE message IS NOT NULL
    ON CONFLICT ON CONSTRAINT messages_fact DO NOTHING
)
UPDATE change_visits v
SET state = w.outcome, hold_id = w.hold_id, proposed_at = w.proposed_at,
    answered_at = w.answered_at, answered_by = w.answered_by, note = coalesce(w.note, v.note)
FROM wanted w
WHERE v.change_id = $1 AND v.appointment_id = w.id
