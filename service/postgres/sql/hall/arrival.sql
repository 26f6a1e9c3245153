-- Writes the state of a visitor in the hall. A new number is counted. So is a call ($22 is
-- the caller), which is recorded with its number.
WITH counted AS (
    UPDATE hall_days
    SET numbers = greatest(numbers, $4), calls = calls + ($22::text IS NOT NULL)::int
    WHERE (branch_id, day) = ($2::smallint, $3::date)
    RETURNING calls
), arrived AS (
    INSERT INTO arrivals (branch_id, appointment_id, day, service_id, desk_group_id, number, booked_start, booked_minutes,
                          arrived_at, turn_at, late, walk_in, accessible, state, calls, misses, first_called_at, called_at,
                          desk, started_at, completed_at, left_at)
    SELECT a.branch_id, a.id, $3, a.service_id, a.desk_group_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
           $15, $16, $17, $18, $19, $20
    FROM appointments a
    WHERE a.id = $1::uuid AND a.branch_id = $2
    ON CONFLICT (appointment_id, branch_id) DO UPDATE
    SET day = excluded.day, desk_group_id = excluded.desk_group_id, number = excluded.number,
        booked_start = excluded.booked_start, booked_minutes = excluded.booked_minutes,
        arrived_at = excluded.arrived_at, turn_at = excluded.turn_at, late = excluded.late, walk_in = excluded.walk_in,
        accessible = excluded.accessible, state = excluded.state, calls = excluded.calls, misses = excluded.misses,
        first_called_at = excluded.first_called_at, called_at = excluded.called_at, desk = excluded.desk,
        started_at = excluded.started_at, completed_at = excluded.completed_at, left_at = excluded.left_at
    RETURNING appointment_id
)
INSERT INTO hall_calls (branch_id, day, call, appointment_id, number, desk, at, actor)
SELECT $2, $3, counted.calls, $1, $4, $17, $21::timestamptz, $22
FROM counted, arrived
WHERE $22 IS NOT NULL
