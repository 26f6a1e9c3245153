-- A page of the visits that match a reference ($15), a mobile ($16), an identity number ($17) or a
-- representative's identity number ($18); null for what is not searched. Reach, filters,
-- dates and page are those of appointments/list.sql. Here the dates may be null, because one
-- person has few visits.
WITH found AS MATERIALIZED (
    SELECT id, branch_id FROM appointments WHERE reference = $15
    UNION
    SELECT id, branch_id FROM appointments WHERE mobile = ANY ($16::text[]) AND reference IS NOT NULL
    UNION
    SELECT id, branch_id FROM appointments WHERE identity = ANY ($17::text[]) AND reference IS NOT NULL
    UNION
    SELECT id, branch_id FROM appointments WHERE representative_identity = ANY ($18::text[])
)
SELECT a.id, a.reference, a.status, s.slug AS service, b.slug AS branch, a.start_at, a.end_at, a.party, a.channel,
       a.created_at, a.answer_by,
       (SELECT count(*) FROM appointment_events e WHERE e.appointment_id = a.id AND e.branch_id = a.branch_id) AS version,
       a.needs, a.visitor_name, a.identity_kind, a.identity, a.mobile, a.lang,
       a.representative_name
FROM found
JOIN appointments a ON (a.id, a.branch_id) = (found.id, found.branch_id)
JOIN services s ON s.id = a.service_id
JOIN departments d ON d.id = s.department_id
JOIN branches b ON b.id = a.branch_id
WHERE ($1::text[] IS NULL AND $2::text[] IS NULL OR d.slug = ANY ($1) OR b.slug = ANY ($2))
  AND (d.slug = $3 OR $3::text IS NULL)
  AND (b.slug = $4 OR $4::text IS NULL)
  AND (s.slug = $5 OR $5::text IS NULL)
  AND (a.start_at >= $6::date::timestamp AT TIME ZONE b.zone OR $6 IS NULL)
  AND (a.start_at < ($7::date + 1)::timestamp AT TIME ZONE b.zone OR $7 IS NULL)
  AND (a.status = $8 OR $8::text IS NULL)
  AND (a.channel = $9 OR $9::text IS NULL)
  AND (a.visitor_key LIKE ALL ($10::text[]) OR a.visitor_key LIKE ALL ($14::text[]) OR $10 IS NULL)
  AND (a.start_at, a.id) > ($11::timestamptz, $12::uuid)
ORDER BY a.start_at, a.id
LIMIT $13
