-- What the sessions of name $1 wait for, and who holds it, in one line; NULL
-- when they wait for nothing. No text of a statement: it can hold names.
SELECT string_agg(DISTINCT concat_ws(' ',
    w.mode, 'on', coalesce(w.relation::regclass::text, w.locktype),
    'held by process', b.pid, '(' || b.application_name || ',', b.state || ',',
    'in a transaction for', extract(epoch FROM clock_timestamp() - b.xact_start)::integer, 's)'), '; ')
FROM pg_stat_activity a
JOIN pg_locks w ON w.pid = a.pid AND NOT w.granted
CROSS JOIN LATERAL unnest(pg_blocking_pids(w.pid)) AS blocker
JOIN pg_stat_activity b ON b.pid = blocker
WHERE a.application_name = $1 AND a.datname = current_database()
