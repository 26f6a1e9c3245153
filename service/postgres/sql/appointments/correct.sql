-- Corrects the details of a visit or a request, with its history and, where staff did it,
-- the member of staff ($9) and the reason ($10). The ledger is up to date already. $12 to $16 stay
-- the same, but a visit in clear is sealed. The entry of the waitlist for an earlier start has followed
-- (waitlist/keep.sql); so does the hold of its offer ($18, null for none), to which its message goes.
-- A visit that counts gets one of the numbers left of a corrected mobile, up to the limit $11
-- (null for none), as in appointments/book.sql.
-- $19 says that it ends all links to the visit.
-- Messages need nothing: they are sent to the mobile and the address that the visit has
-- then (messages/claim.sql).
WITH corrected AS (
    UPDATE appointments a
    SET visitor_name = $3, visitor_key = $4, email = $5, mobile = $6, party = $7, places = $8, identity = $12,
        representative_name = $13, representative_identity_kind = $14, representative_identity = $15, wakala = $16,
        mobile_place = CASE
            WHEN a.mobile IS NOT DISTINCT FROM $6 OR a.mobile = ANY ($17::text[]) THEN a.mobile_place
            WHEN a.person_place IS NOT NULL AND $11::integer IS NOT NULL THEN coalesce((
                SELECT min(n)
                FROM generate_series(1, $11) AS n
                WHERE NOT EXISTS (
                    SELECT FROM appointments other
                    WHERE other.mobile = $6 AND other.mobile_place = n AND other.person_place IS NOT NULL)),
                refused('appointments_mobile_places_left')) END
    WHERE id = $1
    RETURNING branch_id, id, service_id, person, reference, start_at, version
), offer AS (
    UPDATE appointments
    SET mobile = $6
    WHERE id = $18 AND status IS NOT DISTINCT FROM 'held'
)
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason, ends_links)
SELECT branch_id, id, 'corrected', $2, start_at, version, $9, $10, $19 FROM corrected
