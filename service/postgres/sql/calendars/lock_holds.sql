-- Locks the holds on ledger days, before the days themselves are locked.
SELECT a.id
FROM appointments a
JOIN unnest($1::smallint[], $2::integer[], $3::date[]) AS d (branch_id, desk_group_id, day)
    ON (a.branch_id, a.desk_group_id, a.day) = (d.branch_id, d.desk_group_id, d.day)
WHERE a.status = 'held'
ORDER BY a.id
FOR NO KEY UPDATE OF a
