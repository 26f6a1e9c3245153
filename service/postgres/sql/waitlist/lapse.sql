-- Counts the offers of a desk group that expired without an answer. The $4th of them ends
-- the entry. The places go back on their own when the holds expire.
UPDATE waitlist_entries
SET offer_until = NULL, ignored = ignored + 1,
    state = CASE WHEN ignored + 1 >= $4 THEN 'unanswered' ELSE state END,
    ended_at = CASE WHEN ignored + 1 >= $4 THEN $3::timestamptz END
WHERE id = ANY (ARRAY(
    SELECT e.id
    FROM waitlist_entries e
    WHERE e.branch_id = $1
      AND e.service_id = ANY (ARRAY(SELECT service_id FROM desk_group_services WHERE (branch_id, desk_group_id) = ($1, $2)))
      AND e.state = 'waiting' AND e.offer_until <= $3
    FOR NO KEY UPDATE SKIP LOCKED))
