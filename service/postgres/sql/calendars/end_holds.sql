-- Ends valid holds that have lost their places. The ledger is updated with it. Returns those
-- that it ended.
UPDATE appointments
SET status = 'released'
WHERE id = ANY ($1::uuid[]) AND status IS NOT DISTINCT FROM 'held'
RETURNING id
