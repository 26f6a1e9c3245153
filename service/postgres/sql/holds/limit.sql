-- How many holds of an address and of a mobile have not ended, and when the oldest of each
-- expires.
SELECT count(*) FILTER (WHERE of_address) AS of_address, min(expires_at) FILTER (WHERE of_address) AS address_until,
       count(*) FILTER (WHERE NOT of_address) AS of_mobile, min(expires_at) FILTER (WHERE NOT of_address) AS mobile_until
FROM (
    SELECT true AS of_address, h.expires_at
    FROM appointments h
    WHERE h.address = $1 AND h.status IS NOT DISTINCT FROM 'held'
    UNION ALL
    SELECT false, h.expires_at
    FROM appointments h
    WHERE h.mobile = $2 AND h.mobile_place IS NOT NULL AND h.status IS NOT DISTINCT FROM 'held'
) AS standing
