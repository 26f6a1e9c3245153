-- Ends valid holds that have lost their places. The ledger is updated with it. A request
-- whose proposal was one of them has none any more, which is in its history: it is another
-- version of it. Returns those that it ended.
WITH ended AS (
    UPDATE appointments
    SET status = 'released'
    WHERE id = ANY ($1::uuid[]) AND status IS NOT DISTINCT FROM 'held'
    RETURNING id, proposed_to
), event AS (
    INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version)
    SELECT a.branch_id, a.id, 'refused', $2, a.start_at, a.version
    FROM appointments a
    WHERE a.id = ANY (ARRAY(SELECT proposed_to FROM ended WHERE proposed_to IS NOT NULL)) AND a.status = 'requested'
)
SELECT id FROM ended
