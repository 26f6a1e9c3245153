-- Turns holds into proposals for visits, and sets when they end.
UPDATE appointments h
SET proposed_to = w.visit, expires_at = w.expires_at
FROM jsonb_to_recordset($1::jsonb) AS w (id uuid, visit uuid, expires_at timestamptz)
WHERE h.id = w.id AND h.status IS NOT DISTINCT FROM 'held'
