-- How many codes were sent to a mobile number and to an address since $3, and when the
-- oldest and the newest were sent to the mobile, and the oldest to the address.
SELECT count(*) FILTER (WHERE mobile = $1) AS of_mobile,
       count(*) FILTER (WHERE address = $2) AS of_address,
       min(created_at) FILTER (WHERE mobile = $1) AS mobile_oldest,
       max(created_at) FILTER (WHERE mobile = $1) AS mobile_newest,
       min(created_at) FILTER (WHERE address = $2) AS address_oldest
FROM verifications
WHERE (mobile = $1 OR address = $2) AND created_at > $3
