SELECT slug, name FROM cancellation_reasons ORDER BY position, slug
