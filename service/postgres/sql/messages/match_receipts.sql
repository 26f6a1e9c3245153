-- Writes receipts that came early, since $1, to their messages, which have their ids by now;
-- at most $2. Returns how many it matched. The rows are never updated, so ctid identifies
-- them.
WITH early AS (
    DELETE FROM early_receipts
    WHERE ctid = ANY (ARRAY(
        SELECT e.ctid
        FROM early_receipts e
        WHERE e.at >= $1 AND EXISTS (SELECT FROM messages m WHERE m.gateway_id = e.gateway_id)
        ORDER BY e.at
        LIMIT $2
        FOR UPDATE SKIP LOCKED))
    RETURNING *
), receipts AS (
    SELECT DISTINCT ON (gateway_id) gateway_id, state, code, at
    FROM early
    ORDER BY gateway_id, state = 'delivered' DESC, at DESC
), written AS (
    UPDATE messages m
    SET state = r.state, receipt_at = r.at, receipt_code = r.code
    FROM receipts r
    WHERE m.id = (SELECT max(n.id) FROM messages n WHERE n.gateway_id = r.gateway_id)
      AND (m.state = 'accepted' OR (m.state IN ('failed', 'expired') AND r.state = 'delivered'))
)
SELECT count(*) FROM early
