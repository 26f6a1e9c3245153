-- What was sent to visitors about the visits $1, and what they said about them.
SELECT a.id, coalesce((
           SELECT jsonb_agg(jsonb_build_object('id', m.id, 'kind', m.kind, 'way', m.way, 'lang', m.lang, 'state', m.state, 'at', m.created_at,
               'text', m.text) ORDER BY m.id)
           FROM messages m
           WHERE m.appointment_id = a.id), '[]') AS messages,
       (SELECT jsonb_build_object('satisfaction', s.satisfaction, 'resolved', s.resolved, 'comment', s.comment, 'at', s.answered_at)
        FROM survey_answers s
        WHERE (s.appointment_id, s.branch_id) = (a.id, a.branch_id)) AS opinion
FROM appointments a
WHERE a.id = ANY ($1::uuid[])
