-- The ledger days of a desk group on the given dates.
SELECT day, first_tick, open, used
FROM ledger_days
WHERE branch_id = $1 AND desk_group_id = $2 AND day = ANY ($3::date[])
