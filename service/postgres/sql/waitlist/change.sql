-- Writes the new state of an entry, and whether it still has the offer ($3, the hold) that
-- it had before.
UPDATE waitlist_entries
SET state = $2, hold_id = $3,
    offer_until = CASE WHEN $2 = 'waiting' AND $3::uuid IS NOT NULL THEN offer_until END,
    ended_at = CASE WHEN $2 <> 'waiting' THEN coalesce(ended_at, $4::timestamptz) END
WHERE id = $1
