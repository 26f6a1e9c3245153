-- Seals after number $1 with their entries, at most $2. An entry may be gone after twelve
-- months.
SELECT s.number AS "seal.number", s.entry AS "seal.entry", s.hash AS "seal.hash", s.at AS "seal.at",
       s.at < now() - interval '12 months' AS aged, l.id IS NULL AS gone,
       s.entry AS id, coalesce(l.at, s.at) AS at, coalesce(l.actor, '') AS actor, coalesce(l.action, '') AS action,
       coalesce(l.subject, '') AS subject, l.department_id, l.branch_id, l.before::text AS before, l.after::text AS after,
       l.reason, l.request_id
FROM audit_seals s
LEFT JOIN audit_log l ON l.id = s.entry
WHERE s.number > $1
ORDER BY s.number
LIMIT $2
