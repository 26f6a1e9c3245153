-- The columns are named, so that an old version of the program can live with new ones.
SELECT s.id, s.slug, s.department_id, d.slug AS department, s.name, s.about, s.duration_minutes, s.before_minutes, s.after_minutes,
       s.step_minutes, s.gap_step_minutes, s.notice_minutes, s.horizon_minutes, s.notice_working_days, s.horizon_working_days,
       s.cancel_minutes, s.move_minutes, s.party_limit, s.place_per_visitor, s.active_limit, s.requirements, s.online, s.topics,
       s.hold_back, s.needs, s.reminder_minutes, s.opens_at_minutes, s.release_delay_minutes, s.rebook_limit,
       s.rebook_window_minutes, s.rebook_pause_minutes, s.walk_in_release_minutes, s.approval_hours, s.approval_default,
       s.hall_early_minutes, s.hall_late_minutes, s.hall_late_turn, s.hall_no_show_minutes, s.published,
       coalesce(st.standing, '{}') AS standing
FROM services s
JOIN departments d ON d.id = s.department_id
LEFT JOIN service_standings st ON st.service_id = s.id
ORDER BY st.position, s.id
