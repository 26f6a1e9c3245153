-- Keeps the note about a call.
UPDATE change_visits SET note = $3 WHERE change_id = $1 AND appointment_id = $2
