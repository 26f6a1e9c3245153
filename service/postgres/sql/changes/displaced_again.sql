-- Visits of desk groups ($1) after $2 whose places an earlier change took: those that the
-- change let stay, and those whose visitors have not answered. robbed marks visits whose
-- proposed place, with the hold hold_id, has been taken away since.
SELECT v.appointment_id AS id, v.state, a.branch_id, a.desk_group_id, a.day, a.first_tick, a.ticks, a.places, v.hold_id,
       v.state = 'waiting' AND h.status = 'released' AND h.expires_at > $2 AS robbed
FROM change_visits v
JOIN appointments a ON (a.id, a.branch_id) = (v.appointment_id, v.branch_id)
LEFT JOIN appointments h ON h.id = v.hold_id
WHERE v.state IN ('kept', 'waiting') AND v.start_at > $2 AND a.status IN ('requested', 'booked') AND a.desk_group_id = ANY ($1::integer[])
