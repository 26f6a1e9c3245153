-- The ledger days of a desk group in a range of dates that have a row.
SELECT day, first_tick, open, used, version
FROM ledger_days
WHERE branch_id = $1 AND desk_group_id = $2 AND day BETWEEN $3 AND $4
ORDER BY day
