-- The same, locked in the one order that everybody uses: as they are once
-- everybody else is done with them.
SELECT day, first_tick, open, used
FROM ledger_days
WHERE branch_id = $1 AND desk_group_id = $2 AND day = ANY ($3::date[])
ORDER BY branch_id, desk_group_id, day
FOR NO KEY UPDATE
