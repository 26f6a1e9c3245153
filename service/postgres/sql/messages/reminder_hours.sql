-- Branches grouped by time zone and quiet hours.
SELECT zone, quiet_from, quiet_to, array_agg(id) AS branches
FROM branches
GROUP BY zone, quiet_from, quiet_to
