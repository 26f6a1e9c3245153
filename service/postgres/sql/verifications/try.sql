-- Records that a code was compared, unless the verification is over. A wrong code uses up a
-- try. The right one ($3) verifies the number.
UPDATE verifications
SET tries = CASE WHEN $3::boolean THEN tries ELSE tries + 1 END,
    verified_at = CASE WHEN $3::boolean THEN coalesce(verified_at, $2::timestamptz) ELSE verified_at END
WHERE id = $1::uuid AND expires_at > $2 AND tries < $4
RETURNING id, mobile, sealed, tries, created_at, expires_at, verified_at
