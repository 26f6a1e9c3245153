SELECT slug, holidays FROM holiday_lists ORDER BY slug
