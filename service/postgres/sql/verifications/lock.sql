-- Makes requests for the same mobile or address wait for one another.
SELECT pg_advisory_xact_lock(least(a, b))::text AS first, pg_advisory_xact_lock(greatest(a, b))::text AS second
FROM (SELECT hashtextextended($1, 0) AS a, hashtextextended(encode($2, 'hex'), 1) AS b) AS keys
