-- One replica at a time offers places of a desk group.
SELECT pg_advisory_xact_lock(hashtextextended('waitlist', $1::integer))::text
