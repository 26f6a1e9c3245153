-- Ends the entries of a desk group for an earlier start of a visit that is no longer booked,
-- or that begins no later than the start that is offered (slots.Entry.At), and ends the
-- holds offered to them. Locked entries are skipped.
WITH over AS MATERIALIZED (
    SELECT e.id, e.offer_until IS NOT NULL AS offered, CASE WHEN v.id IS NULL THEN 'left' ELSE 'booked' END AS state
    FROM waitlist_entries e
    LEFT JOIN appointments v ON v.reference = e.replaces AND v.status = 'booked'
    LEFT JOIN waitlist_offers o ON o.hold_id = e.hold_id AND e.offer_until > $3
    WHERE e.branch_id = $1
      AND e.service_id = ANY (ARRAY(SELECT service_id FROM desk_group_services WHERE (branch_id, desk_group_id) = ($1, $2)))
      AND e.state = 'waiting' AND e.replaces IS NOT NULL
      AND (v.id IS NULL OR v.start_at <= o.start_at)
    FOR NO KEY UPDATE OF e SKIP LOCKED
), ended AS (
    UPDATE waitlist_entries e
    SET state = over.state, ended_at = $3, offer_until = NULL
    FROM over
    WHERE e.id = over.id
    RETURNING e.hold_id, over.offered
)
UPDATE appointments
SET status = 'released'
WHERE id = ANY (ARRAY(SELECT hold_id FROM ended WHERE offered)) AND status IS NOT DISTINCT FROM 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
