-- The first date that has a ledger, and so the first that can have a visit; NULL for none.
SELECT min(day) FROM ledger_days
