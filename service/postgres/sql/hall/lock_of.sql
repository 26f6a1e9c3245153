-- As hall/lock.sql, for the hall of an appointment, which is locked already.
INSERT INTO hall_days (branch_id, day)
SELECT branch_id, day FROM appointments WHERE id = $1
ON CONFLICT (branch_id, day) DO UPDATE SET numbers = hall_days.numbers
RETURNING branch_id, day, numbers, calls
