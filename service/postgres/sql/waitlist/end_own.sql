-- Ends an entry of the person that is over but that the periodic job has not ended yet, so
-- that the person can join again.
UPDATE waitlist_entries
SET state = 'expired', ended_at = $3, offer_until = NULL
WHERE person = $1 AND state = 'waiting' AND ends_at <= $3::timestamptz
  AND service_id = (SELECT id FROM services WHERE slug = $2)
