-- Changes services: a list of rows, with the columns of the table.
UPDATE services t
SET department_id = d.id, name = v.name, about = v.about, duration_minutes = v.duration_minutes,
    before_minutes = v.before_minutes, after_minutes = v.after_minutes, step_minutes = v.step_minutes,
    gap_step_minutes = v.gap_step_minutes, notice_minutes = v.notice_minutes,
    horizon_minutes = v.horizon_minutes, cancel_minutes = v.cancel_minutes, move_minutes = v.move_minutes,
    party_limit = v.party_limit, place_per_visitor = v.place_per_visitor, active_limit = v.active_limit,
    requirements = v.requirements, online = v.online, topics = v.topics, hold_back = v.hold_back,
    notice_working_days = v.notice_working_days, horizon_working_days = v.horizon_working_days, needs = v.needs,
    opens_at_minutes = v.opens_at_minutes, release_delay_minutes = v.release_delay_minutes,
    rebook_limit = v.rebook_limit, rebook_window_minutes = v.rebook_window_minutes,
    rebook_pause_minutes = v.rebook_pause_minutes, walk_in_release_minutes = v.walk_in_release_minutes,
    approval_hours = v.approval_hours, approval_default = v.approval_default,
    reminder_minutes = v.reminder_minutes, hall_early_minutes = v.hall_early_minutes,
    hall_late_minutes = v.hall_late_minutes, hall_late_turn = v.hall_late_turn,
    hall_no_show_minutes = v.hall_no_show_minutes,
    published = v.published
FROM jsonb_array_elements($1) AS e
CROSS JOIN LATERAL jsonb_populate_record(NULL::services, e) AS v
JOIN departments d ON d.slug = e ->> 'department'
WHERE t.slug = v.slug
