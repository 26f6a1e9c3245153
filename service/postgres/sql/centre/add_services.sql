-- Adds services: a list of rows, with the columns of the table.
INSERT INTO services (slug, department_id, name, about, duration_minutes, before_minutes, after_minutes, step_minutes,
    gap_step_minutes, notice_minutes, horizon_minutes, cancel_minutes, move_minutes, party_limit,
    place_per_visitor, active_limit, requirements, online, topics, hold_back, notice_working_days,
    horizon_working_days, needs, opens_at_minutes, release_delay_minutes, rebook_limit, rebook_window_minutes,
    rebook_pause_minutes, walk_in_release_minutes, approval_hours, approval_default, reminder_minutes,
    hall_early_minutes, hall_late_minutes, hall_late_turn, hall_no_show_minutes, published)
SELECT v.slug, d.id, v.name, v.about, v.duration_minutes, v.before_minutes, v.after_minutes, v.step_minutes,
       v.gap_step_minutes, v.notice_minutes, v.horizon_minutes, v.cancel_minutes, v.move_minutes, v.party_limit,
       v.place_per_visitor, v.active_limit, v.requirements, v.online, v.topics, v.hold_back, v.notice_working_days,
       v.horizon_working_days, v.needs, v.opens_at_minutes, v.release_delay_minutes, v.rebook_limit,
       v.rebook_window_minutes, v.rebook_pause_minutes, v.walk_in_release_minutes, v.approval_hours,
       v.approval_default, v.reminder_minutes, v.hall_early_minutes, v.hall_late_minutes, v.hall_late_turn,
       v.hall_no_show_minutes, v.published
FROM jsonb_array_elements($1) WITH ORDINALITY AS item (e, n)
CROSS JOIN LATERAL jsonb_populate_record(NULL::services, e) AS v
JOIN departments d ON d.slug = e ->> 'department'
ORDER BY n
