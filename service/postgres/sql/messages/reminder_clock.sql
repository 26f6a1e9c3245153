-- The instant until which reminders have been planned.
SELECT planned_to FROM reminder_clock
