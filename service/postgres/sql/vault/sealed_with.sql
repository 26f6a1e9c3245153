-- How many rows are sealed with the beginning $1, and more if its key ($2) writes, or while rows are
-- sealed anew.
SELECT (SELECT count(*) FROM appointments WHERE left(visitor_name, 9) = $1)
       + (SELECT count(*) FROM waitlist_entries WHERE left(visitor_name, 9) = $1)
       + (SELECT count(*) FROM verifications WHERE left(sealed, 9) = $1)
       + (SELECT count(*) FROM messages WHERE left(text, 9) = $1)
       + (SELECT count(*) FROM survey_answers WHERE left(comment, 9) = $1)
       + (SELECT count(*) FROM change_visits WHERE left(note, 9) = $1)
       + (SELECT count(*) FROM vault WHERE key_id = $2)
       + coalesce((SELECT left_rows FROM vault), 0)
