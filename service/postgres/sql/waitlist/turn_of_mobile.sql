-- Lets one at a time join with a mobile. Statements that follow see the entries of those
-- before.
SELECT pg_advisory_xact_lock(hashtextextended($1, 3))::text
