-- Adds an entry at the end of the waitlist, unless the person has as many upcoming visits to
-- the service as it allows, or as many entries as allowed ($25, null for any number) have the
-- mobile, whose turn it is (waitlist/turn_of_mobile.sql); and marks the desk group to be checked. Who wants a visit
-- earlier ($24) keeps the number of their visits.
WITH wanted AS MATERIALIZED (
    SELECT b.id AS branch_id, s.id AS service_id,
           $24::text IS NULL AND s.active_limit <= (
               SELECT count(*)
               FROM appointments a
               WHERE a.person = $10::uuid AND a.service_id = s.id AND a.person_place IS NOT NULL AND a.end_at > $8) AS person_full,
           $25::integer IS NOT NULL AND $25 <= (
               SELECT count(*)
               FROM waitlist_entries e
               WHERE e.mobile = $11 AND e.state = 'waiting' AND e.ends_at > $8) AS mobile_full
    FROM services s
    CROSS JOIN branches b
    WHERE s.slug = $2 AND b.slug = $3
), joined AS (
    INSERT INTO waitlist_entries (id, branch_id, service_id, from_day, to_day, earliest, latest, created_at, ends_at,
                                  person, mobile, lang, visitor_name, identity_kind, identity, email,
                                  representative_name, representative_identity_kind, representative_identity,
                                  wakala, wakala_expires, needs, party, replaces)
    SELECT $1, branch_id, service_id, $4, $5, $6, $7, $8::timestamptz, $9, $10, $11, $12, $13, $14, $15, $16,
           $17, $18, $19, $20, $21::date, $22, $23, $24
    FROM wanted
    WHERE NOT (person_full OR mobile_full)
), marked AS (
    INSERT INTO waitlist_marks (desk_group_id)
    SELECT gs.desk_group_id
    FROM wanted
    JOIN desk_group_services gs ON (gs.branch_id, gs.service_id) = (wanted.branch_id, wanted.service_id)
    WHERE NOT (person_full OR mobile_full)
)
SELECT person_full, mobile_full FROM wanted
