INSERT INTO services (slug, department_id, name, about,
                      duration_minutes, before_minutes, after_minutes, step_minutes, gap_step_minutes,
                      notice_minutes, horizon_minutes, cancel_minutes, move_minutes,
                      party_limit, place_per_visitor, active_limit,
                      requirements, online, topics, hold_back,
                      notice_working_days, horizon_working_days, needs,
                      opens_at_minutes, release_delay_minutes, rebook_limit, rebook_window_minutes, rebook_pause_minutes,
                      walk_in_release_minutes, approval_hours, approval_default, reminder_minutes,
                      hall_early_minutes, hall_late_minutes, hall_late_turn, hall_no_show_minutes)
SELECT $1, d.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
       $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36
FROM departments d
WHERE d.slug = $2
ON CONFLICT (slug) DO NOTHING
