-- Keeps the hall of a branch on a day from changing until the transaction ends.
INSERT INTO hall_days (branch_id, day)
VALUES ($1, $2)
ON CONFLICT (branch_id, day) DO UPDATE SET numbers = hall_days.numbers
RETURNING branch_id, day, numbers, calls
