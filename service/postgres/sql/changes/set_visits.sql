-- Writes which visits a change affects ($2), and their outcome ($3). What a draft had
-- planned for other visits is removed.
WITH wanted AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($2::jsonb) AS w (
        id uuid, branch_id smallint, decision text, booked_at timestamptz, start_at timestamptz, hold_id uuid, proposed_at timestamptz)
), gone AS (
    DELETE FROM change_visits v
    WHERE v.change_id = $1 AND v.state = 'planned' AND NOT EXISTS (SELECT FROM wanted w WHERE w.id = v.appointment_id)
)
INSERT INTO change_visits (change_id, branch_id, appointment_id, decision, state, booked_at, start_at, hold_id, proposed_at)
SELECT $1, w.branch_id, w.id, w.decision, $3::text, w.booked_at, w.start_at, w.hold_id, w.proposed_at
FROM wanted w
ON CONFLICT (appointment_id, branch_id, change_id) DO UPDATE
SET decision = excluded.decision, state = excluded.state, start_at = excluded.start_at,
    hold_id = excluded.hold_id, proposed_at = excluded.proposed_at
