-- At most $3 visits that start from the date $1 to before $2 in UTC, which is long ago, and
-- still have a person. Rows that another replica has locked are skipped. Group by group:
-- there is an index on the visits of each, and none on all of them by time.
SELECT v.id
FROM desk_groups g
CROSS JOIN LATERAL (
    SELECT a.id
    FROM appointments a
    WHERE a.desk_group_id = g.id AND a.reference IS NOT NULL AND a.start_at >= $1::date AND a.start_at < $2::date
      AND a.person <> a.id
    LIMIT $3
    FOR NO KEY UPDATE SKIP LOCKED) AS v
LIMIT $3
