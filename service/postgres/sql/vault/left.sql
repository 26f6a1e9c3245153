-- How many rows are in clear, or sealed otherwise than with the beginning $1. Holds have no visitor.
SELECT (SELECT count(*) FROM appointments WHERE visitor_name <> '' AND left(visitor_name, 9) <> $1 OR mobile LIKE '+%')
       + (SELECT count(*) FROM waitlist_entries WHERE left(visitor_name, 9) <> $1)
       + (SELECT count(*) FROM verifications WHERE sealed IS NULL OR left(sealed, 9) <> $1)
       + (SELECT count(*) FROM messages WHERE left(text, 9) <> $1)
       + (SELECT count(*) FROM survey_answers WHERE left(comment, 9) <> $1)
       + (SELECT count(*) FROM change_visits WHERE left(note, 9) <> $1)
