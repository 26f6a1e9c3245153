-- Lets one replica at a time offer places of a desk group.
SELECT pg_advisory_xact_lock(hashtextextended('waitlist', $1::integer))::text
