-- The codes before one to the mobile $1 (all that it can be in a column), asked for from the address $2 of the network $3:
-- of those after $4, how many this requester was sent, how many the mobile, and how many
-- strangers from the address and the network have not entered; of those after $5, how many
-- the mobile was sent. Besides, what is known of the mobile at $6. The first visit from $1
-- on is looked for, because the planner would read the table for a mobile with many.
SELECT count(*) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.address = $2 AND v.created_at > $4) AS of_requester,
       min(v.created_at) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.address = $2 AND v.created_at > $4) AS requester_oldest,
       max(v.created_at) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.address = $2 AND v.created_at > $4) AS requester_newest,
       count(*) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.created_at > $4) AS of_mobile,
       min(v.created_at) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.created_at > $4) AS mobile_oldest,
       count(*) FILTER (WHERE v.mobile = ANY ($1::text[])) AS of_day,
       min(v.created_at) FILTER (WHERE v.mobile = ANY ($1::text[])) AS day_oldest,
       count(*) FILTER (WHERE v.address = $2 AND v.created_at > $4 AND v.stranger AND v.verified_at IS NULL) AS of_address,
       min(v.created_at) FILTER (WHERE v.address = $2 AND v.created_at > $4 AND v.stranger AND v.verified_at IS NULL) AS address_oldest,
       count(*) FILTER (WHERE v.network = $3 AND v.created_at > $4 AND v.stranger AND v.verified_at IS NULL) AS of_network,
       min(v.created_at) FILTER (WHERE v.network = $3 AND v.created_at > $4 AND v.stranger AND v.verified_at IS NULL) AS network_oldest,
       count(*) FILTER (WHERE v.mobile = ANY ($1::text[]) AND v.address = $2 AND v.verified_at IS NOT NULL) > 0 AS known,
       NOT EXISTS (SELECT FROM verifications p WHERE p.mobile = ANY ($1) AND p.verified_at IS NOT NULL)
           AND NOT EXISTS (
               SELECT FROM unnest($1) AS spelled
               WHERE (SELECT a.mobile
                      FROM appointments a
                      WHERE a.mobile >= spelled AND a.reference IS NOT NULL
                      ORDER BY a.mobile
                      LIMIT 1) = spelled) AS stranger,
       (SELECT jsonb_agg(at) FROM message_numbers n CROSS JOIN unnest(n.sent) AS at WHERE n.mobile = ANY ($1)) AS sent,
       (SELECT coalesce(sum(t.segments), 0)::bigint FROM message_days t WHERE t.day = centre_day($6)) AS all_segments,
       (SELECT coalesce(sum(t.segments), 0)::bigint FROM message_days t WHERE t.day = centre_day($6) AND t.strangers) AS stranger_segments
FROM verifications v
WHERE v.mobile = ANY ($1::text[]) AND v.created_at > $5
   OR v.address = $2 AND v.created_at > $4
   OR v.network = $3 AND v.created_at > $4
