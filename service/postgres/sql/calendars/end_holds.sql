-- Ends standing holds that have lost their places (the ledger is settled with
-- it). Returns those that still stood.
UPDATE appointments
SET status = 'released'
WHERE id = ANY ($1::uuid[]) AND status IS NOT DISTINCT FROM 'held'
RETURNING id
