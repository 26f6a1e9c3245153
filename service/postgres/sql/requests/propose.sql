-- Holds the place of a proposal for a request. The ledger has it already.
INSERT INTO appointments (branch_id, id, status, service_id, desk_group_id, day, first_tick, ticks, places,
                          start_at, end_at, party, channel, created_at, expires_at, proposed_to)
SELECT branch_id, $2, 'held', service_id, $3, $4, $5, $6, $7, $8, $9, party, channel, $10, $11, id
FROM appointments
WHERE id = $1
