SELECT slug, name, standing FROM cancellation_reasons ORDER BY position, slug
