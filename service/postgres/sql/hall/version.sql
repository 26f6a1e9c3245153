-- A word that is another one after each change of the visits of a branch on a day: each
-- change of a row has its own transaction.
SELECT md5(coalesce(string_agg(concat_ws('.', a.id, a.xmin, r.xmin), ',' ORDER BY a.id), '')) AS version
FROM appointments a
LEFT JOIN arrivals r ON (r.appointment_id, r.branch_id) = (a.id, a.branch_id)
WHERE a.branch_id = $1 AND a.day = $2 AND a.status IN ('booked', 'completed', 'no_show')
