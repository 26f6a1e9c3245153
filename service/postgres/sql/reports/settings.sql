-- Sets what suits a report, in its transaction. A report reads many rows of few tables,
-- unlike other statements: it may read and join accordingly, with plans for its own values,
-- and take longer.
SELECT set_config('enable_seqscan', 'on', true) || set_config('enable_hashjoin', 'on', true) || set_config('enable_mergejoin', 'on', true)
    || set_config('plan_cache_mode', 'force_custom_plan', true) || set_config('work_mem', '64MB', true)
    || set_config('statement_timeout', $1::text, true)
