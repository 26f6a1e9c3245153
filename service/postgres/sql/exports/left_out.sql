-- How many requests wait for an answer, and how many entries of the waitlist for a place.
SELECT (SELECT count(*) FROM appointments WHERE status = 'requested') AS requests,
       (SELECT count(*) FROM waitlist_entries WHERE state = 'waiting') AS waiting
