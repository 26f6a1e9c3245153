-- Corrects the details of a visit or a request, with its history and, where staff did it,
-- the member of staff ($9) and the reason ($10). The ledger is up to date already. An entry
-- of the waitlist for an earlier start of the visit follows, with the message of its offer.
-- Messages need nothing: they are sent to the mobile and the address that the visit has
-- then (messages/claim.sql).
WITH corrected AS (
    UPDATE appointments
    SET visitor_name = $3, visitor_key = $4, email = $5, mobile = $6, party = $7, places = $8
    WHERE id = $1
    RETURNING branch_id, id, service_id, person, reference, start_at, version
), entry AS (
    UPDATE waitlist_entries e
    SET visitor_name = $3, email = $5, mobile = $6, party = $7
    FROM corrected c
    WHERE (e.person, e.service_id) = (c.person, c.service_id) AND e.state = 'waiting' AND e.replaces = c.reference
    RETURNING e.hold_id
), offer AS (
    UPDATE appointments
    SET mobile = $6
    WHERE id = ANY (ARRAY(SELECT hold_id FROM entry)) AND status IS NOT DISTINCT FROM 'held'
)
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason)
SELECT branch_id, id, 'corrected', $2, start_at, version, $9, $10 FROM corrected
