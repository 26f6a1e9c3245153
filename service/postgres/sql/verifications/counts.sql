-- How many codes a mobile number and an address were sent since $3, and when
-- the oldest and the newest of the mobile were.
SELECT count(*) FILTER (WHERE mobile = $1) AS of_mobile,
       count(*) FILTER (WHERE address = $2) AS of_address,
       min(created_at) FILTER (WHERE mobile = $1) AS mobile_oldest,
       max(created_at) FILTER (WHERE mobile = $1) AS mobile_newest,
       min(created_at) FILTER (WHERE address = $2) AS address_oldest
FROM verifications
WHERE (mobile = $1 OR address = $2) AND created_at > $3
