-- Ends sessions at $1: those that fit what is not null, the id ($2), who signed in ($3), the
-- subject at the provider ($4) and its session ($5), and that began until $6. Logs the action
-- $8 for each, of $7 or of whoever's session it is. Returns how many.
WITH ended AS (
    UPDATE staff_sessions
    SET ended_at = $1
    WHERE ended_at IS NULL AND ends_at > $1
      AND (id = $2 OR $2::uuid IS NULL)
      AND (staff = $3 OR $3::text IS NULL)
      AND (subject = $4 OR $4::text IS NULL)
      AND (sid = $5 OR $5::text IS NULL)
      AND began_at <= $6
    RETURNING staff
), logged AS (
    INSERT INTO audit_log (actor, action, subject, reason, request_id)
    SELECT coalesce($7, staff), $8, 'staff ' || staff, $9, $10 FROM ended
    RETURNING id
)
SELECT count(*) FROM logged
