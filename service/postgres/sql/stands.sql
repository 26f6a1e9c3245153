-- Whether a hold stands, and may be booked by somebody who says why ($3) or not:
-- a protected one only so.
SELECT EXISTS (
    SELECT FROM appointments a
    WHERE a.id = $1 AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > $2
      AND (a.channel <> 'protected' OR $3::boolean))
