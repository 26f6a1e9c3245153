-- Ends the entries of a desk group whose persons have booked the service since they joined,
-- and ends the holds offered to them. Entries for an earlier start don't end so. Locked entries are skipped.
WITH served AS (
    UPDATE waitlist_entries
    SET state = 'booked', ended_at = $3, offer_until = NULL
    WHERE id = ANY (ARRAY(
        SELECT e.id
        FROM waitlist_entries e
        WHERE e.branch_id = $1
          AND e.service_id = ANY (ARRAY(SELECT service_id FROM desk_group_services WHERE (branch_id, desk_group_id) = ($1, $2)))
          AND e.state = 'waiting' AND e.replaces IS NULL
          AND EXISTS (
              SELECT
              FROM appointments a
              WHERE a.person = e.person AND a.service_id = e.service_id AND a.person_place IS NOT NULL
                AND a.created_at > e.created_at)
        FOR NO KEY UPDATE SKIP LOCKED))
    RETURNING hold_id
)
UPDATE appointments
SET status = 'released'
WHERE id = ANY (ARRAY(SELECT hold_id FROM served)) AND status IS NOT DISTINCT FROM 'held'
RETURNING branch_id, desk_group_id, day, first_tick, ticks, places
