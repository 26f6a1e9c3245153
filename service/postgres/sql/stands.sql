-- Whether a hold stands.
SELECT EXISTS (
    SELECT FROM appointments a
    WHERE a.id = $1 AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > $2)
