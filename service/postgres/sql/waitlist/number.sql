-- The entry with a number, which links have instead of its id.
SELECT id FROM waitlist_entries WHERE position = $1
