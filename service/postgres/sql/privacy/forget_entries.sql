-- Removes the entries $1 that wait no longer: reports count the log of the waitlist, which
-- has no person.
DELETE FROM waitlist_entries WHERE id = ANY ($1::uuid[]) AND state <> 'waiting'
