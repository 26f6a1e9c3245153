-- Writes what gateways report about messages that they accepted, to the newest message with
-- an id. A report that a message arrived overrides every earlier report. A receipt without a
-- message is kept until the message has its id.
WITH receipts AS (
    SELECT DISTINCT ON (gateway_id) gateway_id, state, code, at
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[]) AS r (gateway_id, state, code, at)
    ORDER BY gateway_id, state = 'delivered' DESC, at DESC
), looked_up AS MATERIALIZED (
    SELECT r.*, (SELECT m.id FROM messages m WHERE m.gateway_id = r.gateway_id ORDER BY m.id DESC LIMIT 1) AS id
    FROM receipts r
), written AS (
    UPDATE messages m
    SET state = l.state, receipt_at = l.at, receipt_code = l.code
    FROM looked_up l
    WHERE m.id = l.id AND (m.state = 'accepted' OR (m.state IN ('failed', 'expired') AND l.state = 'delivered'))
)
INSERT INTO early_receipts (gateway_id, state, code, at)
SELECT gateway_id, state, code, at
FROM looked_up
WHERE id IS NULL
ON CONFLICT DO NOTHING
