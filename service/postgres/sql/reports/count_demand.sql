-- Adds the requests for places since the last time.
INSERT INTO demand_counts AS c (day, branch_id, service_id, channel, outcome, n)
SELECT t.day, b.id, s.id, t.channel, t.outcome, t.n
FROM unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) AS t (day, branch, service, channel, outcome, n)
JOIN branches b ON b.slug = t.branch
JOIN services s ON s.slug = t.service
ORDER BY t.day, b.id, s.id, t.channel, t.outcome -- two replicas never wait for each other
ON CONFLICT (day, branch_id, service_id, channel, outcome) DO UPDATE SET n = c.n + excluded.n
