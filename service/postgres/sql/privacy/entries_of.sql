-- At most $3 entries of the waitlist with a mobile ($1), an identity number ($2), or both; NULL
-- for any; of a person ($4) as in privacy/visits_of.sql. Those that wait first, then the last before. Ended ones are few: they are soon
-- removed.
SELECT e.id, e.state, s.slug AS service, br.slug AS branch, e.from_day, e.to_day, e.party, e.created_at, e.ended_at,
       e.visitor_name, e.identity_kind, e.identity, e.mobile, e.email, e.representative_name, e.representative_identity,
       e.wakala, e.wakala_expires, e.needs
FROM waitlist_entries e
JOIN services s ON s.id = e.service_id
JOIN branches br ON br.id = e.branch_id
WHERE CASE WHEN $4::uuid IS NOT NULL THEN e.person = $4 OR e.mobile = ANY ($1::text[])
           ELSE ($1 IS NOT NULL OR $2::text[] IS NOT NULL) AND ($1 IS NULL OR e.mobile = ANY ($1)) AND ($2 IS NULL OR e.identity = ANY ($2)) END
ORDER BY e.state = 'waiting' DESC, e."position" DESC
LIMIT $3
