-- Empties what is personal of the visits $1, whoever chose them: this is the one place that
-- says what that is, with privacy.Inventory. What reports count stays: when, where, how the
-- visit went. A visit without a person is its own person, so that constraints on the visits
-- of one person hold. Returns how many visits, texts of messages and comments were emptied.
WITH visits AS (
    SELECT id, branch_id, person
    FROM appointments
    WHERE id = ANY ($1::uuid[]) AND person <> id
    FOR NO KEY UPDATE
), emptied AS (
    UPDATE appointments a
    SET person = a.id, visitor_name = '', visitor_key = '', identity = '', mobile = NULL,
        mobile_place = NULL, email = NULL, representative_name = NULL, representative_identity_kind = NULL,
        representative_identity = NULL, wakala = NULL, wakala_expires = NULL, needs = '{}', address = NULL, address_place = NULL
    FROM visits v
    WHERE (a.id, a.branch_id) = (v.id, v.branch_id)
    RETURNING a.id
), reasons AS (
    UPDATE appointment_events e
    SET reason = NULL
    FROM visits v
    WHERE (e.appointment_id, e.branch_id) = (v.id, v.branch_id) AND e.reason IS NOT NULL
), texts AS (
    UPDATE messages m
    SET text = NULL
    FROM visits v
    WHERE m.appointment_id = v.id AND m.text IS NOT NULL
    RETURNING m.id
), comments AS (
    UPDATE survey_answers s
    SET comment = NULL
    FROM visits v
    WHERE (s.appointment_id, s.branch_id) = (v.id, v.branch_id) AND s.comment IS NOT NULL
    RETURNING s.appointment_id
), notes AS (
    UPDATE change_visits c
    SET note = NULL
    FROM visits v
    WHERE (c.appointment_id, c.branch_id) = (v.id, v.branch_id) AND c.note IS NOT NULL
), imports AS (
    DELETE FROM imported_visits i
    USING visits v
    WHERE (i.appointment_id, i.branch_id) = (v.id, v.branch_id)
), emails AS (
    DELETE FROM confirmed_emails c
    USING visits v
    WHERE c.person = v.person AND NOT EXISTS (
        SELECT FROM appointments a
        WHERE a.person = c.person AND a.reference IS NOT NULL AND a.id <> ALL ($1::uuid[]))
)
SELECT (SELECT count(*) FROM emptied) AS visits, (SELECT count(*) FROM texts) AS texts, (SELECT count(*) FROM comments) AS comments
