-- Records that reminders have been planned until $1.
UPDATE reminder_clock SET planned_to = $1
