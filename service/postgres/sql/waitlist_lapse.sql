-- Counts the offers of a desk group that ran out without an answer; the $4th
-- of them ends the entry. The places go back by themselves, as the holds expire.
UPDATE waitlist_entries
SET offer_until = NULL, ignored = ignored + 1,
    state = CASE WHEN ignored + 1 >= $4 THEN 'unanswered' ELSE state END,
    ended_at = CASE WHEN ignored + 1 >= $4 THEN $3::timestamptz END
WHERE id = ANY (ARRAY(
    SELECT e.id
    FROM desk_group_services gs
    JOIN waitlist_entries e ON (e.branch_id, e.service_id) = (gs.branch_id, gs.service_id)
    WHERE gs.branch_id = $1 AND gs.desk_group_id = $2 AND e.state = 'waiting' AND e.offer_until <= $3
    FOR NO KEY UPDATE OF e SKIP LOCKED))
