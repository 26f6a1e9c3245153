-- Adds events at reception to the history of a visit.
INSERT INTO appointment_events (branch_id, appointment_id, kind, at, start_at, version, actor, reason, evidence)
SELECT a.branch_id, a.id, e.kind, e.at, a.start_at, a.version, e.actor, e.reason, e.evidence
FROM jsonb_to_recordset($2::jsonb) AS e (n integer, kind text, at timestamptz, actor text, reason text, evidence jsonb)
JOIN appointments a ON a.id = $1
ORDER BY e.n
