-- Ends the offer of an earlier start of a visit ($1), because the visit takes another number
-- of places from now on. The entry keeps waiting.
WITH offered AS MATERIALIZED (
    SELECT e.id, e.hold_id
    FROM appointments a
    JOIN waitlist_entries e ON (e.person, e.service_id) = (a.person, a.service_id) AND e.state = 'waiting' AND e.replaces = a.reference
    WHERE a.id = $1 AND e.hold_id IS NOT NULL
    FOR NO KEY UPDATE OF e
), ended AS (
    UPDATE waitlist_entries e
    SET hold_id = NULL, offer_until = NULL
    FROM offered o
    WHERE e.id = o.id
)
UPDATE appointments
SET status = 'released'
WHERE id = ANY (ARRAY(SELECT hold_id FROM offered)) AND status IS NOT DISTINCT FROM 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
