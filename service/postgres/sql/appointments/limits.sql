-- What can keep a person ($1) from booking a service ($2, its slug) with a mobile ($3) that
-- can have $4 visits (null for any): the end of a pause, null for none, and whether either
-- has as many visits as allowed.
SELECT (SELECT r.paused_until FROM rebookings r WHERE r.person = $1 AND r.service_id = s.id) AS paused_until,
       s.active_limit <= (
           SELECT count(*)
           FROM appointments a
           WHERE a.person = $1 AND a.service_id = s.id AND a.person_place <= s.active_limit) AS person_full,
       $4::integer IS NOT NULL AND $4 <= (
           SELECT count(*)
           FROM appointments a
           WHERE a.mobile = $3 AND a.mobile_place <= $4 AND a.person_place IS NOT NULL) AS mobile_full
FROM services s
WHERE s.slug = $2
