-- A hold that stands and that a mobile may book, with the end of the pause that
-- keeps a person from booking it. A protected one is booked only by somebody of
-- the staff who says why ($5); against them no pause stands.
SELECT (SELECT r.paused_until
        FROM rebookings r
        WHERE r.person = $4::uuid AND r.service_id = a.service_id AND r.paused_until > $2 AND NOT $5::boolean) AS paused_until
FROM appointments a
WHERE a.id = $1 AND a.status IS NOT DISTINCT FROM 'held' AND a.expires_at > $2
  AND (a.mobile IS NULL OR a.mobile = $3)
  AND (a.channel <> 'protected' OR $5)
