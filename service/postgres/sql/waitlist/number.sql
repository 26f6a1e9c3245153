-- The entry with a number. Links contain the number instead of the id.
SELECT id FROM waitlist_entries WHERE position = $1
