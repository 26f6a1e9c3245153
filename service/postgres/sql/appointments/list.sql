-- A page of the visits at some branches to some services, by start, between two dates in the
-- zone of each branch ($6 and $7, both included). $1 and $2 are the departments and branches
-- in reach, both null for all. $3 to $5, $8 and $9 filter the visits where they are not
-- null. A name in clear matches all of the patterns $10, a hashed
-- one all of $14. The page begins after ($11, $12).
--
-- For each pair of branch and service the index returns the first of the matching visits, in
-- order and without reading the rows; only the page is read. The beginning of the page is
-- part of from_at: comparing rows of (start_at, id) would take three times as long.
WITH pairs AS MATERIALIZED (
    SELECT b.id AS branch_id, s.id AS service_id,
           greatest($6::date::timestamp AT TIME ZONE b.zone, $11::timestamptz) AS from_at,
           ($7::date + 1)::timestamp AT TIME ZONE b.zone AS to_at
    FROM services s
    JOIN departments d ON d.id = s.department_id
    CROSS JOIN branches b
    WHERE ($1::text[] IS NULL AND $2::text[] IS NULL OR d.slug = ANY ($1) OR b.slug = ANY ($2))
      AND (d.slug = $3 OR $3::text IS NULL)
      AND (b.slug = $4 OR $4::text IS NULL)
      AND (s.slug = $5 OR $5::text IS NULL)
), page AS MATERIALIZED (
    SELECT visit.*
    FROM pairs p
    CROSS JOIN LATERAL (
        SELECT a.branch_id, a.id, a.start_at
        FROM appointments a
        WHERE a.branch_id = p.branch_id AND a.service_id = p.service_id AND a.reference IS NOT NULL
          AND a.start_at >= p.from_at AND a.start_at < p.to_at
          AND (a.start_at > $11 OR a.id > $12::uuid)
          AND (a.status = $8 OR $8::text IS NULL)
          AND (a.channel = $9 OR $9::text IS NULL)
          AND (a.visitor_key LIKE ALL ($10::text[]) OR a.visitor_key LIKE ALL ($14::text[]) OR $10 IS NULL)
        ORDER BY a.start_at, a.id
        LIMIT $13) AS visit
    ORDER BY visit.start_at, visit.id
    LIMIT $13
)
SELECT a.id, a.reference, a.status, s.slug AS service, b.slug AS branch, a.start_at, a.end_at, a.party, a.channel,
       a.created_at, a.answer_by,
       (SELECT count(*) FROM appointment_events e WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id) AS version,
       a.needs, a.visitor_name, a.identity_kind, a.identity, a.mobile, a.lang,
       a.representative_name
FROM page
JOIN appointments a ON (a.id, a.branch_id) = (page.id, page.branch_id)
JOIN services s ON s.id = a.service_id
JOIN branches b ON b.id = a.branch_id
ORDER BY a.start_at, a.id
