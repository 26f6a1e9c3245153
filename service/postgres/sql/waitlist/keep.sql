-- Writes what is personal of an entry, and its party ($2).
UPDATE waitlist_entries
SET party = $2, visitor_name = $3, identity = $4, mobile = $5, email = $6,
    representative_name = $7, representative_identity_kind = $8, representative_identity = $9, wakala = $10
WHERE id = $1
